"""Täckning on the page and in files: the same figures everywhere, the same for ever, nothing more than asked for."""

import csv
import io
import json
import re
from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from browsing import Page, Statements, browser, everything
from world import course_sources

from course import clock, swedish
from course import db as database
from course.clock import FOREVER
from course.db import transaction
from course.organisation.actions import Terms, add_membership
from course.organisation.tables import Unit, UnitState
from course.report import catalogue

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/rapport/tackning"
DAY = "2026-06-30"


@pytest.fixture
def staffed(world):
    """Two units with people in every state on 30 June, a target with a group, and HR's browser.

    In the target: 3 in A, 2 in B. Done in the period and still there: a1 and b1. Left since: a4, who did it.
    """
    world.publish()
    world.unit("A")
    world.unit("B", "A")
    for key, unit in (("a1", "A"), ("a2", "A"), ("a3", "A"), ("b1", "B"), ("b2", "B")):
        world.person(key, unit)
    world.person("a4", "A", until="2026-05-31")
    world.person("praktikant", "B", employment="trainee")
    world.target(1500, groups=(("Grupp B", ("B",)),))
    for key in ("a1", "b1", "a4"):
        world.take(key, "2026-04-01")
    world.begin("a2", "2026-04-02")
    world.person("hr")
    world.role("hr", "hr")
    return browser(world, "hr")


def from_json(response):
    """{(group, key): value as text} and [(label, values…)] of the rows."""
    table = json.loads(response.text)
    told = [(group["key"], figure) for group in table["groups"] for figure in group["figures"]]
    figures = {(group, figure["key"]): shown(figure["value"]) for group, figure in told}
    keys = [column["key"] for column in table["columns"]]
    return figures, [(row["label"], *(shown(row[key]) for key in keys)) for row in table["rows"]]


def shown(value):
    if value is None:
        return "ej mätt"
    if isinstance(value, float):
        return swedish.decimal_share(Fraction(value).limit_denominator(1000))
    return str(value)


def from_csv(response):
    """The same of the CSV file."""
    lines = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff")), delimiter=";"))
    cuts = [number for number, line in enumerate(lines) if not line]
    figures = {(title, key): value for title, key, _, value in lines[cuts[0] + 2 : cuts[1]]}
    return figures, [(label, *values) for _, _, label, *values in lines[cuts[1] + 2 :]]


def from_html(response):
    """The same of the page, with the figures' labels for keys."""
    page = Page(response)
    figures = {}
    for group in (element for element in page.all("section") if element["class"] is None):
        title = next(element.text for element in page.all("h2") if group in element.parents)
        labels = [element for element in page.all("dt") if group in element.parents]
        values = [element for element in page.all("dd") if group in element.parents]
        for label, value in zip(labels, values, strict=True):
            meta = [element.text for element in page.all("span", class_="meta") if label in element.parents]
            figures[title, label.text.removesuffix(meta[0] if meta else "").strip()] = value.text
    return figures, [tuple(line) for line in page.rows()]


def plain(text):
    """A number or share of the page as files write it: "1 500" is 1500, "40,0 %" is 40,0, "1 juni 2026" a date."""
    text = text.replace("\xa0", " ").replace("−", "-")
    if found := re.fullmatch(r"(\d+) (\w+) (\d{4})", text):
        return f"{found[3]}-{swedish.MONTHS.index(found[2]) + 1:02}-{int(found[1]):02}"
    return untold(re.sub(r"(?<=\d) (?=\d)", "", text).removesuffix(" %"))


def untold(text):
    """Machines are told nothing where people read why there is no value."""
    return "ej mätt" if text == "saknas" else text


# --- the same figures everywhere ---


