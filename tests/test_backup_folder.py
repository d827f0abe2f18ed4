"""Which backups are kept."""

from datetime import date, timedelta

from course.backup.folder import expendable, kept


def days_back(today, number):
    return [today - timedelta(days=back) for back in range(number)]


def test_of_two_years_of_nights_fourteen_days_eight_weeks_and_twelve_months_are_kept():
    today = date(2026, 11, 24)  # a Tuesday

    keep = kept(days_back(today, 730))

    days = days_back(today, 14)
    sundays = [date(2026, 11, 22) - timedelta(weeks=back) for back in range(7)]
    months = [date(2026, month, 1) - timedelta(days=1) for month in range(11, 0, -1)]
    assert keep == {*days, *sundays, *months}


def test_what_is_kept_is_the_same_whether_it_was_tidied_every_night_or_never():
    begun, nights = date(2025, 1, 1), 500
    left = set()
    for night in range(nights):
        left = kept({*left, begun + timedelta(days=night)})

    assert left == kept(begun + timedelta(days=night) for night in range(nights))


def test_when_backups_have_stopped_nothing_more_is_lost():
    left = kept(days_back(date(2024, 5, 5), 400))

    assert kept(left) == left
    assert kept([date(2020, 1, 1)]) == {date(2020, 1, 1)}
    assert kept([]) == frozenset()


def test_only_backups_are_taken_away(tmp_path):
    days = days_back(date(2026, 11, 24), 40)
    for day in days:
        for name in (f"{day}T013000Z.zip", f"{day}T120000Z-schema-0002.zip"):
            (tmp_path / name).touch()
    (tmp_path / "2020-01-01T013000Z-mapp.zip").mkdir()
    others = (
        "2020-02-30T013000Z.zip",
        "course.sqlite",
        "2020-01-01.zip",
        "2020-01-01T013000Z.zip.part",
        "2020-01-01T013000Z.txt",
        "minne.zip",
    )
    for other in others:
        (tmp_path / other).touch()

    old = [path.name for path in expendable(tmp_path)]

    gone = sorted(set(days) - kept(days))
    assert old == [f"{day}T{more}.zip" for day in gone for more in ("013000Z", "120000Z-schema-0002")]
    assert len(gone) > 20


def test_the_command_tells_what_it_would_take_away_and_does_so_only_when_it_is_meant(app, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in days_back(date(2026, 11, 24), 15):
        (folder / f"{day}T013000Z.zip").touch()
    before = sorted(folder.iterdir())

    def prune(*words):
        result = app.test_cli_runner().invoke(args=["data", "prune", str(folder), *words])
        return result.exit_code, result.output.splitlines()

    told = (0, ["Skulle ta bort 2026-11-10T013000Z.zip", "Inget är borttaget än. Kör om med --apply för att ta bort."])
    assert prune() == told
    assert sorted(folder.iterdir()) == before
    assert prune("--apply") == (0, ["Tar bort 2026-11-10T013000Z.zip"])
    assert sorted(folder.iterdir()) == before[1:]
    assert prune() == (0, ["Ingen säkerhetskopia i mappen är så gammal att den kan tas bort."])
