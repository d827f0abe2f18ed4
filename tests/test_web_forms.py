"""Forms tell every fault at once, at its field and with a way to it; what was typed stays, and nothing is half done."""

from collections import Counter
from datetime import date

import pytest
from browsing import Page, browser, everything, furnished, routes
from finding import find
from werkzeug.datastructures import MultiDict
from world import post, token

from course.clock import FOREVER
from course.errors import Conflict
from course.organisation import person as rules
from course.web.forms import Faulty, Form

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
QUIET = ("audit_entry", "installation", "session", "throttle")
"""What a refused form may write: that a person's page was shown, that a try was made, that somebody is there."""


@pytest.fixture
def town(world):
    furnished(world)
    world.target(since="2026-01-01", until="2026-12-31")
    world.target(since="2023-01-01", until="2023-12-31")
    return world


def kept(world):
    return {name: rows for name, rows in everything(world.app).items() if name not in QUIET}


NEW = {"nummer": "10\u200b01", "namn": "=1+1", "epost": "å@ö.x", "enhet": "FEL", "befattning": "-", "form": "kung"}
FORMS = {
    "a new person": ("hr", "/personer/ny", "", NEW | {"fran": "i går", "till": "i morgon"}),
    "a correction": ("hr", "/personer/1/ratta", "ratta", {"namn": "Anna (S)", "epost": "å@ö.x"}),
    "an employment": ("hr", "/personer/1/anstall", "anstall", {"enhet": "", "form": "kung", "fran": "", "till": "x"}),
    "an end": ("hr", "/personer/1/avsluta", "avsluta", {"sista": "x", "enhet": "FEL"}),
    "whether one counts": ("hr", "/personer/1/raknas", "raknas", {"raknas": "kanske", "fran": "x"}),
    "an exemption": ("hr", "/personer/1/undanta", "undanta", {"fran": "", "till": "x"}),
    "the end of one": ("hr", "/personer/1/avsluta-undantag", "avsluta-undantag", {"sista": "x"}),
    "another number": ("hr", "/personer/1/koppla", "koppla", {"nummer": "finns-inte"}),
    "a target": (
        "hr",
        "/mal/andra",
        "",
        {"kurs": "x", "mal": "många", "fran": "", "till": "x", "enheter": "FEL", "form": "kung", "grupper": "A"}
        | {"beslutat": "x", "referens": "=1", "kalla": "a\u202eb", "ansvarig": "811218-9876", "dagar": "x"},
    ),
    "a figure": (
        "hr",
        "/mal/1/rapporterat",
        "rapporterat-1-2023-01-01",
        {"antal": "x", "dag": "", "kalla": "", "referens": "=1"},
    ),
    "a role": ("admin", "/konton/1/ge-roll", "ge-roll", {"roll": "kung", "enhet": "FEL", "fran": "", "till": "x"}),
    "a list": ("hr", "/personer/import", "", {"sort": "x", "fil": "", "per": "", "kalla": "=1"}),
    "a sign-in": (None, "/logga-in", "", {"namn": "", "losenord": ""}),
    "a code": (None, "/kod", "", {"namn": "", "kod": "", "losenord": "kort", "losenord2": "annat"}),
    "a password": ("anna", "/min-sida/losenord", "", {"nuvarande": "", "losenord": "kort", "losenord2": "annat"}),
}


@sqlite_only
@pytest.mark.parametrize(("who", "url", "name", "wrong"), FORMS.values(), ids=FORMS)
def test_every_wrong_field_is_told_at_once_at_its_field_and_nothing_is_done(town, who, url, name, wrong):
    client, before = browser(town, who), kept(town)
    sent = {**wrong, "fran": "2023-01-01"} if url.endswith("rapporterat") else wrong
    if url.endswith("ratta"):
        sent = {**Page(client.get("/personer/1")).sends("Rätta namn och e-post"), **wrong}

    answer = post(client, url, "/logga-in" if who is None else "/stod", **sent)

    page = Page(answer)
    ids = {field: "-".join(filter(None, (name, field))) for field in wrong}
    assert answer.status_code == 422
    assert page.title.startswith("Fel: ")
    links = [link["href"] for link in page.one("div", class_="error-summary").inside(page, "a")]
    assert links == [f"#{each}" for each in ids.values()]
    for field, each in ids.items():
        (control,) = (element for element in page.elements if element["id"] == each)
        group = next((up for up in control.parents if up["role"] == "radiogroup"), control)
        told = page.one("p", id=f"{each}-error")
        box = control["type"] == "checkbox"
        described = next(up for up in control.parents if up.name == "fieldset") if box else group
        assert ((control if box else group)["aria-invalid"], f"{each}-error" in described["aria-describedby"]) == (
            "true",
            True,
        )
        assert told.text.startswith("⚠ ")
        if control.name == "input" and control["type"] not in ("password", "file", "radio", "checkbox"):
            assert control["value"] == wrong[field]
    invalid = {element["name"] or element.name for element in page.elements if element["aria-invalid"] == "true"}
    assert len(invalid) == len(wrong)
    assert kept(town) == before


