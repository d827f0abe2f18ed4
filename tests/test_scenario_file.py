"""Scenario files: what an author can say, and every fault with its line and a way out."""

import pytest

from course.content.scenario_file import read_scenario

HEAD = """\
---
scenario: dorren
titel: Dörren
modul: m
former: hot
minuter: 3
---
Du är ensam.

"""
START = """\
## Vid dörren {#start}
Någon ringer på.

- [x] Du väntar -> #bra
  > Det ger tid.
- [ ] Du öppnar -> #daligt
  > Det går fort.

"""
BRA = """\
## Lugnt {#bra .slut utfall=stärker}
Det blev lugnt.

> Att vänta hjälper.

"""
DALIGT = """\
## Bråk {#daligt .slut utfall=försvagar}
Det blev bråk.

> Att skynda är lätt hänt.
"""
WHOLE = HEAD + START + BRA + DALIGT


def read(text, pictures=()):
    """The scenario of a whole file, and what was wrong with it, in the order of the lines."""
    faults = []
    scenario, _ = read_scenario(text, dict.fromkeys(pictures, "d1g35t"), lambda *fault: faults.append(fault))
    return scenario, sorted(faults)


def faults_with(*changes):
    """The faults after changes (old text, new text), each once in the whole file."""
    text = WHOLE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return read(text)[1]


def line_of(part, text=WHOLE):
    return text[: text.index(part)].count("\n") + 1


def test_the_whole_file_has_no_fault():
    assert read(WHOLE)[1] == []


def test_a_scenario_is_read_with_everything_an_author_can_say():
    text = """\
---
scenario: hembesoket
titel: Hembesöket
modul: fore-motet
spår: eb, ifo
former: subtil, hot
minuter: 4
källor: F12, F31
innehåll: Du möter två okända.
---
Du är *handläggare*.

Det är kväll.

## I trapphuset {#start}
Det luktar rök. Larma så: [LARM]

- [x] Du **stannar** -> #inne
  > Du köper tid.
  >
  > Mer tid.
- [X] Du ringer din chef -> #ut
  > Ni blir två.
- [ ] Du går in -> #inne
  > Du vill få det gjort.

## Inne {#inne}
Dörren slår igen.

- [x] Du går ut -> #ut
  > Det är aldrig för sent.
- [ ] Du sitter kvar -> #kvar
  > Artigt.

## Ute {#ut .slut utfall=stärker}
Ni pratar.

> En replik i texten.

Sedan går ni.

> Ni är två.
>
> Det räcker.

## Kvar {#kvar .slut utfall=försvagar}
Det blir sent.

> Det går att gå.

"""
    scenario, faults = read(text)

    assert faults == []
    assert (scenario.id, scenario.title, scenario.module, scenario.minutes) == (
        "hembesoket",
        "Hembesöket",
        "fore-motet",
        4,
    )
    assert (scenario.tracks, scenario.forms, scenario.sources) == (("eb", "ifo"), ("hot", "subtil"), ("F12", "F31"))
    assert scenario.note == "Du möter två okända."
    assert (scenario.lead, scenario.lead_words) == ("<p>Du är <em>handläggare</em>.</p>\n<p>Det är kväll.</p>", 6)
    assert list(scenario.scenes) == ["start", "inne", "ut", "kvar"]
    start = scenario.start
    assert (start.title, start.html, start.outcome, start.feedback) == (
        "I trapphuset",
        "<p>Det luktar rök. Larma så: [LARM]</p>",
        "",
        "",
    )
    assert [(way.html, way.target, way.good) for way in start.ways] == [
        ("Du <strong>stannar</strong>", "inne", True),
        ("Du ringer din chef", "ut", True),
        ("Du går in", "inne", False),
    ]
    assert start.ways[0].comment == "<p>Du köper tid.</p>\n<p>Mer tid.</p>"
    end = scenario.scenes["ut"]
    assert (end.outcome, end.ways) == ("stärker", ())
    assert "En replik" in end.html
    assert "Sedan går ni." in end.html
    assert end.feedback == "<p>Ni är två.</p>\n<p>Det räcker.</p>"


