"""What a list of employees or elected officials says, row by row, with every problem at once. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from course.config import EMPLOYMENT_WORDS
from course.organisation import person
from course.organisation.agreement import agree
from course.organisation.cells import Cells, Findings
from course.organisation.employment import employment_of
from course.organisation.person import KNOWN_BY_NAME, LONGEST_NAME, slug
from course.organisation.protection import says_protected
from course.organisation.row import Row
from course.sheet.header import Column
from course.sheet.lines import Lines, read_lines
from course.sheet.problems import RowProblem, first_ones, fold, quoted

__all__ = ["EMPLOYEE_COLUMNS", "OFFICIAL_COLUMNS", "WHOLE_NAME", "ListFile", "Row", "read_employees", "read_officials"]

PROTECTED_COLUMN = Column(
    "skyddad",
    required=False,
    also="skyddadidentitet skyddadepersonuppgifter skyddadpersonuppgift skyddadfolkbokforing sekretess"
    " sekretessmarkering sekretessmarkerad",
)
EMPLOYEE_COLUMNS = (
    Column("anstallningsnummer", also="anstnr anstallningsnr anstallnr personalnummer personalid anstid"),
    Column("fornamn", instead="namn", also="tilltalsnamn firstname"),
    Column("efternamn", instead="namn", also="lastname"),
    Column(
        "epost",
        required=False,
        also="epostadress email emailadress mail mailadress epostarbete jobbepost tjanstemail tjansteepost",
    ),
    Column("enhetskod", also="enhetsnummer enhetsnr enhetid orgkod orgenhetskod organisationskod orgnr kostnadsstalle"),
    Column("enhet", also="enhetsnamn arbetsplats orgenhet organisationsenhet organisation arbetsstalle"),
    Column("avdelning", required=False, also="avd avdelningsnamn verksamhet verksamhetsomrade omrade division"),
    Column("befattning", required=False, also="titel yrke yrkestitel befattningsbenamning benamning roll"),
    Column("anstallningsform", also="anstform anstallningstyp anstallningsslag anstallning avtalsform"),
    Column(
        "chef",
        required=False,
        also="narmastechef chefsnummer chefnr chefensanstallningsnummer chefanstnr chefid narmastechefid manager"
        " overordnad ansvarigchef personalansvarig",
    ),
    Column("fran", is_day=True, also="from startdatum anstalldfrom anstallningsdatum franochmed borjar anstalldfran"),
    Column(
        "till",
        required=False,
        is_day=True,
        also="tom slutdatum anstalldtom tillochmed sistadag avgangsdatum slutar anstalldtill avslutsdatum upphor"
        " sistaanstallningsdag datumtom",
    ),
    PROTECTED_COLUMN,
)
WHOLE_NAME = Column("namn", required=False, also="fullstandigtnamn name")
OFFICIAL_COLUMNS = (
    Column("namn", also="ledamot fortroendevald name"),
    Column("epost", required=False, also="epostadress email mail emailadress mailadress"),
    Column("namnd", also="styrelse forsamling"),
    Column("organ", required=False, also="utskott beredning"),
    Column("roll", also="uppdrag befattning funktion"),
    Column("mandat_fran", is_day=True, also="fran from startdatum mandatfrom"),
    Column("mandat_till", required=False, is_day=True, also="till tom slutdatum mandattom"),
    PROTECTED_COLUMN,
)
PARTY_COLUMNS = "parti partier party partitillhorighet partibeteckning partinamn partikod politisktparti".split()
NO_PARTY = "ta bort kolumnen parti. Partitillhörighet är en känslig personuppgift och ska inte läsas in."
NOBODY = "Filen har inga personer. En tom lista skulle avsluta alla; välj en annan fil."
VACANT = re.compile(r"vakan(t|s)\b.*|ej tillsatt\b.*|obesatt\b.*|n\.? ?n\.?", re.IGNORECASE)


@dataclass(frozen=True)
class ListFile:
    """A list that was read: rows without problems, the problems by row, and what HR is told of how it was read."""

    rows: list[Row]
    problems: list[RowProblem]
    remarks: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    """Why the columns may be others than they seem: to be confirmed before anything is changed."""
    columns: frozenset[str] = frozenset()
    """The columns that the file has, by our names."""


def read_employees(
    content: bytes,
    names: Mapping[str, str] = {},
    *,
    employments: Mapping[str, str] = {},
    ten_digits: Collection[str] = (),
) -> ListFile:
    """Read a list of employees.

    `names` says what a column is called in this file: {our name: its header}; `employments` what its words for forms
    of employment mean, in EMPLOYMENT_WORDS; `ten_digits` in which columns a number of ten digits is no personnummer.
    """
    table = read_lines(content, (*EMPLOYEE_COLUMNS, WHOLE_NAME), names)
    findings = Findings(list(table.problems))
    unknown: dict[str, list[int]] = defaultdict(list)
    leaders: dict[int, str] = {}
    kind_of = cache(lambda word: employment_of(word, employments))
    rows = _read_rows(table, names, findings, lambda cells: _employee(cells, kind_of, unknown, leaders), ten_digits)
    findings.problems += _unknown_words(unknown, names)
    rows = _with_leaders(rows, leaders, findings, names)
    return _gathered(table, rows, findings, {line for lines in unknown.values() for line in lines})


def read_officials(
    content: bytes,
    names: Mapping[str, str] = {},
    *,
    employments: Mapping[str, str] = {},  # noqa: ARG001 - officials have none; both lists are read alike
    ten_digits: Collection[str] = (),
) -> ListFile:
    """The same of a list of elected officials. A column of parties is refused: it is not ours to know."""
    table = read_lines(content, OFFICIAL_COLUMNS, names, dict.fromkeys(PARTY_COLUMNS, NO_PARTY))
    findings = Findings(list(table.problems))
    rows = _known_by(_read_rows(table, names, findings, _official, ten_digits), findings)
    return _gathered(table, rows, findings)


def _read_rows(
    table: Lines,
    names: Mapping[str, str],
    findings: Findings,
    read: Callable[[Cells], Row],
    ten_digits: Collection[str],
) -> list[Row]:
    """Every row that is about somebody; a list about nobody is a problem."""
    if not table.lines and not table.problems:
        findings.problems.append(RowProblem(0, NOBODY))
    rows = []
    for line in table.lines:
        cells = Cells(line, names, findings, ten_digits)
        if any(VACANT.fullmatch(line.cells.get(name, "")) for name in ("namn", "fornamn", "efternamn")):
            cells.note("är en vakant plats och är inte läst.")
        elif not cells.hides_personnummer():
            rows.append(read(cells))
    if table.lines and not rows and not findings.problems:
        findings.problems.append(RowProblem(0, NOBODY))
    return rows


def _gathered(table: Lines, rows: Sequence[Row], findings: Findings, bad: Collection[int] = ()) -> ListFile:
    """The rows without problems, compared with each other."""
    kept = agree(rows, findings)
    wrong = {problem.line for problem in findings.problems}.union(bad)
    return ListFile(
        [row for row in kept if row.line not in wrong],
        first_ones(findings.problems),
        (*table.remarks, *findings.remarks),
        tuple(table.doubts),
        table.columns,
    )


def _employee(
    cells: Cells, kind_of: Callable[[str], str], unknown: dict[str, list[int]], leaders: dict[int, str]
) -> Row:
    name = _employee_name(cells)
    division, code = (
        cells.kept("avdelning", person.place_name, optional=True),
        cells.code("enhetskod", person.unit_code),
    )
    if cells.text("avdelning", optional=True) and not division:
        code = ""  # an avdelning that cannot be read contradicts no other row's
    since, until = cells.period("fran", "till")
    word = cells.text("anstallningsform")
    employment = kind_of(word)
    if word and not employment:
        unknown[word].append(cells.number)
    return Row(
        line=cells.number,
        key=cells.key("anstallningsnummer"),
        name=name,
        email=cells.kept("epost", person.email, optional=True) or None,
        unit_code=code,
        unit_name=cells.kept("enhet", person.label),
        parent_code=f"avd-{slug(division)}" if division else "",
        parent_name=division,
        title=cells.kept("befattning", person.label, optional=True),
        employment=employment,
        manager=_leader(cells, leaders),
        since=since,
        until=until,
        protected=_protected(cells),
    )


def _employee_name(cells: Cells) -> str:
    """First and last name; one of them alone when somebody has no more, or the name that stands in one cell."""
    first, last, whole = (cells.given(name) for name in ("fornamn", "efternamn", "namn"))
    if whole and not first and not last:
        return cells.kept("namn", lambda text: turned(person.person_name(text)))
    if bool(first) != bool(last):
        cells.note("har bara ett namn och är läst med det.")
        return cells.kept("fornamn" if first else "efternamn", person.person_name)
    parts = [cells.kept(name, person.person_name) for name in ("fornamn", "efternamn")]
    name = " ".join(parts) if all(parts) else ""
    if len(name) > LONGEST_NAME:
        cells.fault("efternamn", f"och förnamn är längre än {LONGEST_NAME} tecken tillsammans. Korta namnet.")
    return name


def turned(name: str) -> str:
    """Åsa Ek, also when it is written "Ek, Åsa"; any other name as it is."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() and "," not in first else name


