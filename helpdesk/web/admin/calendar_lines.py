"""Hours and holidays as people type them, and back: "09:00-12:30, 13:30-17:00", "2026-12-24 closed 12:00-24:00 Christmas Eve"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from workflows.faults import N_, Gatherer, Path, fault

Entry = dict[str, Any]
Windows = list[list[str]]

_TIME = r"[0-9]{1,2}(?:[:.][0-9]{2}(?::[0-9]{2})?)?"
_WINDOW = rf"{_TIME}\s*[-–—]\s*{_TIME}"
_WINDOWS = rf"{_WINDOW}(?:\s*,\s*{_WINDOW})*|never"
_ONE_WINDOW = re.compile(rf"\s*({_TIME})\s*[-–—]\s*({_TIME})\s*", re.ASCII)
_PARTS = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?::([0-9]{2}))?", re.ASCII)
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOLIDAY = re.compile(
    rf"(?:(?P<first>{_DAY})\s*(?:to|until|-|–|—)\s*(?P<last>{_DAY})|(?P<date>{_DAY})|(?P<yearly>[0-9]{{2}}-[0-9]{{2}}))"
    rf"(?:\s+open\s+(?P<open>{_WINDOWS}))?(?:\s+closed\s+(?P<closed>{_WINDOWS}))?(?:\s+(?P<name>\S.*))?",
    re.ASCII | re.IGNORECASE,
)
_NEVER = "never"


def hours_of(text: str, path: Path) -> Windows:
    """The windows in "09:00-12:30, 13:30-17:00"; the times themselves are judged by the calendar. Raises Faulty."""
    found: Windows = []
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        window = _ONE_WINDOW.fullmatch(part)
        if window is None:
            raise fault(path, N_("Write hours such as 09:00-12:30, 13:30-17:00."))
        found.append([_time(window[1]), _time(window[2])])
    return found


def hours_text(windows: Iterable[Iterable[str]]) -> str:
    """The windows as they are typed."""
    return ", ".join("-".join(pair) for pair in windows)


def holidays_of(text: str, path: Path) -> list[tuple[int, Entry]]:
    """The holidays, one on each line, with the numbers of their lines. Raises Faulty; its path ends with the line."""
    faults = Gatherer()
    found: list[tuple[int, Entry]] = []
    for number, line in enumerate(text.splitlines(), 1):
        with faults.part():
            if line.strip():
                found.append((number, _holiday(line.strip(), (*path, number))))
    faults.raise_if_any()
    return found


def holiday_text(entry: Mapping[str, Any]) -> str:
    """A holiday as it is typed."""
    when = entry.get("date") or entry.get("yearly") or f"{entry['from']} to {entry['to']}"
    words = [str(when)]
    for key in ("open", "closed"):
        if key in entry:
            words += [key, hours_text(entry[key]) or _NEVER]
    return " ".join([*words, *str(entry.get("name") or "").split()])


def _holiday(line: str, path: Path) -> Entry:
    found = _HOLIDAY.fullmatch(line)
    if found is None:
        raise fault(
            path, N_("Write a date such as 2026-12-25, or 12-25 for every year, and then a name.")
        )
    entry: Entry = {}
    if found["first"]:
        entry |= {"from": found["first"], "to": found["last"]}
    else:
        key = "date" if found["date"] else "yearly"
        entry[key] = found[key]
    for key in ("open", "closed"):
        if found[key]:
            entry[key] = [] if found[key].lower() == _NEVER else hours_of(found[key], path)
    return {**entry, "name": found["name"].strip()} if found["name"] else entry


def _time(text: str) -> str:
    """ "9" and "9.30" as the calendar has them: 09:00 and 09:30."""
    found = _PARTS.fullmatch(text)
    assert found is not None  # The window was made of such times.
    hours, minutes, seconds = int(found[1]), found[2] or "00", found[3]
    return f"{hours:02}:{minutes}:{seconds}" if seconds else f"{hours:02}:{minutes}"
