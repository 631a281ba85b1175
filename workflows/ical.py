"""read_holidays(): the closures in an iCalendar file or feed (RFC 5545), as entries of a calendar.

Every event closes: a whole day, several, or part of one. Whether an event marks its owner as busy does not matter,
since holidays are published as free time. Cancelled events are left out. Times with a zone of their own are turned into
the zone of the calendar; times without one are taken as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workflows.calendar_zone import FIRST_YEAR, LAST_YEAR
from workflows.faults import N_, Faulty, fault
from workflows.ical_repeating import Repetition, read_repetition

Entry = dict[str, Any]
_MOST_BYTES = 2_000_000
_MOST_EVENTS = 5_000
_LONGEST_EVENT = timedelta(days=3660)
_ONE_DAY = timedelta(days=1)
_LINE = re.compile(
    r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:\"[^\"]*\"|[^\";:,]*)(?:,(?:\"[^\"]*\"|[^\";:,]*))*)*):(.*)",
    re.S,
)
_PARAMETER = re.compile(r";([A-Za-z0-9-]+)=(\"[^\"]*\"|[^\";:]*)")
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Property:
    """One line of the file, unfolded: its number, name, parameters and value."""

    line: int
    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class _Event:
    """A VEVENT while it is read."""

    line: int
    properties: dict[str, _Property] = field(default_factory=dict)
    left_out: list[_Property] = field(default_factory=list)


def read_holidays(text: str | bytes, zone: ZoneInfo, *, until: date) -> list[Entry]:
    """The holidays of a calendar, by date; what is repeated for ever is written out until a day, if it is not yearly.

    Raises Faulty with the line.
    """
    found: dict[str, Entry] = {}
    replaced, events = [], list(_events(_properties(_lines(_decoded(text)))))
    for event in events:
        if "RECURRENCE-ID" in event.properties:
            replaced.append(
                (_text(event, "UID"), _date(event.properties["RECURRENCE-ID"], zone).date())
            )
    for event in events:
        if _text(event, "STATUS").upper() != "CANCELLED":
            uid, is_one = _text(event, "UID"), "RECURRENCE-ID" in event.properties
            gone = set() if is_one else {day for of, day in replaced if of == uid}
            for entry in _entries(event, zone, until, gone):
                found[_key(entry)] = entry
        if len(found) > _MOST_EVENTS:
            raise _too_many(event.line)
    return [found[key] for key in sorted(found)]


def _decoded(text: str | bytes) -> str:
    if len(text) > _MOST_BYTES:
        raise fault((), N_("The calendar is larger than two million bytes."))
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with the number of their first one; a line that begins with a space or tab goes on the one before it."""
    begun, line = 0, ""
    for number, part in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if part[:1] in (" ", "\t") and begun:
            line += part[1:]
            continue
        if line.strip():
            yield begun, line
        begun, line = number, part.lstrip("\ufeff") if number == 1 else part
    if line.strip():
        yield begun, line


def _properties(lines: Iterator[tuple[int, str]]) -> Iterator[_Property]:
    for number, line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise _faulty(number, N_("this is no line of an iCalendar file."))
        parameters = {key.upper(): value.strip('"') for key, value in _PARAMETER.findall(found[2])}
        yield _Property(number, found[1].upper(), parameters, found[3])


def _events(properties: Iterator[_Property]) -> Iterator[_Event]:
    """The events of the file; alarms within them, tasks and zones are passed over."""
    open_parts: list[str] = []
    event: _Event | None = None
    count, last = 0, 1
    for one in properties:
        last = one.line
        if not open_parts and (one.name, one.value.upper()) != ("BEGIN", "VCALENDAR"):
            raise _faulty(one.line, N_("an iCalendar file begins with BEGIN:VCALENDAR."))
        if one.name == "BEGIN":
            open_parts.append(one.value.upper())
            if open_parts == ["VCALENDAR", "VEVENT"]:
                event, count = _Event(one.line), count + 1
        elif one.name == "END":
            if open_parts.pop() != one.value.upper():
                raise _faulty(one.line, N_("this ends what has not begun."))
            if event is not None and open_parts == ["VCALENDAR"]:
                yield event
                event = None
        elif event is not None and len(open_parts) == 2:
            _take(event, one)
        if count > _MOST_EVENTS:
            raise _too_many(one.line)
    if open_parts or not last:
        raise _faulty(last, N_("the file ends in the middle; it has no END:VCALENDAR."))
    if not count:
        raise fault((), N_("There is no event in this calendar."))


def _take(event: _Event, one: _Property) -> None:
    if one.name == "EXDATE":
        event.left_out.append(one)
    elif one.name == "RDATE" or (one.name == "RRULE" and one.name in event.properties):
        raise _faulty(one.line, N_("this way of repeating is not known here."))
    else:
        event.properties.setdefault(one.name, one)


