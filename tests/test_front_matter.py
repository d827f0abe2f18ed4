from datetime import date

import pytest

from course.content.front_matter import (
    Head,
    read_day,
    read_head,
    read_heading,
    read_id,
    read_list,
    read_own_id,
    slug,
    suggest,
)
from course.content.text import readable

KEYS = ("id", "titel", "quiz?")


def head_of(text, keys=KEYS):
    """The head of a text, and what was wrong with it."""
    faults = []
    head = read_head(text.split("\n"), keys, lambda *fault: faults.append(fault))
    return head, faults


def read(text):
    """A text made readable, and what was wrong with it."""
    faults = []
    return readable(text, lambda *fault: faults.append(fault)), faults


def day_of(value):
    faults = []
    head = Head({"granskad": value}, {"granskad": 4}, (), 9)
    return read_day(head, "granskad", lambda *fault: faults.append(fault)), faults


def test_a_head_gives_its_pairs_their_lines_and_the_text_after_it():
    head, faults = head_of("---\nid: a\n\ntitel:  Vad: det är  \n---\nText\n")

    assert faults == []
    assert head == Head({"id": "a", "titel": "Vad: det är"}, {"id": 2, "titel": 4}, ["Text", ""], 6)
    assert (head.line("titel"), head.line("quiz")) == (4, 1)


def test_spaces_at_the_ends_of_lines_and_on_empty_ones_are_nothing():
    head, faults = head_of("--- \n  \nid: a \ntitel: T\n---  \nText")

    assert faults == []
    assert (dict(head.pairs), head.body, head.body_line) == ({"id": "a", "titel": "T"}, ["Text"], 6)


def test_a_file_without_a_head_is_one_fault_and_all_body():
    head, faults = head_of("## Rubrik {#a}\nText")

    assert faults == [(1, "filen ska börja med en rad --- och sedan raderna ”nyckel: värde”")]
    assert (head.body, head.body_line) == (["## Rubrik {#a}", "Text"], 1)


def test_an_empty_file_lacks_its_head():
    head, faults = head_of("")

    assert faults == [(1, "filen ska börja med en rad --- och sedan raderna ”nyckel: värde”")]
    assert (head.pairs, head.body) == ({}, [""])


def test_a_head_that_never_ends_ends_at_the_first_empty_line_and_the_rest_is_read():
    head, faults = head_of("---\nid: a\ntitel: T\n \nText: mer\n")

    assert faults == [(1, "huvudet slutar aldrig; skriv en rad --- efter den sista nyckeln")]
    assert (dict(head.pairs), head.body, head.body_line) == ({"id": "a", "titel": "T"}, [" ", "Text: mer", ""], 4)


def test_a_rule_far_down_in_the_text_does_not_end_the_head():
    head, faults = head_of("---\nid: a\ntitel: T\n## Rubrik {#b}\nText\n---\nMer")

    assert faults == [(1, "huvudet slutar aldrig; skriv en rad --- efter den sista nyckeln")]
    assert (head.body, head.body_line) == (["## Rubrik {#b}", "Text", "---", "Mer"], 4)


def test_a_head_of_keys_alone_that_never_ends_has_no_body():
    head, faults = head_of("---\nid: a\ntitel: T")

    assert faults == [(1, "huvudet slutar aldrig; skriv en rad --- efter den sista nyckeln")]
    assert (dict(head.pairs), head.body) == ({"id": "a", "titel": "T"}, [])


def test_an_unknown_key_is_named_with_what_was_meant():
    _, faults = head_of("---\nid: a\ntitel: T\nquizz: q\n---\n")

    assert faults == [(4, "okänd nyckel ”quizz”; menade du ”quiz”?")]


def test_an_unknown_key_like_no_other_lists_those_there_are():
    _, faults = head_of("---\nid: a\ntitel: T\nfärg: röd\n---\n")

    assert faults == [(4, "okänd nyckel ”färg”; välj bland id, quiz, titel")]


def test_a_doubled_key_keeps_its_first_value():
    head, faults = head_of("---\nid: a\ntitel: T\nid: b\n---\n")

    assert faults == [(4, "nyckeln ”id” står redan på rad 2; ta bort den ena")]
    assert head.pairs["id"] == "a"


def test_a_line_without_colon_is_shown():
    _, faults = head_of("---\nid: a\n titel T \n---\n")

    assert faults == [
        (3, "raden ”titel T” saknar kolon; skriv ”nyckel: värde”"),
        (1, "nyckeln ”titel” saknas; skriv en rad ”titel: …” mellan raderna ---"),
    ]


def test_a_missing_key_and_an_empty_one_are_different_faults():
    _, faults = head_of("---\nid:\nquiz:\n---\n")

    assert faults == [
        (2, "nyckeln ”id” saknar värde; skriv det efter kolonet"),
        (1, "nyckeln ”titel” saknas; skriv en rad ”titel: …” mellan raderna ---"),
    ]


@pytest.mark.parametrize("given", ["a", "0", "en-tva-3", "a" * 80])
def test_an_id_is_small_letters_digits_and_single_hyphens(given):
    assert read_id(3, given, "frågan", pytest.fail) == given