def test_page_csv_json_and_terminal_say_the_same_numbers(world, staffed, runner):
    page = staffed.get(URL, query_string={"per": DAY})
    known = re.search(r"kand=([^&\"]+)", page.text)[1].replace("%3A", ":")
    asked = {"per": DAY, "kand": known}

    figures, rows = from_json(staffed.get(URL, query_string={**asked, "format": "json"}))
    csv_figures, csv_rows = from_csv(staffed.get(URL, query_string={**asked, "format": "csv"}))
    html_figures, html_rows = from_html(page)
    terminal = runner.invoke(args=["report", "coverage", "--per", DAY, "--kand", known]).output

    assert figures["status", "members"] == "5"
    assert (figures["status", "covered"], figures["status", "share"]) == ("2", "40,0")
    assert (figures["status", "under_way"], figures["status", "not_started"]) == ("1", "2")
    assert (figures["status", "uncounted"], figures["bridge", "reached"]) == ("1", "3")
    assert (figures["target", "goal"], figures["group:Grupp B", "members"]) == ("1500", "2")
    assert [untold(value) for value in csv_figures.values()] == list(figures.values())
    assert [plain(value) for value in html_figures.values()] == list(figures.values())
    assert rows == [
        ("Enhet A", "5", "2", "40,0", "3", "3"),
        ("Direkt i Enhet A", "3", "1", "33,3", "2", "2"),
        ("Enhet B", "2", "1", "50,0", "1", "1"),
        ("Alla", "5", "2", "40,0", "3", "3"),
    ]
    assert csv_rows == rows
    assert [(label, *map(plain, values)) for label, *values in html_rows] == rows
    printed = [re.split(" {2,}", line.strip()) for line in terminal.replace("\xa0", " ").splitlines()]
    for (_, label), value in html_figures.items():
        assert [label, value] in [line[:2] for line in printed], label
    for line in html_rows:
        assert list(line) in printed, line


def test_many_units_are_folded_under_the_part_that_they_belong_to(world, staffed):
    for part in ("P", "Q"):
        world.unit(part, "A")
        for number in range(10):
            world.unit(f"{part}{number}", part)
            world.person(f"{part}{number}", f"{part}{number}")
    page = Page(staffed.get(URL))
    _, rows = from_json(staffed.get(URL, query_string={"format": "json"}))

    folds = [element for element in page.all("details") if "Enheterna i" in element.text]
    assert [fold.text.split("Enheter")[1].split()[:3] for fold in folds] == [["na", "i", "Enhet"]] * 2
    below = [element.text for fold in folds for element in page.all("th") if fold in element.parents]
    assert [label for label in below if label.startswith("Enhet P")] == [f"Enhet P{number}" for number in range(10)]
    assert "Enhet A" not in below
    shown_rows = [tuple(line) for line in page.rows()]
    assert sorted((label, *map(plain, values)) for label, *values in shown_rows) == sorted(rows)


def test_the_sentence_says_the_result_and_stands_in_the_title(staffed):
    page = Page(staffed.get(URL, query_string={"per": DAY}))

    assert page.title == "Täckning: 3 av målet 1 500 har gått kursen under 2026."
    assert page.texts("p", class_="headline") == ["3 av målet 1 500 har gått kursen under 2026."]
    assert "2 av 5 anställda i målgruppen är klara (40,0 %)." in page.main.replace("\xa0", " ")


@sqlite_only
def test_nobody_is_named(staffed):
    for wanted in ("html", "csv", "json", "table"):
        text = staffed.get(URL, query_string={"per": DAY, "format": wanted}).text
        assert not re.search(r"Namn (?!hr\b)|a[1-4]@|b[12]@", text), wanted


@sqlite_only
def test_a_file_is_named_after_what_it_shows(staffed):
    answer = staffed.get(URL, query_string={"per": DAY, "kand": "2026-06-30", "format": "csv"})

    assert (answer.mimetype, answer.text[0]) == ("text/csv", "\ufeff")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="tackning-kurs-2026-06-30-kand-2026-06-30T215959.999999Z.csv"'
    )


# --- the same for ever ---


@pytest.mark.parametrize("most", [0, 8])
def test_the_permalink_gives_the_same_bytes_although_more_has_happened(world, staffed, monkeypatch, most):
    monkeypatch.setattr(catalogue, "MOST", most)
    page = Page(staffed.get(URL, query_string={"per": DAY}))
    links = {link.text: link["href"] for link in page.all("a") if "kand=" in (link["href"] or "")}
    assert list(links) == ["Länk som alltid visar samma siffror", "Hämta som CSV", "Hämta som JSON"]
    before = {name: staffed.get(link).data for name, link in links.items() if name.startswith("Hämta")}
    figures = from_html(staffed.get(links["Länk som alltid visar samma siffror"]))

    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        with transaction() as (db, at):
            for key in ("praktikant", "hr"):
                terms = Terms(world.units["A"], "Handläggare", date(2026, 1, 1))
                add_membership(db, world.people[key], terms, by=None, at=at)
        later = browser(world, "hr")

        assert {name: later.get(link).data for name, link in links.items() if name in before} == before
        assert from_html(later.get(links["Länk som alltid visar samma siffror"])) == figures
        now = from_json(later.get(URL, query_string={"per": DAY, "format": "json"}))
        assert (figures[0]["Så är läget den valda dagen", "I målgruppen"], now[0]["status", "members"]) == ("5", "7")


