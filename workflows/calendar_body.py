"""read_plan(): a calendar as somebody wrote it, checked; every fault is named with its place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.calendar_days import WHOLE_DAY, Plan, Span, Special, Window
from workflows.calendar_zone import DAY, FIRST_YEAR, LAST_YEAR, read_zone
from workflows.faults import N_, Gatherer, Path, fault
from workflows.holidays import Region, read_region

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What every definition may carry, and what is of calendars.
_COMMON = {"title", "description", "position", "active"}
_KEYS = {"zone", "weekly", "breaks", "holidays", "public_holidays", "feeds"}
# `feed` is the number of the feed from which the entry was taken over, counted from 0.
_HOLIDAY_KEYS = {"name", "date", "yearly", "from", "to", "open", "closed", "feed"}
_MOST_WINDOWS = 50
_MOST_HOLIDAYS = 5_000
_MOST_REGIONS = 20
_MOST_FEEDS = 5
_LONGEST_ADDRESS = 500
_LONGEST_NAME = 120
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FEED = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*", re.ASCII)
_YEARLY = re.compile(r"([0-9]{2})-([0-9]{2})", re.ASCII)


@dataclass
class _Dates:
    """What the entries of the holidays say, by the way they name their dates."""

    dated: defaultdict[date, list[Special]] = field(default_factory=lambda: defaultdict(list))
    yearly: defaultdict[tuple[int, int], list[Special]] = field(
        default_factory=lambda: defaultdict(list)
    )
    spans: list[Span] = field(default_factory=list)


def read_plan(body: Mapping[str, Any]) -> Plan:
    """The plan of a calendar in the form of `docs/calendars.md`. Raises Faulty with all that is wrong."""
    faults = Gatherer()
    with faults.part():
        _only(body, _KEYS | _COMMON, ())
    zone = None
    with faults.part():
        zone = read_zone(body.get("zone"), ("zone",))
    weekly = _by_weekday(body, "weekly", faults, crossing=True)
    breaks = _by_weekday(body, "breaks", faults, crossing=False)
    dates = _Dates()
    with faults.part():
        for number, entry in enumerate(_list(body.get("holidays"), ("holidays",), _MOST_HOLIDAYS)):
            with faults.part():
                _read_holiday(entry, ("holidays", number), dates)
    public: list[Region] = []
    with faults.part():
        written = _list(body.get("public_holidays"), ("public_holidays",), _MOST_REGIONS)
        for number, entry in enumerate(written):
            with faults.part():
                public.append(read_region(entry, ("public_holidays", number)))
    with faults.part():
        read_feeds(body)
    faults.raise_if_any()
    assert zone is not None  # Otherwise a fault was raised.
    return Plan(
        zone=zone,
        weekly=weekly,
        breaks=breaks,
        dated={day: tuple(found) for day, found in dates.dated.items()},
        yearly={day: tuple(found) for day, found in dates.yearly.items()},
        spans=tuple(dates.spans),
        public=tuple(public),
    )


def read_feeds(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses of the iCalendar feeds whose holidays are taken over each night. Raises Faulty."""
    found = []
    for number, address in enumerate(_list(body.get("feeds"), ("feeds",), _MOST_FEEDS)):
        if (
            not isinstance(address, str)
            or len(address) > _LONGEST_ADDRESS
            or not _FEED.fullmatch(address)
        ):
            raise fault(
                ("feeds", number),
                N_("The address of a feed begins with https:// and has no name or password in it."),
            )
        found.append(address)
    return tuple(found)