def _leader(cells: Cells, leaders: dict[int, str]) -> str:
    """The manager's number; '' when there is none, or when a name is kept in `leaders` to be looked for."""
    text = cells.text("chef", optional=True)
    if re.search(r"[^\W\d_].*[ ,@].*[^\W\d_]", text):
        leaders[cells.number] = text
        return ""
    return cells.key("chef", optional=True)


def _with_leaders(
    rows: Sequence[Row], leaders: Mapping[int, str], findings: Findings, names: Mapping[str, str]
) -> list[Row]:
    """The rows with the managers who are named instead of numbered, where only one in the list is called so."""
    called: dict[str, set[str]] = defaultdict(set)
    for row in rows if leaders else ():
        for text in (row.name, row.email or ""):
            called[text.casefold()].add(row.key)
    found = {}
    for line, text in leaders.items():
        keys = called.get(turned(text).casefold(), set())
        found[line] = next(iter(keys)) if len(keys) == 1 else ""
        if len(keys) != 1:
            why = "Flera i listan heter så" if keys else "Ingen i listan heter så"
            title = quoted(names.get("chef") or "chef")
            told = f"{title} är ett namn: {quoted(text)}. {why}. Skriv chefens anställningsnummer."
            findings.problems.append(RowProblem(line, told))
    if any(found.values()):
        findings.notes["anger chefen med namn; numret är hämtat ur listan."] = [key for key in found if found[key]]
    return [replace(row, manager=found[row.line]) if row.line in found else row for row in rows]


