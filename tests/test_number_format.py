"""What Excel shows of a number: read as it is seen, or a fault that says what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.sheet.number_format import BUILT_IN, RETYPE, SAVE_AS_TEXT, CellText, NotShown, shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (123, "General", "123"),
        (123, "@", "123"),
        (1.5, "General", "1,5"),
        (0.1 + 0.2, "General", "0,3"),
        (-7, "General", "-7"),
        (199001011239, "General", "199001011239"),
        (123, "000000", "000123"),
        (1234567, "000000", "1234567"),
        (0, "0", "0"),
        (0, "000", "000"),
        (0, "#", ""),
        (123, "####", "123"),
        (900101, "000000-", "900101-"),
        (12345, "000-000", "012-345"),
        (12345, "000\\-000", "012-345"),
        (7, '"A"000', "A007"),
        (7, '0" st"', "7 st"),
        (5, "?0", "5"),
        (5, "[Red]00", "05"),
        (5, "[$A-41D]00", "A05"),
        (-5, "00;00", "05"),
        (-5, "00", "-05"),
        (0, '00;-00;"–"', "–"),
        (5, "00;-00;;@", "05"),
    ],
)
def test_a_whole_number_is_read_with_the_zeros_and_signs_of_its_format(value, code, text):
    assert shown(float(value), code) == CellText(text)


@pytest.mark.parametrize(
    ("value", "code", "why"),
    [
        (12345, "#,##0", "visas med decimaler, mellanrum, procent eller avrundad"),
        (12345, "0.00", "visas med decimaler"),
        (12, "0%", "visas med decimaler"),
        (12345, "0.00E+00", "visas med decimaler"),
        (0.5, "# ?/?", "visas med decimaler"),
        (12345, "#,##0.00 kr", "visas med decimaler"),
        (1.5, "0", "visas avrundad"),
        (12, ";;;", "är dold"),
        (0, "0;;", "är dold"),
        (12, "", "är dold"),
        (12, "[>100]0;00", "talformat med villkor"),
        (1e15, "General", "fler än 15 siffror"),
        (123456789012345678, "0", "visas avrundad"),
        (1.5e-9, "General", "visas som 1,5E-09"),
        (float("nan"), "General", "talformat som inte går att läsa"),
        (float("inf"), "0", "talformat som inte går att läsa"),
        (5, None, "talformat som inte går att läsa"),
        (46025, "d-mmm", "en del av ett datum"),
        (46025, "mmm-yy", "en del av ett datum"),
        (46025, "m/d", "en del av ett datum"),
        (46025.5, "h:mm", "en del av ett datum"),
        (46025, "dddd mmmm yyyy", "en del av ett datum"),
        (0.5, "[h]:mm", "en del av ett datum"),
        (46025.5, "mm:ss.0", "en del av ett datum"),
        (5, "yyyy-mm-dd", "visas som ett datum, men är inget"),
        (3_000_000, "yyyy-mm-dd", "visas som ett datum, men är inget"),
    ],
)
def test_what_excel_shows_otherwise_than_it_holds_says_what_to_do(value, code, why):
    with pytest.raises(NotShown) as reason:
        shown(float(value), code)

    assert why in str(reason.value)
    assert any(cure in str(reason.value) for cure in (RETYPE, SAVE_AS_TEXT, "Skriv dagen som 2026-12-31."))


@pytest.mark.parametrize(
    "code",
    [
        *(
            "yyyy-mm-dd",
            "d-mmm-yy",
            "dd/mm/yyyy",
            "m/d/yy",
            "[$-41D]d mmmm yyyy;@",
            "dddd d mmmm yyyy",
            "YYYY\\-MM\\-DD",
        ),
        BUILT_IN[14],
        BUILT_IN[15],
    ],
)
def test_a_date_with_year_month_and_day_is_the_day(code):
    assert shown(46387, code) == shown(46387.7, code) == CellText("2026-12-31", is_day=True)
    assert shown(46387 - 1462, code, from_1904=True) == CellText("2026-12-31", is_day=True)


def test_a_time_that_is_shown_is_read_with_the_day():
    assert shown(46387.5, "yyyy-mm-dd hh:mm") == CellText("2026-12-31 12:00:00", is_day=True)
    assert shown(46387, "yyyy-mm-dd hh:mm") == CellText("2026-12-31", is_day=True)


@given(st.floats(), st.text(alphabet='0#?,.%E+-/;[]"\\_*ymdhs$@ GeneralAMP>1', max_size=30))
def test_any_format_shows_something_or_says_why_not(value, code):
    try:
        told = shown(value, code).text
    except NotShown as reason:
        told = str(reason)

    assert isinstance(told, str)