def _entries(event: _Event, zone: ZoneInfo, until: date, gone: set[date]) -> Iterator[Entry]:
    """What an event closes, each time it happens."""
    start, end = _times(event, zone)
    name = _unescaped(_text(event, "SUMMARY"))[:120].strip()
    rule = event.properties.get("RRULE")
    if rule is None:
        yield from _closures(name, start, end)
        return
    repetition = read_repetition(rule.value, rule.line, start.date())
    gone = gone | {
        _date(one, zone, value).date() for one in event.left_out for value in one.value.split(",")
    }
    if _is_every_year(repetition, gone, start, end):
        yield {"yearly": f"{start:%m-%d}", **_named(name)}
        return
    for count, day in enumerate(repetition.dates(until)):
        if count > _MOST_EVENTS:
            raise _too_many(rule.line)
        if day not in gone:
            moved = day - start.date()
            yield from _closures(name, start + moved, end + moved)


def _is_every_year(repetition: Repetition, gone: set[date], start: datetime, end: datetime) -> bool:
    whole = start.time() == time() and end - start == _ONE_DAY
    return whole and not gone and repetition.is_the_same_day_every_year


def _times(event: _Event, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of an event as the wall of the zone shows them; without times it is whole days."""
    begun = event.properties.get("DTSTART")
    if begun is None:
        raise _faulty(event.line, N_("an event without DTSTART."))
    start = _date(begun, zone)
    whole = "T" not in begun.value
    ended, lasting = event.properties.get("DTEND"), event.properties.get("DURATION")
    if ended is not None:
        end = _date(ended, zone)
    elif lasting is not None:
        end = start + _duration(lasting)
    else:
        end = start + (_ONE_DAY if whole else timedelta())
    if whole and end == start:
        # Some programs write the last day itself instead of the day after it.
        end = start + _ONE_DAY
    if end < start or end - start > _LONGEST_EVENT:
        raise _faulty(
            (ended or lasting or begun).line,
            N_("this event ends before it begins, or lasts ten years."),
        )
    return start, end


def _closures(name: str, start: datetime, end: datetime) -> Iterator[Entry]:
    """Whole days as a date or a span, parts of days as closures of their date."""
    if start == end:
        return
    first, last = start.date(), end.date()
    if start.time() != time():
        yield _part(name, first, start, min(end, datetime.combine(first + _ONE_DAY, time())))
        first += _ONE_DAY
    if first < last:
        yield _days(name, first, last - _ONE_DAY)
    if end.time() != time() and first <= last:
        yield _part(name, last, datetime.combine(last, time()), end)


def _days(name: str, first: date, last: date) -> Entry:
    if first == last:
        return {"date": first.isoformat(), **_named(name)}
    return {"from": first.isoformat(), "to": last.isoformat(), **_named(name)}


def _part(name: str, day: date, start: datetime, end: datetime) -> Entry:
    until = "24:00" if end.date() > day else _written(end)
    return {"date": day.isoformat(), "closed": [[_written(start), until]], **_named(name)}


def _written(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _named(name: str) -> Entry:
    return {"name": name} if name else {}


def _key(entry: Entry) -> str:
    """By date, then by what else it says, so that one file always gives one list."""
    when = entry.get("date") or entry.get("from") or entry["yearly"]
    return f"{when} {entry}"


def _date(one: _Property, zone: ZoneInfo, value: str | None = None) -> datetime:
    """A date or a moment as the wall of the zone shows it, without a zone."""
    found = _DATE.fullmatch((one.value if value is None else value).strip())
    if found is None:
        raise _faulty(one.line, N_("a date is written as 20241225 or 20241225T090000."))
    parts = [int(part) for part in found.groups()[:6] if part is not None]
    try:
        at = datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - a reading of the wall
    except ValueError:
        raise _faulty(one.line, N_("this date is not in the calendar.")) from None
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise _faulty(one.line, N_("this date is not in the calendar."))
    origin = _origin(one, in_utc=found[7] == "Z")
    if origin is None or found[4] is None:
        return at
    return at.replace(tzinfo=origin).astimezone(zone).replace(tzinfo=None)


def _origin(one: _Property, *, in_utc: bool) -> ZoneInfo | None:
    """The zone of a property, None where it has none; one that is not in the zone database counts as none."""
    if in_utc:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(one.parameters["TZID"]) if "TZID" in one.parameters else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _duration(one: _Property) -> timedelta:
    found = _DURATION.fullmatch(one.value.strip())
    if found is None or not any(found.groups()):
        raise _faulty(one.line, N_("a duration is written as P1D or PT4H."))
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _text(event: _Event, name: str) -> str:
    found = event.properties.get(name)
    return found.value if found else ""


def _unescaped(text: str) -> str:
    """A text as it was meant: \\n is a new line, here a space; a backslash before another sign is left out."""
    plain = re.sub(r"\\(.)", lambda found: " " if found[1] in "nN" else found[1], text)
    return " ".join(plain.split())


def _faulty(line: int, text: str) -> Faulty:
    return fault(("line", line), text)


def _too_many(line: int) -> Faulty:
    return fault(
        ("line", line), N_("more holidays than a calendar can have (%(most)s)."), most=_MOST_EVENTS
    )
