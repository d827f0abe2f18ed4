"""Who may hand whom a one-time code: every combination of what the two hold."""

from dataclasses import replace
from itertools import chain, combinations

from course.access.handing import Account, Giver, hands_as, lacking, reaches, why_not
from course.clock import now

OWN, BESIDE = frozenset({1}), frozenset({2})
DUTIES = ("manager", "secretary", "hr", "admin")
HANDING = ("manager", "hr", "admin")


def account(*duties, person=7, units=OWN, password=False, code=None, key="1001"):
    return Account(person, key, "Åsa Ek", False, password, code, frozenset(duties), units)


def giver(*roles, person=1, units=OWN):
    return Giver(person, frozenset(roles), units if "manager" in roles else frozenset())


def sets(words):
    return chain.from_iterable(combinations(words, size) for size in range(len(words) + 1))


def test_a_manager_helps_own_people_who_have_no_duty_and_nobody_else():
    manager = giver("manager")
    helped = {
        (duties, units)
        for duties in sets(DUTIES)
        for units in (OWN, BESIDE)
        if hands_as(manager, account(*duties, units=units))
    }

    assert helped == {((), OWN)}
    assert hands_as(manager, account(units=frozenset())) is None  # works nowhere today
    assert hands_as(manager, account(units=OWN | BESIDE)) == "manager"


def test_hr_helps_everybody_but_hr_and_administrators_and_an_administrator_everybody():
    by_hr = {duties for duties in sets(DUTIES) if hands_as(giver("hr"), account(*duties, units=BESIDE))}

    assert by_hr == {(), ("manager",), ("secretary",), ("manager", "secretary")}
    assert all(hands_as(giver("admin"), account(*duties, units=frozenset())) == "admin" for duties in sets(DUTIES))


def test_nobody_helps_themselves_and_no_other_role_helps_anybody():
    for roles in sets(HANDING):
        assert hands_as(giver(*roles, person=7), account()) is None
    assert hands_as(giver(), account()) is None
    assert not reaches(giver(), account())


def test_the_narrowest_role_that_suffices_is_the_one_that_is_told():
    everything = giver("manager", "hr", "admin")

    assert [
        hands_as(everything, account(*duties, units=units))
        for duties, units in (((), OWN), ((), BESIDE), (("secretary",), OWN), (("hr",), OWN), (("admin",), BESIDE))
    ] == ["manager", "hr", "hr", "admin", "admin"]


def test_those_who_lack_a_password_are_found_with_the_role_also_while_a_code_waits():
    people = [account(), account(code=now()), account(password=True), account("hr"), account(units=BESIDE)]

    found = lacking(giver("manager"), people)

    assert [(each.waits, role) for each, role in found] == [(True, "manager"), (False, "manager")]


def test_who_is_refused_is_told_whom_to_ask():
    assert why_not(giver("manager"), account("manager")).endswith("HR eller en administratör ger koden.")
    assert why_not(giver("hr"), account("admin")).endswith("En administratör ger koden.")
    assert why_not(giver("hr", person=7), account("hr")) == "Du byter ditt eget lösenord på Min sida."


def test_an_address_is_no_number_to_print():
    assert [account(key=key).number for key in ("1001", "asa.ek@politik.example.org")] == ["1001", ""]


def test_a_protected_person_who_is_known_by_the_name_has_nothing_to_print():
    known = account(key="fv-eva-ek")

    assert [known.number, replace(known, protected=True).number] == ["fv-eva-ek", ""]
    assert replace(account(), protected=True).number == "1001"


def test_a_protected_person_is_shown_without_a_name_and_an_address_is_no_number_to_tell():
    plain, by_address = account(), account(key="asa@example.org")

    assert (plain.shown, plain.number, by_address.number) == ("Åsa Ek", "1001", "")
    assert replace(plain, protected=True).shown == "Skyddad person"
    assert [each.waits for each in (plain, account(password=True), account(code=now()))] == [True, False, False]
