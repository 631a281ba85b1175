"""Reads a directory of SLA vectors (`calendar.json`, `timelines.json`), and says how many of them were met."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from workflows.calendar import BusinessCalendar, read_hours

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "sla"
Case = dict[str, Any]
_PARTS = ("zone", "weekly", "breaks", "holidays")


def directory() -> Path:
    """Where the vectors are: the directory that VECTORS names, or the one beside the project."""
    named = os.environ.get("VECTORS")
    return Path(named) if named else BESIDE


@lru_cache(maxsize=2)
def read(name: str) -> dict[str, Any]:
    """A file of vectors; the test is skipped where there is none."""
    path = directory() / name
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def calendar_of(body: Mapping[str, Any]) -> BusinessCalendar:
    """A calendar of the vectors, of which some never open; what is no part of format 1 is left out."""
    return read_hours({key: body[key] for key in _PARTS if key in body})


def moment(text: str) -> datetime:
    """An instant as the vectors write it, with any offset."""
    return datetime.fromisoformat(text)


def written(at: datetime | None) -> str | None:
    """An instant as the vectors expect it."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def differences(expected: Any, got: Any, where: str = "") -> list[str]:
    """What differs; of what is expected every field is compared, more may be there."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            line
            for key, value in expected.items()
            for line in differences(value, got.get(key, "(missing)"), f"{where}.{key}")
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [
            line
            for number, (one, other) in enumerate(zip(expected, got, strict=True))
            for line in differences(one, other, f"{where}[{number}]")
        ]
    return [] if expected == got else [f"{where}: expected {expected}, got {got}"]


def check(title: str, cases: Iterable[Case], judge: Callable[[Case], list[str]]) -> None:
    """Judge every case, print `met N of M` for each family and fail with the cases that differ."""
    met: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    unmet: list[str] = []
    for case in cases:
        asked[case["family"]] += 1
        differing = judge(case)
        if differing:
            unmet.append(f"{case['id']} ({case['family']}): " + "; ".join(differing[:5]))
        else:
            met[case["family"]] += 1
    print(f"\n{title}: met {met.total()} of {asked.total()}")
    for family in sorted(asked):
        print(f"  {family}: met {met[family]} of {asked[family]}")
    assert not unmet, f"{len(unmet)} differ:\n" + "\n".join(unmet[:40])
    assert asked, "there are no cases"