@sqlite_only
def test_a_fault_opens_the_form_of_its_own_period_only(town):
    client = browser(town, "hr")

    answer = post(client, "/mal/1/rapporterat", fran="2023-01-01", antal="812", dag="2023-06-01", kalla="")

    page = Page(answer)
    opened = [details for details in page.all("details") if "open" in details.attributes]
    assert answer.status_code == 422
    assert [element["value"] for element in page.all("input", name="antal")] == ["", "812"]
    assert [page.fields(details)["fran"] for details in opened] == [["2023-01-01"]]
    assert [link["href"] for link in page.one("div", class_="error-summary").inside(page, "a")] == [
        "#rapporterat-1-2023-01-01-kalla"
    ]


@sqlite_only
@pytest.mark.parametrize("what", ["per=i+går", "sedan=x", "kand=x", "per=i+går&sedan=x&kand=x"])
def test_a_report_that_cannot_be_made_tells_why_at_each_field_and_shows_no_figure(town, what):
    client = browser(town, "hr")

    page = Page(client.get(f"/rapport/tackning?{what}"))

    asked = [part.partition("=")[0] for part in what.split("&")]
    assert page.response.status_code == 422
    assert sorted(element["id"] for element in page.all("input", **{"aria-invalid": "true"})) == sorted(asked)
    assert page.all("dl") == []
    assert client.get(f"/rapport/tackning?{what}&format=csv").status_code == 422
    wrong = Page(client.get("/personer/1?per=x"))
    assert (wrong.response.status_code, wrong.one("input", id="per")["value"]) == (422, "x")


def twice(page):
    return [
        each
        for each, count in Counter(element["id"] for element in page.elements if element["id"]).items()
        if count > 1
    ]


@sqlite_only
def test_no_page_has_an_id_twice_and_each_fault_leads_to_a_field_also_in_a_form_that_is_refused(world):
    found = find(world)
    world.target(since="2023-01-01", until="2023-12-31")
    clients = {who: browser(world, who) for who in ("bo", "anna", "ny", "hr", "sekreterare", "chef", "admin", None)}
    seen = []
    for client in clients.values():
        for rule, verb in routes(world.app):
            if verb == "GET":
                for item in ("andra", "forsta"):
                    answer = client.get(found.address(rule, item=item))
                    if answer.mimetype == "text/html":
                        seen.append((rule.rule, twice(Page(answer))))
    refused = 0
    for form in found.forms.values():
        client = clients[form.who]
        for value in ("\u202e", ""):
            fields = {name: value for name in form.fields if name not in ("csrf_token", "plan", "import")}
            answer = client.post(form.url, data={"csrf_token": token(client), **fields})
            if answer.mimetype == "text/html":
                page = Page(answer)
                seen.append((form.url, twice(page)))
                ids = {element["id"] for element in page.elements}
                for summary in page.all("div", class_="error-summary"):
                    refused += 1
                    links = [link["href"].removeprefix("#") for link in summary.inside(page, "a")]
                    assert (form.url, set(links) - ids) == (form.url, set())

    assert [each for each in seen if each[1]] == []
    assert refused > 20


def form(**sent):
    return Form("f", MultiDict(sent))


def test_a_form_reads_what_is_right_and_gathers_what_is_wrong():
    read = form(a=" 1 500 ", b="2026-12-31", c="", d="Anna  Ek", e="x", f="z")

    assert (read.number("a", "A"), read.day("b", "B"), read.last_day("c", "C")) == (1500, date(2026, 12, 31), FOREVER)
    assert (read.text("d", "Namnet", rules.person_name), read.number("c", "C", otherwise=0)) == ("Anna Ek", 0)
    read.check()
    read.choice("e", ("y",), "Välj.")
    read.choices("f", ("y",), "Välj bland y.")
    read.day("c", "Dagen")
    assert read.links() == [
        ("f-c", "”Dagen” saknas. Skriv ett datum som 2026-12-31."),
        ("f-e", "Välj."),
        ("f-f", "Välj bland y."),
    ]
    with pytest.raises(Faulty):
        read.check()


def test_what_is_refused_stands_at_its_own_field_or_else_at_the_first():
    for field, expected in (("b", "f-b"), ("okänt", "f-a"), ("", "f-a")):
        read = form(a="1", b="2")
        read.number("a", "A")
        read.number("b", "B")
        assert read.told(Conflict("Finns redan.", field)).links() == [(expected, "Finns redan.")]
    assert Form().told(Conflict("Finns redan.")).links() == [("", "Finns redan.")]


def test_a_form_that_was_not_sent_shows_what_is_stored():
    other = form(a="typed").named("g")

    assert (other.value("a", "stored"), other.id("a"), other.has("b", "x", ["x"])) == ("stored", "g-a", True)
    assert (form(a="typed").value("a", "stored"), form(a="x").has("b", "x", ["x"])) == ("typed", False)
