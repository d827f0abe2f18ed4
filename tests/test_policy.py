"""The permission table, told from the roles' side."""

import pytest

from course.access.policy import PERMISSIONS, Actor, may

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
