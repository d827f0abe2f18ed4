"""Lists of people as the personnel systems of municipalities write them, about a small fictional workplace."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from workbooks import text, xlsx

DAY_ZERO = date(1899, 12, 30)
"""What Excel counts its days from."""
UNITS = {
    "3100": ("IFO ledning", "IFO utredning"),
    "3101": ("IFO grupp 1", "IFO utredning"),
    "3102": ("IFO grupp 2", "IFO utredning"),
    "3201": ("Boende Norr", "Boende"),
}


@dataclass(frozen=True)
class Employee:
    """One employment."""

    number: str
    first: str
    last: str
    unit: str
    boss: str = ""
    title: str = "Socialsekreterare"
    form: str = "permanent"
    since: date = date(2020, 1, 1)
    until: date | None = None
    protected: bool = False

    @property
    def mail(self):
        """Nobody paid by the hour has an address."""
        return "" if self.form == "hourly" else f"{self.number}@example.org"


@dataclass(frozen=True)
class System:
    """A personnel system: its file, what `config.toml` must say for it, and its words."""

    name: str
    file_name: str
    titles: dict[str, str]
    """{our column: theirs}, in their order."""
    forms: dict[str, str]
    save: Callable[[list[list[object]]], bytes]
    above: tuple[list[object], ...] = ()
    below: tuple[list[object], ...] = ()
    endless: date | None = None
    """How it writes that no end is known."""
    more: dict[str, str] = field(default_factory=dict)
    """Columns that are not ours, with what they always hold."""

    def config(self):
        mapped = (f'{ours} = "{theirs}"' for ours, theirs in self.titles.items() if ours != theirs)
        return "\n".join(["[columns]", *mapped, ""])

    def write(self, people, units=UNITS):
        """The file about the people."""
        rows = [[*(self._cell(one, column, units) for column in self.titles), *self.more.values()] for one in people]
        return self.save([*self.above, [*self.titles.values(), *self.more], *rows, *self.below])

    def _cell(self, one, column, units):
        name, division = units[one.unit]
        return {
            "anstallningsnummer": one.number,
            "namn": f"{one.last}, {one.first}",
            "fornamn": one.first,
            "efternamn": one.last,
            "epost": one.mail,
            "enhetskod": one.unit,
            "enhet": name,
            "avdelning": division,
            "befattning": one.title,
            "anstallningsform": self.forms[one.form],
            "chef": one.boss,
            "fran": one.since,
            "till": one.until or self.endless,
            "skyddad": "J" if one.protected else "N",
        }[column]


def semicolons(rows):
    """As Windows saves it: cp1252, and rows that end with CR and LF."""
    lines = (";".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def workbook(rows):
    """As Excel saves it: days are numbers in the style of a date, everything else is text."""
    lines = enumerate(rows, start=1)
    return xlsx("".join(f'<row r="{number}">{_cells(number, row)}</row>' for number, row in lines))


def _cells(number, row):
    found = []
    for place, cell in enumerate(row):
        where = f"{chr(ord('A') + place)}{number}"
        if isinstance(cell, date):
            found.append(f'<c r="{where}" s="1"><v>{(cell - DAY_ZERO).days}</v></c>')
        elif cell:
            found.append(text(where, cell))
    return "".join(found)


HEROMA = System(
    name="heroma",
    file_name="Heroma anställda.csv",
    titles={
        "anstallningsnummer": "Anställningsnr",
        "fornamn": "Förnamn",
        "efternamn": "Efternamn",
        "epost": "E-postadress",
        "enhetskod": "Organisationskod",
        "enhet": "Organisation",
        "avdelning": "Verksamhet",
        "befattning": "Befattningsbenämning",
        "anstallningsform": "Anställningsform",
        "chef": "Chefens anställningsnr",
        "fran": "Anställd fr.o.m.",
        "till": "Anställd t.o.m.",
        "skyddad": "Sekretess",
    },
    forms={
        "permanent": "Tillsvidareanställning",
        "temporary": "Vikariat",
        "hourly": "Timavlönad",
        "hired": "Inhyrd",
        "trainee": "Praktikant",
    },
    save=semicolons,
    more={"Sysselsättningsgrad": "100,00", "Kostnadsställe": "31000"},
)
VISMA = System(
    name="visma",
    file_name="Visma.xlsx",
    titles={
        "anstallningsnummer": "AnstNr",
        "efternamn": "Efternamn",
        "fornamn": "Förnamn",
        "skyddad": "Skyddad identitet",
        "enhetskod": "Enhetskod",
        "enhet": "Enhet",
        "avdelning": "Avdelning",
        "chef": "Närmaste chef",
        "befattning": "Titel",
        "anstallningsform": "Anst.form",
        "fran": "Anställningsdatum",
        "till": "Slutdatum",
        "epost": "E-post",
    },
    forms={
        "permanent": "Tillsvidare",
        "temporary": "Visstid",
        "hourly": "Timanställd",
        "hired": "Konsult",
        "trainee": "Praktikant",
    },
    save=workbook,
    endless=date(9999, 12, 31),
)
PERSONEC = System(
    name="personec",
    file_name="PersonecP.csv",
    titles={
        "anstallningsnummer": "AnstNr",
        "namn": "Namn",
        "anstallningsform": "Anst form",
        "befattning": "Titel",
        "enhetskod": "OrgNr",
        "enhet": "OrgEnhet",
        "avdelning": "Avd",
        "chef": "Chef AnstNr",
        "fran": "Startdatum",
        "till": "Slutdatum",
        "epost": "Mail",
        "skyddad": "Skyddad",
    },
    forms={
        "permanent": "Månadsavlönad, tillsvidare",
        "temporary": "Allmän visstidsanställning",
        "hourly": "Timavlönad",
        "hired": "Bemanning",
        "trainee": "Praktikant",
    },
    save=semicolons,
    above=(["Anställda per 2026-11-30"], ["Utskriven av", "Hanna Holm"], []),
    below=(["Summa", "", "", "", "", "", "", "", "", "", "", ""],),
)
SYSTEMS = (HEROMA, VISMA, PERSONEC)

FIRST_MONDAY = (
    Employee("2000", "Birgitta", "Roos", "3100", title="Verksamhetschef", since=date(2015, 3, 1)),
    Employee("2001", "Maj", "Åberg", "3101", "2000", "Enhetschef", since=date(2019, 1, 1)),
    Employee("2002", "Nils", "Öst", "3102", "2000", "Enhetschef", since=date(2021, 5, 1)),
    Employee("1001", "Åsa", "Ek", "3101", "2001"),
    Employee("1002", "Bo", "Öberg", "3101", "2001", since=date(2024, 5, 1)),
    Employee("1003", "Cecilia", "Ljung-Ås", "3101", "2001"),
    Employee("1003", "Cecilia", "Ljung-Ås", "3201", "2000", "Behandlingsassistent", since=date(2024, 1, 1)),
    Employee("1004", "Dan", "Ek", "3101", "2001"),
    Employee("1005", "Eva", "Süle", "3102", "2002"),
    Employee("1006", "Finn", "By", "3102", "2002", "Stödassistent", "hourly"),
    Employee("1007", "Gun", "Dahl", "3102", "2002", form="temporary", until=date(2026, 12, 15)),
    Employee("1008", "Hans", "Ny", "3201", "2000", "Stödassistent"),
    Employee("1009", "Ida", "Lund", "3201", "2000", "Student", "trainee"),
)
"""Twelve people, of whom eleven count: one has two employments, and one is a trainee."""