def test_what_may_be_left_out_is_empty():
    scenario, _ = read(WHOLE)

    assert (scenario.tracks, scenario.sources, scenario.note) == ((), (), "")


# --- the head ---


@pytest.mark.parametrize("key", ["scenario", "titel", "modul", "former", "minuter"])
def test_a_key_that_is_missing_is_named(key):
    (line,) = [line for line in HEAD.splitlines() if line.startswith(f"{key}: ")]

    assert (1, f"nyckeln ”{key}” saknas; skriv en rad ”{key}: …” mellan raderna ---") in faults_with((f"{line}\n", ""))


def test_a_key_that_does_not_exist_is_told_with_what_was_meant():
    assert faults_with(("minuter: 3", "minuter: 3\nspar: eb")) == [(7, "okänd nyckel ”spar”; menade du ”spår”?")]


def test_a_track_or_form_that_does_not_exist_is_told_with_those_there_are():
    assert faults_with(("former: hot", "former: hott, hot, hot\nspår: ebb")) == [
        (5, "”former” har ”hott” som inte finns; menade du ”hot”?"),
        (5, "”former” har ”hot” flera gånger; låt det stå en gång"),
        (6, "”spår” har ”ebb” som inte finns; menade du ”eb”?"),
    ]
    assert faults_with(("former: hot", "former: hot\nspår: alla")) == [
        (6, "”spår” har ”alla” som inte finns; välj bland am, eb, ifo, sg, te")
    ]


@pytest.mark.parametrize("given", ["0", "61", "tre", "3,5"])
def test_minutes_are_a_number(given):
    assert faults_with(("minuter: 3", f"minuter: {given}")) == [
        (6, f"”minuter” ska vara ett heltal från 1 till 60, inte ”{given}”")
    ]


def test_an_id_that_is_none_leaves_no_scenario():
    scenario, faults = read(WHOLE.replace("scenario: dorren", "scenario: Dörren"))

    assert scenario is None
    assert faults == [
        (2, "id:t ”Dörren” för scenariot får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”dorren”")
    ]


def test_without_a_lead_nobody_knows_who_one_is():
    assert faults_with(("Du är ensam.\n", "")) == [
        (8, "scenariot saknar ingress; skriv före den första scenen vem man är och var")
    ]


# --- the heading of a scene ---


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{#start}", "", "scenen ska ha exakt ett id, den har 0; skriv till exempel {#vid-dorren}"),
        ("{#start}", "{#start #dorr}", "scenen ska ha exakt ett id, den har 2; skriv till exempel {#vid-dorren}"),
        ("{#start}", "{#start} ja", "rubriken ska sluta med {#id}; ta bort ”ja”"),
        ("Vid dörren {#start}", "{#start}", "scenen saknar rubrik; skriv den före klammern"),
        (
            "{#start}",
            "{#start .stor}",
            "”.stor” känns inte igen; skriv #id, .slut eller utfall=, med mellanslag mellan",
        ),
        ("{#start}", "{#start utfall=håller}", "bara ett slut har utfall; skriv .slut före det, eller ta bort det"),
    ],
)
def test_the_heading_of_a_scene(old, new, message):
    assert (line_of("## Vid"), message) in faults_with((old, new))


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        (".slut", "ett slut ska ha exakt ett utfall; skriv utfall= och ett av stärker, håller, försvagar"),
        (
            ".slut utfall=håller utfall=stärker",
            "ett slut ska ha exakt ett utfall; skriv utfall= och ett av stärker, håller, försvagar",
        ),
        (".slut utfall=bra", "”utfall” ska vara stärker, håller, försvagar, inte ”bra”"),
    ],
)
def test_an_ending_has_one_of_three_outcomes(marks, message):
    assert (line_of("## Lugnt"), message) in faults_with((".slut utfall=stärker", marks))