def _unknown_words(unknown: Mapping[str, Sequence[int]], names: Mapping[str, str]) -> list[RowProblem]:
    """One problem with every word for a form of employment that nobody knows."""
    if not unknown:
        return []
    told = ", ".join(
        f"{quoted(word)} ({len(lines)} {'rad' if len(lines) == 1 else 'rader'})" for word, lines in unknown.items()
    )
    usual = f"{', '.join(EMPLOYMENT_WORDS[:-1])} eller {EMPLOYMENT_WORDS[-1]}"
    first = next(iter(unknown)).replace('"', "")
    message = (
        f"{quoted(names.get('anstallningsform') or 'anstallningsform')} är okänd: {told}. Skriv {usual}, eller säg vad"
        f' orden betyder i config.toml under [anstallningsform], som "{first[:60]}" = "visstid".'
    )
    return [RowProblem(min(line for lines in unknown.values() for line in lines), message)]


def _protected(cells: Cells) -> bool:
    """Whether the person is protected: what cannot be read is a problem, never a no."""
    text = cells.text("skyddad", optional=True)
    said = says_protected(text)
    if said is None:
        cells.fault("skyddad", f"är varken ja eller nej: {quoted(text)}. Skriv ja, nej eller inget.")
    return bool(said)


def _official(cells: Cells) -> Row:
    email = cells.kept("epost", person.email, optional=True)
    board, organ = cells.kept("namnd", person.place_name), cells.kept("organ", person.place_name, optional=True)
    code = f"namnd-{slug(board)}" if board else ""
    since, until = cells.period("mandat_fran", "mandat_till")
    return Row(
        line=cells.number,
        key=email,
        name=cells.kept("namn", lambda text: turned(person.person_name(text))),
        email=email or None,
        unit_code=f"{code}-{slug(organ)}" if code and organ else code,
        unit_name=organ or board,
        parent_code=code if organ else "",
        parent_name=board if organ else "",
        title=cells.kept("roll", person.mandate),
        employment="permanent",
        manager="",
        since=since,
        until=until,
        protected=_protected(cells),
    )


def _known_by(rows: Sequence[Row], findings: Findings) -> list[Row]:
    """The rows with the keys of those who have no address: that of their namesake in the list, else their name."""
    addresses: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.email:
            addresses[fold(row.name)].add(row.email)
    return [row if row.email or not row.name else _named(row, addresses[fold(row.name)], findings) for row in rows]


def _named(row: Row, addresses: Collection[str], findings: Findings) -> Row:
    if len(addresses) == 1:
        findings.notes["saknar e-post, men en annan rad har samma namn och en adress: räknas som samma person."].append(
            row.line
        )
        return replace(row, key=next(iter(addresses)))
    known = slug(row.name)
    if addresses or not known:
        why = "flera i listan heter så" if addresses else "namnet har inga bokstäver a–ö"
        findings.problems.append(RowProblem(row.line, f"”epost” saknas, och {why}. Fyll i cellen."))
        return row
    findings.notes["saknar e-post; personen känns igen på sitt namn."].append(row.line)
    return replace(row, key=f"{KNOWN_BY_NAME}{known}"[:40].rstrip("-"))
