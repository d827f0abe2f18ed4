"""The course as an employee meets it: where to start, where to go on, and what is asked of the server for it."""

import re
from datetime import date
from pathlib import Path

import pytest
import time_machine
from browsing import PICTURE, Page, Statements, address, browser, everything, furnished, furnished_site, routes
from world import course_sources, post

from course.evidence.actions import record_earned
from course.evidence.evidence_file import Earned
from course.learning.actions import revoke
from course.learning.queries import completion_rows
from course.web import learner

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
START = "/kurs/kurs"
FIRST, LAST = "/kurs/kurs/modul/borjan", "/kurs/kurs/modul/slutet"


@pytest.fixture(scope="module")
def site(sqlite_template, tmp_path_factory):
    """For the tests that change nothing."""
    with furnished_site(sqlite_template, tmp_path_factory.mktemp("site")) as world:
        yield world


@pytest.fixture
def anna(world):
    """The browser of a new employee; bo has done everything."""
    world.publish()
    world.person("anna", "A")
    world.person("bo", "A")
    world.take("bo", "2026-03-01")
    return browser(world, "anna")


def begin(client, **form):
    return post(client, "/forsok", kurs="kurs", modul="modul", **form).location


def answer(client, url, choice="ratt"):
    return post(client, url, svar=choice)


def start(client):
    """(title, what the one button says and leads to, the module's line) of the course's start page."""
    page = Page(client.get(START))
    return page.title, page.button, page.one("ol").text


# --- the start page ---


def test_the_first_visit_has_one_button_to_the_first_section(anna):
    assert anna.get("/").location == START
    assert anna.get("/kurs/").location == START
    assert start(anna) == (
        "0 av 1 klara – En kurs",
        ("Börja ca 5 min", FIRST),
        "Modulen modul ca 5 min Inte börjad",
    )
    assert "0 av 1 obligatorisk modul klar, ca 5 min kvar." in Page(anna.get(START)).main


def test_after_next_one_goes_on_at_the_section_one_came_to(anna):
    assert post(anna, f"{FIRST}/nasta").location == LAST

    assert start(anna)[1] == ("Fortsätt: Slutet ca 5 min kvar", LAST)


def test_after_an_answer_one_goes_on_past_it(anna):
    answer(anna, begin(anna))

    title, button, line = start(anna)

    assert title == "0 av 1 klara – En kurs"
    assert button == ("Fortsätt: Slutet ca 3 min kvar", LAST)
    assert line == "Modulen modul ca 3 min Pågår"


def test_after_skipping_one_comes_back_to_what_was_skipped(anna):
    first = begin(anna)
    skip = next(link for link in Page(anna.get(first)).all("a") if link.text == "Hoppa över, jag tar den senare")
    assert skip["href"] == LAST
    assert start(anna)[1] == ("Fortsätt: Början ca 5 min kvar", FIRST)

    answer(anna, first.replace("forsta", "andra"))

    assert start(anna)[1] == ("Fortsätt: Modulen modul nästa fråga, ca 3 min kvar", first)


@sqlite_only
def test_skipping_goes_through_every_question_of_a_section_and_then_on(world):
    sources = course_sources()
    sources["quizzes/kurs/modul.md"] = sources["quizzes/kurs/modul.md"].replace("avsnitt=slutet ★", "avsnitt=borjan")
    world.publish(sources)
    world.person("anna", "A")
    client = browser(world, "anna")
    where = begin(client)

    seen = []
    for _ in range(2):
        seen.append(where.rpartition("/")[2])
        links = Page(client.get(where)).all("a")
        where = next(link["href"] for link in links if link.text == "Hoppa över, jag tar den senare")

    assert (seen, where) == (["forsta", "andra"], LAST)


def test_when_the_course_is_done_the_button_leads_to_the_result(world, anna):
    world.take("anna", "2026-03-05")

    title, button, line = start(anna)

    assert (title, button) == ("Klar – En kurs", ("Se ditt kvitto", f"{START}/klar"))
    assert line == "Modulen modul ca 5 min Klar 5 mars 2026"
    done = Page(anna.get(f"{START}/klar"))
    assert (done.title, done.h1) == ("Klar – En kurs", "Klar. Tack.")
    assert "Namn anna blev klar med En kurs den 5 mars 2026" in done.main