def test_an_id_is_used_once():
    again = START.replace("Vid dörren", "Igen")

    assert (line_of("## Igen", HEAD + START + again), "id:t ”start” står redan på rad 10; välj ett annat") in read(
        HEAD + START + again + BRA + DALIGT
    )[1]


# --- the choices ---


@pytest.mark.parametrize(
    ("changes", "at", "message"),
    [
        ([("-> #bra", "-> #braa")], "- [x] Du väntar", "scenen ”braa” finns inte; menade du ”bra”?"),
        ([(" -> #bra", "")], "- [x] Du väntar", "valet leder ingenstans; skriv sist på raden -> #scen"),
        ([("-> #bra", "-> Lugnt")], "- [x] Du väntar", "efter pilen ska scenens id stå, som -> #lugnt"),
        ([("Du väntar -> #bra", "-> #bra")], "- [x] Du väntar", "valet saknar text; skriv den före pilen"),
        ([("[x]", "[ ]")], "## Vid", "inget val i scenen är bra; märk minst ett med [x]"),
        (
            [("  > Det ger tid.\n", "")],
            "- [x] Du väntar",
            "valet saknar kommentar; skriv en rad ”  > text” under det, den visas först vid slutet",
        ),
        ([("Du öppnar", "du väntar")], "- [ ] Du", "valet har samma text som det på rad 13; skriv om det ena"),
        (
            [("Du väntar", "Du [väntar](/stod)")],
            "- [x] Du väntar",
            "valet är självt en länk; flytta länken i det till scenens text",
        ),
        (
            [("Du väntar", "Du läser [LÄNK_MUTOR]")],
            "- [x] Du väntar",
            "valet är självt en länk; flytta länken i det till scenens text",
        ),
        ([("Någon ringer på.\n", "")], "## Vid", "scenen saknar text; skriv under rubriken vad som händer"),
        (
            [("- [ ] Du öppnar", "  - [ ] Du öppnar")],
            "- [ ] Du öppnar",
            "valet är fel skrivet; skriv ”- [ ] text -> #scen” längst till vänster",
        ),
        (
            [("  > Det går fort.", "> Det går fort.")],
            "  > Det går fort.",
            "raden hör inte till något val; en kommentar skrivs ”  > text” under valet",
        ),
        (
            [("Någon ringer på.", "* [ ] Du springer -> #bra")],
            "Någon ringer på.",
            "raden liknar ett val men är fel skriven; skriv ”- [ ] text -> #scen” längst till vänster",
        ),
    ],
)
def test_a_choice_that_is_wrong(changes, at, message):
    assert (line_of(at), message) in faults_with(*changes)


@pytest.mark.parametrize("count", [1, 5])
def test_a_step_has_two_to_four_choices(count):
    ways = "".join(f"- [{'x' if each == 0 else ' '}] Val {each} -> #bra\n  > Så.\n" for each in range(count))
    scene = f"## Vid dörren {{#start}}\nNågon ringer på.\n\n{ways}\n"

    assert (10, f"scenen har {count} val; skriv 2–4") in read(HEAD + scene + BRA + DALIGT)[1]


def test_at_most_two_choices_of_a_step_are_good():
    ways = "".join(f"- [x] Val {each} -> #{end}\n  > Så.\n" for each, end in enumerate(("bra", "bra", "daligt")))
    scene = f"## Vid dörren {{#start}}\nNågon ringer på.\n\n{ways}\n"

    assert read(HEAD + scene + BRA + DALIGT)[1] == [(10, "3 val i scenen är märkta [x]; märk ett eller två")]


# --- the endings ---


def test_an_ending_says_what_it_teaches_and_leads_nowhere():
    assert faults_with(("> Att vänta hjälper.\n", "")) == [
        (line_of("## Lugnt"), "slutet saknar återkoppling; skriv sist en rad ”> text” med vad det lär")
    ]
    ways = "- [x] Vidare -> #daligt\n  > Så.\n- [ ] Igen -> #daligt\n  > Så.\n"
    found = faults_with(("> Att vänta hjälper.\n", ways))
    assert (line_of("> Att vänta"), "ett slut har inga val; ta bort dem eller ta bort .slut") in found