def test_asking_for_what_was_known_then_shows_what_was_known_then(world, staffed):
    world.person("sen", "B", day="2026-08-01")

    def members(kand):
        figures, _ = from_json(staffed.get(URL, query_string={"per": DAY, "kand": kand, "format": "json"}))
        return figures.get(("status", "members"))

    known = {day: members(day) for day in ("2025-12-31", "2026-07-31", "2026-08-01")}

    assert known == {"2025-12-31": None, "2026-07-31": "5", "2026-08-01": "6"}
    assert "Inget känt" in Page(staffed.get(URL, query_string={"per": DAY, "kand": "2025-12-31"})).title


def test_a_figure_is_compared_with_what_was_known_earlier(world, staffed):
    asked = {"per": DAY, "kand": "2026-04-30", "sedan": "2026-03-31"}

    figures, _ = from_html(staffed.get(URL, query_string=asked))

    told = {label: value for (title, label), value in figures.items() if title.startswith("Så har det kända ändrats")}
    assert (told["Nått, enligt det som var känt då"], told["Nya genomföranden (+)"]) == ("0", "3")
    same = Page(staffed.get(URL, query_string={**asked, "sedan": "2026-04-30"}))
    assert "ska vara tidigare" in same.main
    for text in ("x", "2200-01-01", "2026-13-01"):
        answer = staffed.get(URL, query_string={**asked, "sedan": text})
        assert (answer.status_code, "”Jämför med det som var känt”" in answer.text) == (422, True), text
    wrong = Page(staffed.get(URL, query_string={"per": DAY, "kand": "i går", "sedan": "x"}))
    labels = {label.text for label in wrong.all("label")}
    named = {text.split("”")[1] for text in wrong.texts("a") if text.startswith("”")}
    assert (named, named - labels) == ({"Enligt det som var känt", "Jämför med det som var känt"}, set())


def test_what_was_asked_for_is_kept_when_another_day_is_chosen(world, staffed):
    world.publish(course_sources(course="andra", modules=("annat",)))
    link = next(each["href"] for each in Page(staffed.get(URL)).all("a") if each.text.startswith("Länk som alltid"))
    instant = re.search(r"kand=([^&]+)", link)[1].replace("%3A", ":")
    asked = {"kurs": "kurs", "kand": instant, "sedan": "2026-03-31", "organisation": "nu", "sma": "doljs"}
    page = Page(staffed.get(URL, query_string=asked))

    sent = page.sends("Visa")
    other = next(each["href"] for each in page.all("a") if "kurs=andra" in each["href"])

    assert {name: sent[name] for name in asked} == {name: [value] for name, value in asked.items()}
    assert (page.one("input", name="kand")["type"], page.one("input", name="sedan")["type"]) == ("text", "date")
    assert all(f"{name}=" in other for name in ("kand", "sedan", "organisation", "sma"))
    fresh = Page(staffed.get(URL)).sends("Visa")
    assert (fresh["kand"], fresh["sedan"], "sma" in fresh) == ([""], [""], False)


def test_what_is_handed_on_has_no_rows_about_few_and_the_files_neither(staffed):
    everybody = Page(staffed.get(URL, query_string={"per": DAY}))
    link = next(each["href"] for each in everybody.all("a") if each.text.startswith("Att lämna vidare"))
    page = Page(staffed.get(link))
    files = [each["href"] for each in page.all("a") if each.text.startswith("Hämta som")]

    assert [row[0] for row in everybody.rows()] == ["Enhet A", "Direkt i Enhet A", "Enhet B", "Alla"]
    assert [row[0] for row in page.rows()] == ["Enhet A", "Alla"]
    assert "Rader om färre än 5 personer är lagda ihop" in page.main
    assert "Alla rader, bara för HR" in page.main
    for file in files:
        answer = staffed.get(file)
        assert "Enhet B" not in answer.text
        assert "att-lamna-vidare" in answer.headers["Content-Disposition"]
    assert len(files) == 2


def test_the_page_leads_from_the_organisation_then_to_the_one_now_and_back(staffed):
    def other(page):
        return next(each["href"] for each in page.all("a") if each.text.startswith("Organisationen "))

    then = Page(staffed.get(URL, query_string={"per": DAY}))
    now = Page(staffed.get(other(then)))

    assert "nått står där personen är den valda dagen" in now.main
    assert (f"per={DAY}" in other(now), "organisation=da" in other(now)) == (True, True)
    assert "organisation=nu" in next(each["href"] for each in now.all("a") if each.text == "Hämta som CSV")