def test_when_the_questions_went_wrong_the_button_leads_to_what_is_left(world, anna):
    attempt = world.take("anna", "2026-03-05", first="fel", second="fel")

    assert start(anna) == (
        "0 av 1 klara – En kurs",
        ("Fortsätt: Modulen modul inte klar än, se vad som är kvar", f"/forsok/{attempt.id}"),
        "Modulen modul ca 5 min Pågår",
    )


def test_the_modules_first_page_says_that_it_is_not_done_and_leads_to_what_is_left(world, anna):
    told = "Du har svarat på frågorna men är inte klar än. Se vad som är kvar."
    tag = anna.get(FIRST).headers["ETag"]
    attempt = world.take("anna", "2026-03-05", second="fel")

    first, last = Page(anna.get(FIRST)), Page(anna.get(LAST))

    assert (told in first.texts("p"), told in last.texts("p")) == (True, False)
    assert first.texts("a", href=f"/forsok/{attempt.id}") == ["Se vad som är kvar"]
    failed = first.response.headers["ETag"]
    assert failed != tag
    with world.write("2026-03-06") as (db, at):  # it is done in another way, and the attempt is as it was
        earned = Earned(1, "anna", "kurs", "modul", "workshop", date(2026, 3, 6), "Lista")
        record_earned(db, earned, world.people["anna"], evidence="import:test", by=None, at=at)
    page = Page(anna.get(FIRST, headers={"If-None-Match": failed}))
    assert (page.response.status_code, told in page.texts("p")) == (200, False)


@sqlite_only
def test_while_one_does_the_questions_again_nothing_says_that_they_are_answered(world, anna):
    world.take("anna", "2026-03-05", second="fel")
    begin(anna)

    assert "inte klar än" not in Page(anna.get(FIRST)).main


@sqlite_only
def test_when_the_completion_has_expired_the_course_begins_anew(world):
    world.publish(course_sources(valid_months=6))
    world.person("anna", "A")
    with time_machine.travel("2026-03-05T12:00:00Z", tick=False):
        old = world.take("anna", "2026-03-05")
        assert start(browser(world, "anna"))[0] == "Klar – En kurs"
    with time_machine.travel("2026-09-05T12:00:00Z", tick=False):
        assert start(browser(world, "anna"))[0] == "Klar – En kurs"  # the last day
    with time_machine.travel("2026-09-06T12:00:00Z", tick=False):
        client = browser(world, "anna")

        title, button, line = start(client)

        assert (title, button) == ("0 av 1 klara – En kurs", ("Börja ca 5 min", FIRST))
        assert line == "Modulen modul ca 5 min Inte börjad"
        assert "det gällde till och med 5 september 2026" in Page(client.get(START)).main
        assert "Det gällde till och med 5 september 2026" in Page(client.get(f"{START}/klar")).main
        assert Page(client.get(FIRST)).button[0] == "Fråga 1 av 2: testa dig"
        new = begin(client)
        assert str(old.id) not in new
        for _ in ("forsta", "andra"):
            answer(client, new)
            new = new.replace("forsta", "andra")
        assert start(client)[0] == "Klar – En kurs"


@sqlite_only
def test_without_a_published_course_the_page_says_so(world):
    world.person("anna", "A")
    client = browser(world, "anna")

    page = Page(client.get("/kurs/"))

    assert (page.h1, client.get(START).status_code) == ("Dina kurser", 404)
    assert "Det finns ingen kurs för dig än." in page.main


@sqlite_only
def test_without_a_membership_the_page_says_whom_to_ask_and_where_the_old_is(world):
    world.publish()
    world.person("anna", "A", until="2026-06-30")
    world.take("anna", "2026-03-05")
    client = browser(world, "anna")

    page = Page(client.get("/"))

    assert client.get("/kurs/").status_code == 403
    assert "Du står inte med i personallistan i dag" in page.main
    assert "5 mars 2026" in Page(client.get("/min-sida")).main