def test_a_scene_that_leads_nowhere_is_a_dead_end():
    assert (
        line_of("## Lugnt"),
        "scenen är en återvändsgränd; skriv val som leder vidare, eller märk den .slut utfall=…",
    ) in faults_with((" .slut utfall=stärker", ""))


# --- how the scenes hang together ---


def test_a_scene_that_nothing_leads_to():
    loose = "## Lös {#los .slut utfall=håller}\nDet höll.\n\n> Så kan det gå.\n"

    assert read(WHOLE + loose)[1] == [
        (
            line_of("## Lös", WHOLE + loose),
            "ingen väg leder till scenen ”los”; skriv -> #los i ett val eller ta bort den",
        )
    ]


def test_a_scenario_does_not_go_round():
    round_ = "## Fel {#fel}\nDu går runt.\n\n- [x] Tillbaka -> #start\n  > Så.\n- [ ] Ut -> #bra\n  > Så.\n\n"
    text = HEAD + START.replace("#daligt", "#fel") + round_ + BRA

    assert (
        line_of("## Fel", text),
        "scenerna går runt: start -> fel -> start; låt ett val leda framåt",
    ) in read(text)[1]


def chain(length):
    """A scenario whose longest way has so many choices."""
    scenes = "".join(
        f"## Steg {number} {{#s{number}}}\nDet går vidare.\n\n"
        f"- [x] Fram -> #{f's{number + 1}' if number < length else 'bra'}\n  > Så.\n- [ ] Ut -> #daligt\n  > Så.\n\n"
        for number in range(1, length + 1)
    )
    return HEAD + scenes + BRA + DALIGT


def test_the_longest_way_has_seven_choices_at_most():
    assert read(chain(7))[1] == []
    assert read(chain(8))[1] == [(0, "den längsta vägen har 8 val; högst 7 går att orka med")]
    assert read(chain(900))[1] == [(0, "den längsta vägen har 900 val; högst 7 går att orka med")]


def test_there_is_an_ending_that_strengthens_and_one_that_weakens():
    assert faults_with(("utfall=försvagar", "utfall=håller")) == [
        (0, "inget slut har utfall=försvagar; skriv minst ett")
    ]
    assert faults_with(("utfall=stärker", "utfall=håller")) == [(0, "inget slut har utfall=stärker; skriv minst ett")]


def test_from_every_scene_one_may_recover():
    lost = (
        "## Illa {#illa}\nDet blir värre.\n\n- [x] Du går -> #daligt\n  > Så.\n- [ ] Du stannar -> #daligt\n  > Så.\n\n"
    )
    text = HEAD + START.replace("-> #daligt", "-> #illa") + lost + BRA + DALIGT
    message = "från ”illa” går det inte att nå ett slut som stärker eller håller; öppna en väg dit"

    assert read(text)[1] == [(line_of("## Illa", text), message)]
    better = text.replace("- [x] Du går -> #daligt", "- [x] Du går -> #haller")
    end = "## Det höll {#haller .slut utfall=håller}\nDet höll.\n\n> Så kan det gå.\n"
    assert read(better + end)[1] == []


def test_a_scenario_begins_with_a_scene():
    assert (line_of("## Lugnt", HEAD + BRA), "scenariot börjar med sitt slut; skriv en scen med val först") in read(
        HEAD + BRA + START + DALIGT
    )[1]
    assert (0, "scenariot har ingen scen; en scen börjar med ”## Rubrik {#id}”") in read(HEAD)[1]


def test_html_and_unknown_placeholders_are_faults_here_too():
    assert faults_with(("Någon ringer på.", "<b>Någon</b> i [HUSET] ringer på."))[0][0] == 11


def test_all_faults_are_told_at_once():
    found = faults_with(("[x]", "[ ]"), ("modul: m\n", ""), ("> Att vänta hjälper.\n", ""))

    assert len(found) == 3