# --- what cannot be answered ---

BAD_DAYS = [
    *("x", "-1", "ÅÄÖ", "2026-6-3", "2026-13-01", "2026-02-30", "20260231", "2026-01-01'--"),
    *("0001-01-01", "1989-12-31", "2201-01-01", "9999-12-31"),
]
BAD_INSTANTS = [
    *BAD_DAYS,
    "2026-01-01T12:00:00",
    "2026-01-01T25:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-01-01T12:00:00+99:00",
    "nu",
]


@sqlite_only
def test_days_and_instants_that_are_none_get_a_page_that_says_how_to_write_them(world, staffed):
    before = everything(world.app)

    for name, said, values in (
        ("per", "Siffror för dagen", BAD_DAYS),
        ("kand", "Enligt det som var känt", BAD_INSTANTS),
    ):
        for value in values:
            answer = staffed.get(URL, query_string={name: value})
            page = Page(answer)
            assert (answer.status_code, page.h1) == (422, "Täckning"), (name, value)
            (link,) = page.one("div", class_="error-summary").inside(page, "a")
            assert (link["href"], f"”{said}”" in link.text) == (f"#{name}", True), (name, value)

    assert everything(world.app) == before


@sqlite_only
def test_what_will_be_known_in_the_future_is_refused(staffed):
    today = clock.day_of(clock.now())
    soon = (clock.now() + timedelta(minutes=1)).isoformat()

    future = (today, today + timedelta(days=1), soon)
    statuses = [staffed.get(URL, query_string={"kand": kand}).status_code for kand in future]

    assert statuses == [422] * 3
    assert staffed.get(URL, query_string={"kand": today - timedelta(days=1)}).status_code == 200


@sqlite_only
def test_a_day_that_has_not_been_says_so(staffed):
    tomorrow = clock.day_of(clock.now()) + timedelta(days=1)

    notices = [Page(staffed.get(URL, query_string={"per": day})).texts("p", class_="notice") for day in (DAY, tomorrow)]

    assert notices == [[], ["Dagen har inte varit än. Siffrorna visar det som är känt nu."]]


@sqlite_only
def test_a_course_or_a_format_that_is_not_there_is_refused(staffed):
    assert staffed.get(URL, query_string={"kurs": "finns-inte"}).status_code == 404
    for name, choices in (("organisation", "da eller nu"), ("sma", "visas eller doljs")):
        answer = staffed.get(URL, query_string={name: "x"})
        assert (answer.status_code, Page(answer).texts("strong")[0]) == (422, f"”{name}” ska vara {choices}.")
    answer = staffed.get(URL, query_string={"format": "exe"})
    assert (answer.status_code, Page(answer).texts("strong")[0]) == (
        422,
        "Formatet finns inte. Välj bland csv, json, table.",
    )


@sqlite_only
def test_figures_that_take_too_long_are_given_up_with_a_page_that_says_so(world, staffed, monkeypatch):
    monkeypatch.setattr(database, "LONGEST_READ", 0)
    monkeypatch.setattr(database, "STEPS", 10)

    answer = staffed.get(URL, query_string={"per": "2026-05-05"})

    assert (answer.status_code, Page(answer).h1) == (504, "Det tog för lång tid att räkna")
    assert "säg till den som sköter driften" in Page(answer).main
    monkeypatch.undo()
    assert staffed.get(URL, query_string={"per": "2026-05-05"}).status_code == 200


@sqlite_only
def test_before_anything_is_published_the_page_says_what_comes(world):
    world.person("hr")
    world.role("hr", "hr")

    answer = browser(world, "hr").get(URL)

    assert (answer.status_code, Page(answer).h1) == (200, "Täckning")
    assert "Ingen kurs är publicerad än." in Page(answer).main


@sqlite_only
def test_with_two_courses_each_links_to_the_other_and_the_day_is_asked_of_the_same_one(world, staffed):
    world.publish(course_sources(course="andra", modules=("annat",)))

    page = Page(staffed.get(URL, query_string={"kurs": "kurs"}))

    assert [link["href"] for link in page.all("a") if "kurs=andra" in link["href"]] == [f"{URL}?kurs=andra"]
    assert page.one("input", name="kurs")["value"] == "kurs"


# --- names that are more than names ---