@sqlite_only
def test_who_has_other_duties_may_choose_what_to_do(world):
    world.publish()
    for key in ("hr", "admin"):
        world.person(key, "A")
        world.role(key, key)

    offered = {key: set(Page(browser(world, key).get("/")).texts("a")) for key in world.people}

    assert offered["hr"] >= {"Se hur många som har gått kursen", "Gå kursen själv"}
    assert offered["admin"] >= {"Se hur kursen drivs", "Gå kursen själv"}
    assert "Se hur kursen drivs" not in offered["hr"]


def test_an_elected_official_is_told_of_the_secretary_and_never_of_a_manager(world):
    sources = course_sources(audience="official")
    path = "quizzes/kurs/modul.md"
    sources[path] = sources[path].replace("godkänt: 50 %\n", "godkänt: 50 %\nförsök: 1\n")
    world.publish(sources)
    for key in ("politiker", "ny"):
        world.person(key, "A", audience="official")
    world.take("politiker", "2026-03-01")
    failed = world.take("ny", "2026-03-01", first="fel", second="fel")
    client = browser(world, "politiker")

    urls = ("/kurs/kurs", "/kurs/kurs/klar", "/min-sida", "/stod", "/rapport/tackning")
    pages = {url: Page(client.get(url)) for url in urls}
    pages["result"] = Page(browser(world, "ny").get(f"/forsok/{failed.id}"))

    assert [url for url, page in pages.items() if "chef" in page.response.text.lower()] == []
    assert "HR och nämndens sekreterare ser att du är klar" in pages["/kurs/kurs/klar"].main
    assert "Nämndsekreteraren ser om du är klar." in pages["/min-sida"].main
    assert "Du har inga försök kvar. Prata med nämndsekreteraren om hur du går vidare." in pages["result"].main
    assert "berätta för någon i partiet och för nämndsekreteraren" in pages["/stod"].response.text


@sqlite_only
def test_an_elected_official_meets_words_for_an_assignment_and_not_for_a_job(world):
    world.publish(course_sources(audience="official"))
    for key, audience in (("politiker", "official"), ("bo", "employee")):
        world.person(key, "A", audience=audience)
    local = 'POLIS_KONTAKT = "Polly"\nJOUR_CHEF = "Jorun"\n'
    Path(world.app.instance_path, "lokalt.toml").write_text(local, encoding="utf-8")
    theirs, his = (browser(world, key) for key in ("politiker", "bo"))

    support = Page(theirs.get("/stod")).main
    assert "Kontakt hos polisen: Polly" in support
    assert "Jorun" not in support
    assert "Jorun" in Page(his.get("/stod")).main
    assert "styra hur du sköter ditt uppdrag" in Page(theirs.get(START)).main
    assert "APT" not in Page(theirs.get(f"{START}/material")).main


@sqlite_only
def test_the_list_of_what_to_do_says_when_it_is_done(world, anna):
    sources = course_sources(modules=("modul", "mer"))
    path = next(name for name in sources if name.endswith("course.toml"))
    sources[path] = sources[path].replace('mandatory = ["modul", "mer"]', 'mandatory = ["modul"]')
    world.publish(sources)

    before = Page(anna.get(START)).texts("h2")
    world.take("anna", "2026-03-05")
    after = Page(anna.get(START)).texts("h2")

    assert ("Det här ska du göra" in before, "Det här har du gjort" in before) == (True, False)
    assert ("Det här ska du göra" in after, "Det här har du gjort" in after) == (False, True)


@sqlite_only
def test_a_course_for_another_audience_is_none_of_theirs(world, anna):
    world.publish(course_sources(course="andra", modules=("annat",), audience="official"))
    world.person("politiker", "A", audience="official")
    politician = browser(world, "politiker")

    assert anna.get("/kurs/").location == START
    assert politician.get("/kurs/").location == "/kurs/andra"
    not_theirs = [(anna, "/kurs/andra"), (anna, "/kurs/andra/annat/borjan"), (politician, START), (politician, FIRST)]
    assert [client.get(url).status_code for client, url in not_theirs] == [404] * 4
    before = everything(world.app)
    assert post(anna, "/forsok", kurs="andra", modul="annat").status_code == 404
    assert post(anna, "/kurs/andra/annat/borjan/nasta").status_code == 404
    assert everything(world.app) == before


