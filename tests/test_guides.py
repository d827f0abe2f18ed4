"""INSTALL.md, FORVALTNING.md and README.md name only commands that there are, with options that they have."""

import re
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"^(?:\S*/)?(?:flask|course) ([a-z]+)(?: ([a-z][a-z-]+))?(?![\w-])(.*)", re.MULTILINE)


def commands(text):
    """[(words, options)] of the product's commands that stand as code in the text."""
    fenced = re.findall(r"^```sh[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    for code in (*fenced, *inline):
        for group, verb, rest in NAMED.findall(code.replace("\\|", "|")):
            yield group, verb, set(re.findall(r"--[a-z][a-z-]+", rest))


@pytest.mark.parametrize("name", ["INSTALL.md", "FORVALTNING.md", "README.md"])
def test_every_command_and_option_that_a_guide_names_is_there(app, name):
    found = list(commands((ROOT / name).read_text(encoding="utf-8")))
    assert len(found) > 5

    missing = []
    for group, verb, options in found:
        command = app.cli.get_command(click.Context(app.cli), group)
        if isinstance(command, click.Group) and verb:
            command = command.get_command(click.Context(command), verb)
        if command is None:
            missing.append((group, verb))
        elif isinstance(command, click.Command):
            there = {text for parameter in command.params for text in (*parameter.opts, *parameter.secondary_opts)}
            missing += [(group, verb, option) for option in options - there - {"--help"}]

    assert missing == []


def test_the_guide_says_one_thing_of_the_way_from_sqlite_to_postgresql():
    guide = " ".join((ROOT / "INSTALL.md").read_text(encoding="utf-8").split())

    assert "**From SQLite to PostgreSQL** later:" in guide
    assert "From SQLite to PostgreSQL there is a way later" in guide
    assert [
        text for text in ("there is no command that moves", "one of PostgreSQL in PostgreSQL") if text in guide
    ] == []
