"""`make pictures`: the pictures of README and the handbook, taken of the running product with the demonstration in it.

They are made anew by hand when a page changes, and lie with the other static files.
"""

# ruff: noqa: E402 - the path to the project comes before the imports that need it

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

from journeys.conftest import COURSE, Visit, follow
from playwright.sync_api import Browser, Page, sync_playwright
from reaper import Watched
from served import Server, environment, served

FOLDER = PROJECT / "course" / "web" / "static"
PHONE, DESK = {"width": 360, "height": 640}, {"width": 1000, "height": 640}


def question(page: Page) -> None:
    """The first question of the first module."""
    page.goto(f"/kurs/{COURSE}")
    for _ in range(2):
        follow(page, "main .button")
    page.check("fieldset input >> nth=1")


def feedback(page: Page) -> None:
    """What one is told about an answer."""
    question(page)
    follow(page, "main button")


def coverage(page: Page) -> None:
    """HR's figures."""
    page.goto("/rapport/tackning")


def unit(page: Page) -> None:
    """A manager's page."""
    page.goto("/min-enhet")


PICTURES: dict[str, tuple[str, dict[str, int], Callable[[Page], None]]] = {
    "bild-fraga.png": ("anna", PHONE, question),
    "bild-aterkoppling.png": ("anna", PHONE, feedback),
    "bild-tackning.png": ("hanna", DESK, coverage),
    "bild-min-enhet.png": ("mona", PHONE, unit),
}
"""{file: (who is signed in, the window, how to come there)}."""


def main() -> None:
    """Take every picture."""
    with Watched() as folder, sync_playwright() as playwright:
        instance = folder / "instance"
        init = [sys.executable, "-m", "flask", "--app", "wsgi", "data", "init", "--demo"]
        subprocess.run(init, cwd=PROJECT, env=environment(instance), check=True, capture_output=True)
        server = served(instance)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            for file in PICTURES:
                take(browser, server, file)
        finally:
            browser.close()
            server.stop()


def take(browser: Browser, server: Server, file: str) -> None:
    """Sign in, go there, and keep what the window shows."""
    who, window, go = PICTURES[file]
    visit = Visit(browser, server, viewport=window, color_scheme="light", locale="sv-SE")
    visit.sign_in(who)
    go(visit.page)
    visit.page.screenshot(path=FOLDER / file)
    visit.context.close()
    print(f"{file}: {(FOLDER / file).stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