@sqlite_only
def test_a_course_that_was_withdrawn_from_the_audience_is_gone_but_the_record_stays(world, anna):
    world.take("anna", "2026-03-05")
    world.publish(course_sources(audience="official"), day="2026-04-01")

    assert "Det finns ingen kurs för dig än." in Page(anna.get("/kurs/")).main
    assert [anna.get(url).status_code for url in (START, FIRST, f"{START}/klar")] == [404] * 3
    record = Page(anna.get("/min-sida"))
    assert "5 mars 2026" in record.main
    assert "Det rätta" in record.main


@sqlite_only
def test_two_courses_are_listed(world, anna):
    world.publish(course_sources(course="andra", modules=("annat",)))

    page = Page(anna.get("/kurs/"))

    listed = [link["href"] for link in page.all("a") if any(up.name == "main" for up in link.parents)]
    assert sorted(listed) == ["/kurs/andra", "/kurs/kurs"]


@sqlite_only
def test_a_last_section_without_questions_leads_to_the_questions_all_the_same(world):
    sources = course_sources()
    sources["quizzes/kurs/modul.md"] = sources["quizzes/kurs/modul.md"].replace("avsnitt=slutet", "avsnitt=borjan")
    world.publish(sources)
    world.person("anna", "A")
    client = browser(world, "anna")
    post(client, f"{FIRST}/nasta")

    assert Page(client.get(LAST)).button == ("Svara på frågorna", "/forsok")
    first = begin(client)
    assert Page(client.get(LAST)).button == ("Svara på frågorna som är kvar", first.partition("/fraga")[0])


@sqlite_only
def test_every_section_has_one_way_on_and_a_title_that_says_where_one_is(anna):
    page = Page(anna.get(FIRST))

    assert page.title == "Avsnitt 1 av 2: Början – Modulen modul"
    assert page.button == ("Fråga 1 av 2: testa dig", "/forsok")
    assert "Det viktigaste" in page.main
    assert "Det viktigaste" not in Page(anna.get(LAST)).main
    assert post(anna, f"{LAST}/nasta").location == START


@sqlite_only
def test_what_is_not_there_is_not_found_in_swedish(anna):
    for url in ("/kurs/finns-inte", "/kurs/kurs/finns-inte", "/kurs/kurs/modul/finns-inte", f"{START}/klar"):
        page = anna.get(url)
        assert (page.status_code, Page(page).h1) == (404, "Sidan finns inte"), url


@sqlite_only
def test_my_page_shows_my_answers_and_why_something_does_not_count(world, anna):
    world.take("anna", "2026-03-05", first="fel")
    number = completion_rows(world.db, world.people["bo"])[0].id
    with world.write("2026-03-06") as (db, at):
        revoke(db, number, reason="Fel person satt vid datorn", by=None, at=at)

    pages = [Page(browser(world, key).get("/min-sida")) for key in ("anna", "bo")]
    hers, his = (page.main for page in pages)

    assert {row[-1] for row in pages[1].rows()} == {"i kursen"}
    assert "återkallat: Fel person satt vid datorn" in his
    assert "Det andra Ditt svar" not in his
    assert "Det andra Ditt svar" in hers
    assert "Fel person" not in hers


# --- what is asked of the server ---


def test_no_page_that_is_only_read_writes_anything(world):
    finished, begun = furnished(world)
    clients = {key: browser(world, key) for key in (None, "anna", "bo", "hr", "admin", "utan-anstallning")}
    extra = [
        f"/forsok/{begun.id}/fraga/andra",
        f"/forsok/{begun.id}",
        "/rapport/tackning?per=2026-03-01",
        "/finns-inte",
    ]
    before = everything(world.app)

    for client in clients.values():
        for rule, verb in routes(world.app):
            if verb == "GET" and rule.endpoint not in (
                "people.show",
                "accounts.show",
            ):  # who opens a person's page is logged
                client.get(address(rule, finished))
                client.head(address(rule, finished))
        for url in extra:
            client.get(url)

    assert len(before["installation"]) == 1
    assert everything(world.app) == before


