"""Which backups are kept."""

from datetime import date, timedelta

from course.backups import expendable, kept


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


def test_only_backups_are_taken_away_with_all_that_belongs_to_them(tmp_path):
    for back in range(40):
        day = date(2026, 11, 24) - timedelta(days=back)
        for name in (f"course-{day}T0230.backup", f"course-{day}T0230.backup.sha256"):
            (tmp_path / name).touch()
    for other in ("course.sqlite", "course-2020-01-01.txt", "Anteckning 2020-01-01T0000.backup", "course-2020"):
        (tmp_path / other).touch()

    gone = {path.name for path in expendable(tmp_path)}

    keep = kept(days_back(date(2026, 11, 24), 40))
    old = set(days_back(date(2026, 11, 24), 40)) - keep
    assert gone == {f"course-{day}T0230.backup{more}" for day in old for more in ("", ".sha256")}
    assert len(gone) > 20
