"""Dates, numbers and days as they are written and read."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from course import swedish
from course.clock import FOREVER, add_months, day_of, end_of
from course.errors import Invalid
from course.report.as_of import read_day, read_known, write_known
from course.swedish import folded, sort_key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_numbers_days_and_instants_are_written_as_swedes_do():
    assert swedish.number(1500) == "1\u00a0500"
    assert swedish.number(1234567) == "1\u00a0234\u00a0567"
    assert swedish.number(-1) == "−1"
    assert swedish.day(date(2026, 11, 22)) == "22\u00a0november 2026"
    assert swedish.instant(datetime(2026, 11, 22, 5, 0, tzinfo=UTC)) == "22\u00a0november 2026 kl.\u00a006.00"
    assert swedish.instant(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2\u00a0juli 2026 kl.\u00a000.30"


def test_a_wait_is_told_in_seconds_then_in_whole_minutes_never_too_short():
    told = [swedish.waiting(seconds).replace("\u00a0", " ") for seconds in (1, 15, 59, 60, 61, 120, 121, 900)]

    assert told == [
        *("1 sekund", "15 sekunder", "59 sekunder", "1 minut"),
        *("2 minuter", "2 minuter", "3 minuter", "15 minuter"),
    ]


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (Fraction(1, 3), "33,3\u00a0%"),
        (Fraction(2, 3), "66,7\u00a0%"),
        (Fraction(1), "100,0\u00a0%"),
        (Fraction(0), "0,0\u00a0%"),
        (Fraction(2999, 3000), "99,9\u00a0%"),
        (Fraction(1, 3000), "0,1\u00a0%"),
        (None, "ej mätt"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share, written):
    assert swedish.share(share) == written


def test_a_whole_year_is_called_by_its_number():
    assert swedish.period(date(2026, 1, 1), date(2026, 12, 31)) == "under 2026"
    assert swedish.period(date(2026, 1, 1), date(2027, 12, 31)) == "från 1\u00a0januari 2026 till 31\u00a0december 2027"


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_and_ends_in_stockholm_also_when_the_clocks_change(instant, day):
    assert day_of(instant) == day
    assert instant < end_of(day)
    assert instant >= end_of(date.fromordinal(day.toordinal() - 1))


def test_months_end_on_the_last_day_there_is():
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert add_months(date(9999, 6, 1), 12) == FOREVER
    assert end_of(FOREVER) == datetime.max.replace(tzinfo=UTC)


def test_what_was_known_is_read_as_an_instant_or_as_the_end_of_a_day():
    assert read_known("2026-11-21", NOW) == datetime(2026, 11, 21, 22, 59, 59, 999999, tzinfo=UTC)
    assert read_known("2026-11-22T11:00:00.000001Z", NOW) == datetime(2026, 11, 22, 11, 0, 0, 1, tzinfo=UTC)
    assert read_known("2026-11-22T12:00:00 01:00", NOW) == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert read_known(write_known(NOW), NOW) == NOW


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        "2999-01-01",
        "2026-11-22T13:00:00Z",
        "2026-11-22T11:00:00",
        "x" * 40,
        "",
        "2026-W47-7T10:00:00Z",
        "20261121T100000Z",
        "2026-11-21T10Z",
        "2026-11-21 10:00:00Z",
        "0001-01-01T00:00:00Z",
    ],
)
def test_what_is_not_over_or_not_an_instant_is_refused(text):
    with pytest.raises(Invalid):
        read_known(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "igår",
        "2026-13-01",
        "20261122",
        "2026-W47-7",
        "２０２６-11-22",
        "0001-01-01",
        "9999-12-31",
        "2026-11-22T10:00",
    ],
)
def test_a_day_is_a_day(text):
    with pytest.raises(Invalid):
        read_day(text, "per")


def test_names_stand_in_swedish_order_whatever_their_letters_and_numbers_by_their_size():
    names = (
        "Ahl|Čapek|Dahl|Đorđević|Ek|Élan|Ellis|Łind|Lund|Mykle|Müller|O’Brien|Obrink|Ståhl|Þorn|Über|Ystad|Zander"
        "|Åberg|Ågren|Ärla|Æsop|Öberg|Øster|Ωμέγα|Ядов"
    ).split("|")
    units = "Enhet 1|Enhet 2|Enhet 02 B|Enhet 2 natt|Enhet 10|Enhet 11|Enhet A|Norr 1:2|Norr 1:10".split("|")

    for ordered in (names, units):
        assert sorted(set(ordered), key=sort_key) == ordered
        assert sorted((name.upper() for name in ordered), key=sort_key) == [name.upper() for name in ordered]
    assert sort_key("Andre") < sort_key("André") < sort_key("Andrea")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        *(("ÉLODIE", "elodie"), ("Åsa", "åsa"), ("A\u030asa", "åsa")),
        *(("Müller", "muller"), ("Æsøp", "äsöp"), ("Łukasz", "lukasz")),
    ],
)
def test_letters_are_as_somebody_may_type_them(text, plain):
    assert folded(text) == plain