def test_the_number_of_statements_does_not_depend_on_the_number_of_modules(world):
    world.person("anna", "A")
    modules = ["modul"]

    def counts():
        world.publish(course_sources(modules=modules))
        for module in modules:
            attempt = world.take("anna", "2026-03-05", module=module)
        client = browser(world, "anna")
        found = {}
        result = f"/forsok/{attempt.id}"
        for url in (START, FIRST, "/min-sida", f"{START}/klar", result, f"{result}/fraga/forsta"):
            client.get(url)  # the process has now read the releases
            with Statements() as statements:
                assert client.get(url).status_code == 200
            found[url.replace(str(attempt.id), "…")] = len(statements.seen)
        return found

    with_one = counts()
    modules += ["andra-modul", "tredje-modul"]
    with_three = counts()

    assert with_three == with_one
    assert with_one.pop("/min-sida") <= 9
    assert max(with_one.values()) <= 7


# --- not sent again when nothing has changed ---


def test_an_unchanged_section_is_not_sent_again(world, anna):
    first = anna.get(FIRST)
    tag = first.headers["ETag"]

    again = anna.get(FIRST, headers={"If-None-Match": tag})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert len(str(again.headers)) < 400  # the browser keeps the security headers of the page that it has
    assert "Content-Security-Policy" in first.headers
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert anna.get(LAST, headers={"If-None-Match": tag}).status_code == 200
    assert anna.get(FIRST, headers={"If-None-Match": 'W/"annan", ' + tag}).status_code == 304


def test_a_new_version_of_the_program_sends_the_page_again(anna, monkeypatch):
    tag = anna.get(FIRST).headers["ETag"]

    monkeypatch.setattr(learner, "version", lambda: "0.2.0")

    assert anna.get(FIRST, headers={"If-None-Match": tag}).status_code == 200


def test_whatever_changes_the_page_changes_its_tag(world, anna):
    client = anna
    tags = [client.get(FIRST).headers["ETag"]]

    def changed():
        answer_ = client.get(FIRST, headers={"If-None-Match": tags[-1]})
        tags.append(answer_.headers["ETag"])
        return answer_.status_code == 200

    url = begin(client)
    assert changed(), "an attempt"
    answer(client, url)
    assert changed(), "an answer"
    answer(client, url.replace("forsta", "andra"))
    assert changed(), "a result"
    sources = course_sources()
    sources["modules/kurs/modul.md"] = sources["modules/kurs/modul.md"].replace("Text i början.", "Ny text i början.")
    world.publish(sources, day="2026-03-07")
    assert changed(), "a release"
    assert "Ny text i början." in client.get(FIRST).text
    Path(world.app.instance_path, "lokalt.toml").write_text('RAPPORTSYSTEM = "Ett"\n', encoding="utf-8")
    assert changed(), "lokalt.toml"
    Path(world.app.instance_path, "lokalt.toml").write_text('RAPPORTSYSTEM = "Två"\n', encoding="utf-8")
    assert changed(), "lokalt.toml again"
    client = browser(world, "anna")
    assert changed(), "another session"
    assert not changed()
    assert len(set(tags)) == len(tags) - 1


# --- what the workplace has filled in ---


@pytest.fixture
def local(world):
    path = Path(world.app.instance_path, "lokalt.toml")

    def write(text):
        path.write_text(text, encoding="utf-8")

    return write


@sqlite_only
def test_local_values_are_for_those_who_are_signed_in_and_are_never_html(world, anna, local):
    local('RAPPORTSYSTEM = "<b>Stella</b> & \\"co\\""\nLÄNK_SÄKERHETSRUTIN = "https://intranat.example/?a=1&b=2"\n')

    section, support = anna.get(LAST), anna.get("/stod")

    assert "Rapportera i: &lt;b&gt;Stella&lt;/b&gt; &amp; &#34;co&#34;" in section.text.replace("&quot;", "&#34;")
    assert '<a href="https://intranat.example/?a=1&amp;b=2" rel="noopener">' in support.text
    assert "Utanför kontorstid:</strong> Fråga efter uppgiften" in support.text
    nobody = browser(world).get("/stod").text
    assert "Stella" not in nobody
    assert "intranat" not in nobody
    assert "Utanför kontorstid" not in nobody


@sqlite_only
def test_the_support_page_is_filled_in_anew_for_each_visit(world, anna, local):
    assert "Här rapporterar du" not in browser(world).get("/stod").text  # the first visit compiles the template

    local('RAPPORTSYSTEM = "Stella"\n')
    assert "Här rapporterar du:</strong> Stella" in anna.get("/stod").text
    local('RAPPORTSYSTEM = "Stella 2"\n')
    assert "Här rapporterar du:</strong> Stella 2" in anna.get("/stod").text