def test_names_that_a_spreadsheet_would_run_are_made_safe_and_html_is_text(world, staffed):
    names = ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "＝1+1", "＠x", "<script>alert(1)</script>", 'a;"b"']
    with world.write() as (db, at):
        for number, name in enumerate(names):
            unit = Unit(source="hr")  # from before such names were refused
            db.add(unit)
            db.flush()
            told = {"code": f"U{number}", "name": name, "kind": "enhet", "valid_from": at.date(), "valid_to": FOREVER}
            db.add(UnitState(unit_id=unit.id, **told, recorded_at=at))
            db.flush()
            add_membership(db, world.people["a1"], Terms(unit.id, "Titel", at.date()), by=None, at=at)

    def asked(wanted):
        return staffed.get(URL, query_string={"per": DAY, "format": wanted})

    in_csv = [label for label, *_ in from_csv(asked("csv"))[1]]
    in_json = [label for label, *_ in from_json(asked("json"))[1]]
    page = asked("html")

    assert set(names) <= set(in_json)
    assert {f"'{name}" for name in names[:6]} | set(names[6:]) <= set(in_csv)
    assert not [label for label in in_csv if label[0] in "=+-@＝＋－＠"]
    assert "<script>" not in page.text
    assert set(names) <= {label for label, *_ in from_html(page)[1]}


# --- what is asked of the database ---


def test_the_number_of_statements_does_not_depend_on_the_number_of_units(world, staffed):
    def count():
        with Statements() as statements:
            assert staffed.get(URL, query_string={"per": DAY}).status_code == 200
        return len(statements.seen)

    staffed.get(URL)
    few = count()
    for code in ("C", "D", "E"):
        world.person(code.lower(), code)

    assert count() == few


def test_what_was_built_for_the_page_is_not_built_again_for_its_files(staffed):
    link = next(each["href"] for each in Page(staffed.get(URL)).all("a") if each.text == "Hämta som CSV")
    other = link.replace("kurs=", "per=2026-05-01&kurs=").replace("&per=", "&nu=", 1)
    with Statements() as again:
        csv_file = staffed.get(link).text
    with Statements() as anew:
        staffed.get(other)

    assert [len(again.seen) < len(anew.seen) - 3, "A;" in csv_file] == [True, True]


def test_after_a_write_the_page_shows_what_is_so_now(world, staffed):
    before, _ = from_json(staffed.get(URL, query_string={"format": "json"}))
    world.take("a2", "2026-05-02")
    after, _ = from_json(staffed.get(URL, query_string={"format": "json"}))

    assert (int(before["status", "covered"]), int(after["status", "covered"])) == (2, 3)


def test_a_figure_known_at_an_instant_to_come_is_built_anew_each_time(world, staffed):
    soon = (clock.now() + timedelta(seconds=3)).isoformat().replace("+00:00", "Z")
    asked = {"format": "json", "kand": soon}
    before, _ = from_json(staffed.get(URL, query_string=asked))
    with transaction() as (db, at):
        terms = Terms(world.units["A"], "Handläggare", date(2026, 1, 1))
        add_membership(db, world.people["hr"], terms, by=None, at=at)
    after, _ = from_json(staffed.get(URL, query_string=asked))

    assert (int(before["status", "members"]), int(after["status", "members"])) == (5, 6)


def test_the_permalink_of_an_instant_to_come_gives_the_same_figures_for_ever(world, staffed):
    soon = (clock.now() + timedelta(seconds=4)).isoformat().replace("+00:00", "Z")
    shown = staffed.get(URL, query_string={"format": "json", "kand": soon})
    scope = json.loads(shown.data)["scope"]
    with transaction() as (db, at):
        terms = Terms(world.units["A"], "Handläggare", date(2026, 1, 1))
        add_membership(db, world.people["hr"], terms, by=None, at=at)

    later = staffed.get(URL, query_string={"format": "json", **scope})

    assert later.data == shown.data
    assert scope["kand"] < soon


def test_the_course_for_employees_is_the_one_that_is_shown_first(world, staffed):
    world.publish(course_sources(course="a-namnd", audience="official"))

    def others(url):
        return [link["href"] for link in Page(staffed.get(url)).all("a") if "tackning?kurs=" in (link["href"] or "")]

    assert [link for link in others(URL) if not re.search("format|per=|sma|organisation", link)] == [
        f"{URL}?kurs=a-namnd"
    ]
    assert f"{URL}?kurs=kurs" in others(f"{URL}?kurs=a-namnd")