def read_date(text: object, path: Path) -> date:
    """A date written as 2024-12-25. Raises Faulty."""
    if isinstance(text, str) and _DATE.fullmatch(text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            raise fault(path, N_("%(date)s is not in the calendar."), date=text) from None
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
    raise fault(path, N_("A date is written as 2024-12-25."))


def _by_weekday(
    body: Mapping[str, Any], key: str, faults: Gatherer, *, crossing: bool
) -> dict[int, tuple[Window, ...]]:
    """Windows by weekday, Monday being 0; those of weekdays that are faulty are gathered as faults."""
    found: dict[int, tuple[Window, ...]] = {}
    written = body.get(key)
    with faults.part():
        for name, windows in _mapping(written, (key,)).items():
            with faults.part():
                if name not in WEEKDAYS:
                    raise fault(
                        (key, str(name)),
                        N_("%(name)s is no weekday; they are mon, tue, wed, thu, fri, sat, sun."),
                        name=str(name)[:20],
                    )
                read = _read_windows(windows, (key, name), crossing=crossing)
                found[WEEKDAYS.index(name)] = read
    return found


def _read_windows(written: object, path: Path, *, crossing: bool) -> tuple[Window, ...]:
    faults = Gatherer()
    found: list[Window] = []
    for number, pair in enumerate(_list(written, path, _MOST_WINDOWS)):
        with faults.part():
            found.append(_read_window(pair, (*path, number), crossing=crossing))
    faults.raise_if_any()
    return tuple(found)


def _read_window(pair: object, path: Path, *, crossing: bool) -> Window:
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        raise fault(path, N_("Hours are a start and an end, such as 09:00 and 17:00."))
    start, end = _read_time(pair[0], (*path, 0)), _read_time(pair[1], (*path, 1))
    if start == DAY:
        raise fault((*path, 0), N_("24:00 ends a day; a start at that moment is 00:00."))
    if end <= start and not crossing:
        raise fault((*path, 1), N_("The end must come after the start, within the same day."))
    return start, end


def _read_time(text: object, path: Path) -> int:
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is not None:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= DAY:
            return total
    raise fault(path, N_("A time is written as 09:30, from 00:00 to 24:00."))


def _read_holiday(entry: object, path: Path, dates: _Dates) -> None:
    entry = _mapping(entry, path)
    faults = Gatherer()
    with faults.part():
        _only(entry, _HOLIDAY_KEYS, path)
    feed = entry.get("feed", 0)
    with faults.part():
        if not isinstance(feed, int) or not 0 <= feed < _MOST_FEEDS:
            raise fault((*path, "feed"), N_("The number of a feed is from 0 to 4."))
    special = Special("", None, ())
    with faults.part():
        special = _read_special(entry, path)
    with faults.part():
        _place(entry, path, special, dates)
    faults.raise_if_any()


def _read_special(entry: Mapping[str, Any], path: Path) -> Special:
    name = entry.get("name") or ""
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        raise fault((*path, "name"), N_("A name is a text of at most 120 characters."))
    opened: tuple[Window, ...] | None = None
    closed: tuple[Window, ...] = (WHOLE_DAY,)
    faults = Gatherer()
    if "open" in entry:
        closed = ()
        with faults.part():
            opened = _read_windows(entry["open"], (*path, "open"), crossing=False)
    if "closed" in entry:
        with faults.part():
            closed = _read_windows(entry["closed"], (*path, "closed"), crossing=False)
    faults.raise_if_any()
    return Special(name.strip(), opened, closed)


def _place(entry: Mapping[str, Any], path: Path, special: Special, dates: _Dates) -> None:
    ways = [way for way in ("date", "yearly", "from") if way in entry]
    if len(ways) != 1:
        raise fault(
            path, N_("Say when: a date, or yearly (month and day), or from and to; one of them.")
        )
    if "to" in entry and ways != ["from"]:
        raise fault((*path, "to"), N_("An end needs a beginning: from and to."))
    if ways == ["date"]:
        dates.dated[read_date(entry["date"], (*path, "date"))].append(special)
    elif ways == ["yearly"]:
        dates.yearly[_read_yearly(entry["yearly"], (*path, "yearly"))].append(special)
    else:
        first = read_date(entry["from"], (*path, "from"))
        last = read_date(entry.get("to"), (*path, "to"))
        if last < first:
            raise fault((*path, "to"), N_("The last day must not come before the first."))
        dates.spans.append(Span(first, last, special))


def _read_yearly(text: object, path: Path) -> tuple[int, int]:
    found = _YEARLY.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise fault(path, N_("A day of every year is written as 12-25, month and day."))
    month, day = int(found[1]), int(found[2])
    try:
        date(2000, month, day)
    except ValueError:
        raise fault(path, N_("%(date)s is not in the calendar."), date=found[0]) from None
    return month, day


def _only(entry: Mapping[str, Any], keys: set[str], path: Path) -> None:
    faults = Gatherer()
    for key in entry:
        with faults.part():
            if key not in keys:
                raise fault((*path, str(key)), N_("%(key)s is not known here."), key=str(key)[:40])
    faults.raise_if_any()


def _mapping(written: object, path: Path) -> Mapping[str, Any]:
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        raise fault(path, N_("Here names with values are expected."))
    return written


def _list(written: object, path: Path, most: int) -> Sequence[Any]:
    if written is None:
        return ()
    if not isinstance(written, Sequence) or isinstance(written, (str, bytes)):
        raise fault(path, N_("Here a list is expected."))
    if len(written) > most:
        raise fault(path, N_("The list has more than %(most)s entries."), most=most)
    return written
