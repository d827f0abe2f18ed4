"""The rules of the layout hold: who may import what, and that every type, report and route is whole."""

import ast
from pathlib import Path

import pytest

from course.access.policy import PERMISSIONS
from course.items import ITEM_TYPES
from course.report.catalogue import REPORTS
from course.report.formats import FORMATS

ROOT = Path(__file__).parent.parent
COURSE = ROOT / "course"

LAYERS = [
    {"web", "api", "cli", "demo"},
    {"notice", "exchange"},
    {"review"},
    {"report"},
    {"meeting", "survey"},
    {"learning", "access", "roster", "target", "scenario", "recall", "evidence", "quality", "regrade"},
    {"quiz", "organisation"},
    {"content"},
    {"items", "audit"},
    {"db", "schema", "revision", "backup", "clock", "config", "errors", "swedish", "sheet", "logs", "mail", "turn"},
]
"""From the top down; a package imports its own level and those below. DECISIONS.md says why."""
ABOVE_ALL = {"", "migrate", "preview", "tables", "verify"}
"""create_app, and what must know every table: the migrations, and whether the database is whole."""
DOMAIN = {name for layer in LAYERS[1:-1] for name in layer}
KNOW_THE_DATABASE = {"tables", "actions", "queries"}

FILES = sorted(path for path in COURSE.rglob("*.py") if "migrations" not in path.parts)


def imports(path):
    """The dotted names that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(path):
    parts = path.relative_to(COURSE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def level(package):
    return next(number for number, layer in enumerate(LAYERS) if package in layer)


def test_every_package_has_its_place():
    known = {name for layer in LAYERS for name in layer} | ABOVE_ALL

    assert {package_of(path) for path in FILES} - known == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(COURSE)))
def test_imports_go_downwards_only(path):
    own = package_of(path)
    if own in ABOVE_ALL:
        return
    reached = {name.split(".")[1] for name in imports(path) if name.startswith("course.") and name.count(".") >= 1}
    allowed = ABOVE_ALL if own in LAYERS[0] else set()
    upwards = {name for name in reached if name not in allowed | {own} and level(name) < level(own)}
    aside = {name for name in reached if own in LAYERS[0] and name in LAYERS[0] - {own, "demo"}}

    assert upwards == set()
    assert aside == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(COURSE)))
def test_only_three_file_names_of_a_domain_package_know_the_database(path):
    if package_of(path) not in DOMAIN:
        return
    names = {name.split(".")[0] for name in imports(path)}

    assert "flask" not in names
    if path.stem not in KNOW_THE_DATABASE and "catalogue" not in path.parts:
        assert "sqlalchemy" not in names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(COURSE)))
def test_the_clock_is_read_at_the_edges_only(path):
    if package_of(path) in {"web", "api", "cli", "demo", "db", "clock", "logs"}:
        return
    source = path.read_text(encoding="utf-8")

    assert "clock.now(" not in source
    assert "datetime.now(" not in source
    assert "current_user" not in source


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(COURSE)))
def test_actions_never_commit(path):
    if path.stem == "actions":
        assert ".commit(" not in path.read_text(encoding="utf-8")


def test_every_file_says_what_it_is_for():
    silent = [path for path in FILES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]

    assert silent == []


def test_every_route_has_a_guard(app):
    open_routes = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "permission", None) not in PERMISSIONS
    ]

    assert open_routes == []


def test_every_item_type_has_its_template_and_its_test():
    tested = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_item*.py"))
    for name, kind in ITEM_TYPES.items():
        assert kind.type == name
        assert (COURSE / "items" / f"{name}.py").exists(), name
        assert (COURSE / "web" / "templates" / "items" / f"{name}.html").exists(), name
        assert f".{name}" in tested or f'"{name}"' in tested, name


def test_every_report_and_format_is_named_as_it_is_registered_and_has_its_test():
    tested = (ROOT / "tests" / "test_coverage.py").read_text(encoding="utf-8")
    for name, report in REPORTS.items():
        assert report.name == name
        assert name in tested
    assert set(FORMATS) == {"csv", "json", "table"}


def test_the_standard_librarys_sqlite_is_never_opened():
    using = [
        path
        for folder in (COURSE, ROOT / "tests")
        for path in folder.rglob("*.py")
        if "sqlite3" in {name.split(".")[0] for name in imports(path)}
    ]

    assert using == []


def test_no_file_names_a_host_or_a_folder_of_one_machine():
    for name in ("requirements.lock", "requirements-dev.lock", "Makefile", "pyproject.toml", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--index-url" not in text
        assert "/home/" not in text
        assert "/root/" not in text
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "http" not in (ROOT / name).read_text(encoding="utf-8")