@sqlite_only
def test_without_local_values_the_text_says_whom_to_ask(anna):
    assert "Rapportera i: Fråga efter uppgiften" in anna.get(LAST).text


@sqlite_only
@pytest.mark.parametrize("text", ['RAPPORTSYSTEM = "öppen', "RAPPORTSYSTEM = 5", 'FINNS_INTE = "x"', "\ufeff\0"])
def test_a_file_with_a_fault_fills_in_nothing_and_tells_the_administrator(world, anna, local, text):
    world.person("admin")
    world.role("admin", "admin")
    local(text)

    assert "Rapportera i: Fråga efter uppgiften" in anna.get(LAST).text
    assert "lokalt.toml" in Page(browser(world, "admin").get("/drift")).texts("p", class_="error")[0]


@sqlite_only
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('JOUR_CHEF = "040-00 00 00"\nRAPPORTSYSTEM = "öppen\n[spar]\n"EBB" = "eb"\n', "utf-8"),
        ('RAPPORTSYSTEM = öppen\nJOUR_CHEF = "040-00 00 00"\n', "utf-8"),
        ('JOUR_CHEF = "040-00 00 00"\nRAPPORTSYSTEM = "Öppen"\n', "latin-1"),
    ],
)
def test_a_fault_in_the_file_hides_no_other_number_and_is_told_where_people_look(world, anna, text, encoding):
    for key, role in (("admin", "admin"), ("hr", "hr")):
        world.person(key)
        world.role(key, role)
    Path(world.app.instance_path, "lokalt.toml").write_bytes(text.encode(encoding))

    assert "040-00 00 00" in Page(anna.get("/stod")).main
    assert "Rapportera i: Fråga efter uppgiften" in anna.get(LAST).text
    for key in ("admin", "hr"):
        start_page = Page(browser(world, key).get("/")).main
        assert "Telefonnummer och andra lokala uppgifter kan saknas på kursens sidor" in start_page
        assert re.search(r"läsa helt: (titta på rad [12]|filen är inte sparad som UTF-8)\.", start_page)


@sqlite_only
def test_the_way_on_into_a_module_that_is_not_begun_names_the_module(world):
    world.publish(course_sources(modules=["modul", "andra-modul"]))
    world.person("anna", "A")
    client = browser(world, "anna")
    world.take("anna", "2026-03-05")

    assert Page(client.get(START)).button == ("Börja: Modulen andra-modul ca 5 min", f"{START}/andra-modul/borjan")
    post(client, f"{START}/andra-modul/borjan/nasta")
    assert Page(client.get(START)).button == ("Fortsätt: Slutet ca 5 min kvar", f"{START}/andra-modul/slutet")


@sqlite_only
def test_the_menu_says_where_one_is_also_on_pages_below_an_entry(world, anna):
    attempt = begin(anna)
    found = {
        url: [(link.text, link["aria-current"]) for link in Page(anna.get(url)).all("a") if link["aria-current"]]
        for url in (START, FIRST, attempt, "/min-sida", "/ratt-vag", "/handbok")
    }

    assert found == {
        START: [("Kursen", "page")],
        FIRST: [("Kursen", "true")],
        attempt: [("Kursen", "true")],
        "/min-sida": [("Min sida", "page")],
        "/ratt-vag": [("Rätt väg", "page")],
        "/handbok": [],
    }


@sqlite_only
def test_a_link_that_is_no_https_address_stays_text(anna, local):
    local('LÄNK_SÄKERHETSRUTIN = "javascript:alert(1)"\n')

    assert "javascript" not in str([link["href"] for link in Page(anna.get("/stod")).all("a")])


def test_a_picture_is_for_learners_and_may_be_kept(site):
    picture = browser(site, "anna").get(f"/media/{PICTURE}")

    assert (picture.status_code, picture.mimetype, picture.data) == (200, "image/png", b"png")
    assert browser(site, "anna").get("/media/finns-inte").status_code == 404
    assert browser(site).get(f"/media/{PICTURE}").status_code == 303
