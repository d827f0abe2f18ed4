"""The permission table, told from the roles' side, and which passwords may be chosen: the rules by themselves."""

import pytest

from course.access.password import check_new, hash_password, normalise, verify
from course.access.policy import PERMISSIONS, Actor, may
from course.errors import Invalid

OF_ROLES = {
    "anybody": {"public"},
    "person": {"account.own"},
    "learner": {"course.take", "material.read"},
    "manager": {"material.read", "unit.read", "code.hand", "code.hand_many"},
    "secretary": {"material.read", "revision.read", "board.read"},
    "hr": {
        "material.read",
        "revision.read",
        "scenario.map",
        "report.read",
        "question.read",
        "people.manage",
        "target.manage",
        "code.hand",
        "code.hand_many",
    },
    "admin": {"scenario.map", "question.read", "system.read", "account.manage", "code.hand"},
}
"""Who may do what: whoever changes the table says it here too."""


@pytest.mark.parametrize("role", OF_ROLES)
def test_each_role_may_do_exactly_this(role):
    assert {name for name in PERMISSIONS if may(frozenset({role}), name)} == OF_ROLES[role]


def test_somebody_with_several_roles_may_do_what_any_of_them_may_and_without_roles_nothing():
    both = frozenset({"learner", "admin"})

    assert {name for name in PERMISSIONS if may(both, name)} == OF_ROLES["learner"] | OF_ROLES["admin"]
    assert [name for name in PERMISSIONS if may(frozenset(), name)] == []
    assert {name for names in OF_ROLES.values() for name in names} == set(PERMISSIONS)


def test_an_actor_is_signed_in_and_known_by_the_session():
    who = Actor("s1", 7, "Anna", frozenset(), frozenset(), 1)

    assert (who.is_authenticated, who.is_active, who.is_anonymous, who.get_id()) == (True, True, False, "s1")


@pytest.mark.parametrize(
    "password",
    ["abcdefghijkm", "x1" + "åäöabc" * 21, "fyra helt olika ord", "annaek-fyra-ord-till", "ekekekek ett till"],
)
def test_long_passwords_of_any_sort_may_be_chosen(password):
    check_new(password, "annaek", "ek")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("annaekabcdef1", "lätt att gissa"),
        ("abcdefghijk", "minst 12 tecken"),
        ("x1" + "åäöabc" * 21 + "y", "högst 128 tecken"),
        ("ababababcdcde", "lätt att gissa"),
        ("sommar-2026-SOMMAR", "lätt att gissa"),
        ("sommarlösenord", "lätt att gissa"),
        ("123456789012", "lätt att gissa"),
        ("annaek-abcdef", "lätt att gissa"),
        ("\uff41nnaek-bcdefg", "lätt att gissa"),
    ],
)
def test_what_is_too_short_too_long_or_guessed_first_is_refused(password, said):
    with pytest.raises(Invalid, match=said) as refusal:
        check_new(password, "AnnaEk", "ek")

    assert refusal.value.field == "losenord"


def test_ones_own_name_may_be_a_part_of_a_password_when_eight_characters_or_more_stand_beside_it():
    check_new("annaek-abcdefg", "annaek")
    check_new("ekoabcdefghi", "eko")
    with pytest.raises(Invalid, match="lätt att gissa"):
        check_new("annaek-abcdef", "annaek")


def test_a_hash_costs_what_owasp_asks_for_at_least():
    assert hash_password("fyra helt olika ord").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_is_verified_against_its_own_hash_only():
    stored = hash_password("fyra helt olika ord")

    assert verify(stored, "fyra helt olika ord") is True
    assert verify(stored, "fyra helt olika Ord") is False
    assert verify(None, "fyra helt olika ord") is False
    assert verify("no hash", "fyra helt olika ord") is False
    assert stored != hash_password("fyra helt olika ord")


def test_a_name_to_sign_in_with_has_one_spelling():
    assert normalise(" Anna.EK\uff20Example.org\u200b ") == "anna.ek@example.org"