@pytest.mark.parametrize(
    ("given", "proposed"),
    [
        ("Början", "borjan"),
        ("a--b", "a-b"),
        ("-a", "a"),
        ("a-", "a"),
        ("a_b", "a-b"),
        ("a b", "a-b"),
        ("a\n", "a"),
        ("a/b", "a-b"),
        ("\u0661", "id"),
        ("", "id"),
    ],
)
def test_anything_else_is_no_id_and_one_is_proposed(given, proposed):
    faults = []

    assert read_id(3, given, "frågan", lambda *fault: faults.append(fault)) == ""
    assert faults == [
        (3, f"id:t ”{given}” för frågan får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”{proposed}”")
    ]


def test_a_file_whose_id_is_missing_or_empty_has_one_fault_for_it():
    head, faults = head_of("---\nid:\n---\n", ("id",))

    assert read_own_id(head, "id", "modulen", lambda *fault: faults.append(fault)) == ""
    assert read_own_id(head, "quiz", "quizen", lambda *fault: faults.append(fault)) == ""
    assert faults == [(2, "nyckeln ”id” saknar värde; skriv det efter kolonet")]


def test_a_file_says_its_own_id_on_the_line_of_its_key():
    head, _ = head_of("---\ntitel: T\nid: Å\n---\n")
    faults = []

    assert read_own_id(head, "id", "modulen", lambda *fault: faults.append(fault)) == ""
    assert faults == [
        (3, "id:t ”Å” för modulen får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”a”"),
    ]


def test_a_day_is_written_with_four_two_and_two_digits():
    assert day_of("2026-11-22") == (date(2026, 11, 22), [])


@pytest.mark.parametrize(
    "value", ["22 november", "20261122", "2026-W47-7", "2026-11-31", "2026-11-22T10:00", "0000-01-01", "２０２６-11-22"]
)
def test_any_other_day_is_a_fault_with_an_example(value):
    assert day_of(value) == (date.min, [(4, f"”granskad” ska vara ett datum som 2026-11-22, inte ”{value}”")])


def test_an_empty_day_is_left_to_the_check_of_keys():
    assert day_of("") == (date.min, [])


def test_a_list_is_separated_by_semicolons_and_has_no_empty_parts():
    head = Head({"mål": " Du kan A; ;Du kan B;"}, {}, (), 1)

    assert read_list(head, "mål") == ("Du kan A", "Du kan B")
    assert read_list(head, "källor") == ()


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("## Titel {#a .enval}", ("Titel", "#a .enval", "")),
        ("##  Titel  {#a}  ", ("Titel", "#a", "")),
        ("## Titel", ("Titel", "", "")),
        ("## {#a}", ("", "#a", "")),
        ("## Titel {#a} mer", ("Titel", "#a", "mer")),
        ("## Titel {#a} {.b}", ("Titel", "#a", "{.b}")),
        ("## Titel {#a ", ("Titel", "", "#a")),
    ],
)
def test_a_heading_has_a_title_marks_and_nothing_after_them(line, parts):
    assert read_heading(line) == parts


def test_a_suggestion_is_the_nearest_word_or_all_words_or_nothing():
    assert suggest("envall", ["enval", "flerval"]) == "; menade du ”enval”?"
    assert suggest("x", ["flerval", "enval"]) == "; välj bland enval, flerval"
    assert suggest("x", []) == ""


def test_a_proposed_id_is_four_words_without_swedish_letters():
    assert slug("Så här gör du – på éxpedition 7") == "sa-har-gor-du"
    assert slug("!?") == "id"


def test_byte_order_mark_and_windows_line_ends_are_no_faults():
    assert read("\ufeff---\r\nid: a\r\n---\rText\n") == ("---\nid: a\n---\nText\n", [])


def test_lines_are_counted_as_editors_count_them():
    assert read("a\u2028b\x85c\nd\x07") == (
        "a\u2028b\x85c\nd",
        [(2, "raden har ett osynligt styrtecken; skriv om raden för hand")],
    )


@pytest.mark.parametrize("character", ["\x00", "\x02", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\ud800"])
def test_what_neither_database_nor_sanitiser_can_hold_is_left_out_and_reported(character):
    assert read(f"a\nb{character}c") == (
        "a\nbc",
        [(2, "raden har ett osynligt styrtecken; skriv om raden för hand")],
    )


def test_a_tab_may_stand_in_a_text():
    assert read("a\tb") == ("a\tb", [])


def test_a_line_is_at_most_5000_characters():
    assert read(f"a\n{'b' * 5000}\nc") == (f"a\n{'b' * 5000}\nc", [])
    assert read(f"a\n{'b' * 5001}\nc") == (
        "a\n\nc",
        [(2, "raden har mer än 5000 tecken; dela upp den i stycken")],
    )


def test_a_file_is_at_most_100_000_characters():
    line = "b" * 99 + "\n"

    assert read(line * 1000) == (line * 1000, [])
    assert read(line * 1000 + "c") == (
        line * 1000,
        [(0, "filen har mer än 100000 tecken; dela upp den i flera filer")],
    )
