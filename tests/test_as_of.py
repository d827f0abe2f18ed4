"""Which day, and what was known when: what a person writes is read as meant, or refused with how to write it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from world import noon

from course.errors import Invalid
from course.report.as_of import known_or_newest, read_day, read_earlier, read_known, write_known

NOW = noon("2026-07-01")
END_OF_JUNE = datetime(2026, 6, 30, 21, 59, 59, 999_999, UTC)


def refused(read, *arguments):
    with pytest.raises(Invalid) as refusal:
        read(*arguments)
    return str(refusal.value), refusal.value.field


@pytest.mark.parametrize(
    ("text", "day"),
    [(" 2026-12-31 ", date(2026, 12, 31)), ("1990-01-01", date(1990, 1, 1)), ("2200-12-31", date(2200, 12, 31))],
)
def test_a_day_is_read(text, day):
    assert read_day(text, "per") == day


def test_what_is_no_day_is_refused_with_how_to_write_one():
    assert refused(read_day, "31/12", "per") == ("”per” ska vara ett datum som 2026-12-31.", "per")
    assert refused(read_day, "x", "per", " eller så")[0] == "”per” ska vara ett datum som 2026-12-31 eller så."
    for text in ("1989-12-31", "2201-01-01"):
        assert refused(read_day, text, "per") == ("”per” ska vara ett datum mellan 1990 och 2200.", "per")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-06-30", END_OF_JUNE),
        (" 2026-06-30 ", END_OF_JUNE),
        ("2026-06-30T12:00:00Z", noon("2026-06-30")),
        ("2026-06-30T14:00:00+02:00", noon("2026-06-30")),
        ("2026-06-30T14:00:00 02:00", noon("2026-06-30")),
        ("2026-07-01T12:00:05Z", NOW + timedelta(seconds=5)),
        ("1990-01-01T00:00:00Z", datetime(1990, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_and_a_day_means_its_end(text, instant):
    assert read_known(text, NOW) == instant


def test_a_day_that_is_not_over_and_an_instant_to_come_are_refused():
    not_over = ("Dagen i ”kand” är inte slut än. Välj en tidigare dag eller utelämna den.", "kand")
    assert refused(read_known, "2026-07-01", NOW) == not_over
    assert refused(read_known, "2026-07-01T12:00:06Z", NOW) == ("Tidpunkten i ”kand” har inte varit än.", "kand")
    for text in ("2026-06-30T12:00:00", "2026-06-30T", "1989-12-31T12:00:00Z", "2201-01-01T12:00:00Z"):
        message, field = refused(read_known, text, NOW)
        assert (message.partition(" eller en tidpunkt")[0], field) == ("”kand” ska vara en dag som 2026-12-31", "kand")
    assert refused(read_known, "x", NOW)[0].endswith(" eller en tidpunkt som 2026-12-31T12:00:00Z.")


def test_without_an_instant_or_with_one_to_come_the_newest_write_is_meant():
    newest = noon("2026-06-30")

    assert known_or_newest(None, NOW, newest) == newest
    assert known_or_newest("", NOW, None) == NOW
    assert known_or_newest("2026-07-01T12:00:01Z", NOW, newest) == newest
    assert known_or_newest("2026-07-01T12:00:00Z", NOW, newest) == NOW
    assert known_or_newest("2026-07-01T12:00:01Z", NOW, NOW + timedelta(seconds=1)) == NOW + timedelta(seconds=1)
    assert known_or_newest("2026-07-01T12:00:01Z", NOW, NOW + timedelta(seconds=2)) == NOW + timedelta(seconds=1)
    assert known_or_newest("2026-06-01T12:00:00Z", NOW, newest) == noon("2026-06-01")


def test_the_earlier_instant_is_before_the_other_and_is_called_by_its_own_name():
    assert read_earlier("2026-06-30", NOW, NOW) == END_OF_JUNE
    same = refused(read_earlier, "2026-07-01T12:00:00Z", NOW, NOW)
    assert same == ("Tidpunkten i ”sedan” ska vara tidigare än den i ”kand”.", "sedan")
    assert refused(read_earlier, "x", NOW, NOW)[1] == "sedan"
    assert "”sedan” ska vara" in refused(read_earlier, "x", NOW, NOW)[0]


def test_an_instant_is_written_in_utc_to_the_microsecond():
    stockholm = datetime.fromisoformat("2026-06-30T14:00:00+02:00")

    assert write_known(stockholm) == "2026-06-30T12:00:00.000000Z"
    assert read_known(write_known(END_OF_JUNE), NOW) == END_OF_JUNE
