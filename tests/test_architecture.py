"""The house holds: floors, one commit, one clock, short files and functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOOR = {
    "channels": 0,
    "workflows": 0,
    "helpdesk.core": 1,
    "helpdesk.people": 2,
    "helpdesk.journal": 2,
    "helpdesk.definitions": 2,
    "helpdesk.tickets": 3,
    "helpdesk.messaging": 4,
    "helpdesk.sla": 4,
    "helpdesk.routing": 4,
    "helpdesk.search": 4,
    "helpdesk.notifications": 5,
    "helpdesk.automation": 5,
    "helpdesk.views": 5,
    "helpdesk.knowledge": 5,
    "helpdesk.answers": 6,
    "helpdesk.identity": 5,
    "helpdesk.phone": 5,
    "helpdesk.contact_forms": 5,
    "helpdesk.chat": 5,
    "helpdesk.composing": 5,
    "helpdesk.configuration": 6,
    "helpdesk.operations": 6,
    "helpdesk.models": 6,
    "helpdesk.migrating": 6,
    "helpdesk.backup": 7,
    "helpdesk.checking": 8,
    "helpdesk.reactions": 7,
    "helpdesk.redaction": 7,
    "helpdesk.api": 9,
    "helpdesk.live": 8,
    "helpdesk.web": 9,
    "helpdesk.jobs": 9,
    "helpdesk.demo": 9,
    "helpdesk.app": 10,
    "helpdesk.schedule": 10,
    "helpdesk.working": 10,
    "helpdesk.cli": 11,
}
# `models` only gathers, so it may see every package of rows, those of its own floor included.
GATHERS = {
    "helpdesk.models": {"helpdesk.configuration", "helpdesk.answers", "helpdesk.operations"},
    "helpdesk.migrating": {"helpdesk.models"},
}

LONGEST_FILE = 400
LONGEST_FUNCTION = 40

OURS = sorted(
    path
    for folder in ("channels", "workflows", "helpdesk")
    for path in (ROOT / folder).rglob("*.py")
)


def package_of(dotted: str) -> str | None:
    """The room a module lives in, or None for what is not ours."""
    parts = dotted.split(".")
    if parts[0] in ("channels", "workflows"):
        return parts[0]
    return ".".join(parts[:2]) if parts[0] == "helpdesk" and len(parts) > 1 else None


def home_of(path: Path) -> str | None:
    return package_of(".".join(path.relative_to(ROOT).with_suffix("").parts))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every import, also those inside functions; `from helpdesk import models` names the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "helpdesk":
                yield from ((node.lineno, f"helpdesk.{name.name}") for name in node.names)
            else:
                yield node.lineno, node.module


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    home = home_of(path)
    if home is None or home == "helpdesk.__init__":
        return
    for line, dotted in imports_of(path):
        target = package_of(dotted)
        if target is None or target == home or target in GATHERS.get(home, set()):
            continue
        assert home in FLOOR, f"{home} has no floor; give it one in {Path(__file__).name}"
        assert FLOOR[target] < FLOOR[home], f"{path}:{line} {home} may not import {target}"


def test_the_package_itself_imports_nothing() -> None:
    assert (ROOT / "helpdesk" / "__init__.py").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("words", "home"),
    [
        (".commit(", "helpdesk/core/unit_of_work.py"),
        ("datetime.now(", "helpdesk/core/clock.py"),
        ("utcnow(", "helpdesk/core/clock.py"),
        ("import_module(", "channels/registry.py"),
    ],
)
def test_some_things_are_done_in_one_place(words: str, home: str) -> None:
    found = {
        str(path.relative_to(ROOT)) for path in OURS if words in path.read_text(encoding="utf-8")
    }
    assert found - {home} - ELSEWHERE.get(words, set()) == set()


# An index writer has a commit of its own; it is no database transaction.
ELSEWHERE = {".commit(": {"helpdesk/search/whoosh_backend.py", "helpdesk/search/whoosh_writing.py"}}


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE, f"{path} is too long"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION, (
                f"{path}:{node.lineno} {node.name} has {length} lines"
            )


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_jobs_and_the_outbox_catch_everything(path: Path) -> None:
    if path.name in ("jobs.py", "outbox.py"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.id if isinstance(node.type, ast.Name) else None
            assert (node.type is not None and caught not in ("Exception", "BaseException")) or any(
                isinstance(inner, ast.Raise) for inner in ast.walk(node)
            ), f"{path}:{node.lineno} catches everything"


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    if path == ROOT / "helpdesk" / "__init__.py":
        return
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), (
        f"{path} has no docstring"
    )
