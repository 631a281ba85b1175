"""An appointment in a mail (RFC 5545, 5546), read to be shown: one pass, bounded, never raising.

Nothing is computed from its rules; a recurrence is shown as it was written. A
library for whole calendars would bring zones, recurrences and their failures
that nobody here asks for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from channels.email.charsets import readable
from channels.email.zones import IANA_OF_WINDOWS
from channels.message import Address, Invitation

_MOST_CHARACTERS = 1_000_000
_MOST_LINES = 20_000
_MOST_INVITED = 100
_LONGEST = 10_000
_NAME = re.compile(r"([A-Za-z0-9-]{1,60})")
_PARAMETER = re.compile(r";([A-Za-z0-9-]{1,60})=(\"[^\"]*\"|[^;:\"]*)")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_LASTS = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:\d+S)?)?")
_SHOWN = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY")


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        text = _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], self.value)
        return text[:_LONGEST].strip()


@dataclass(frozen=True, slots=True)
class _When:
    """The clock as it was written, its zone, and the moment if the zone is known."""

    clock: datetime
    zone: str
    whole_day: bool

    @property
    def written(self) -> str:
        return f"{self.clock:%Y-%m-%d}" if self.whole_day else f"{self.clock:%Y-%m-%dT%H:%M}"

    @property
    def moment(self) -> datetime | None:
        if self.whole_day or not self.zone:
            return None
        zone = _zone(self.zone)
        try:
            return self.clock.replace(tzinfo=zone).astimezone(UTC) if zone else None
        except OverflowError:
            return None


def read_invitation(text: str, method: str = "") -> Invitation | None:
    """The first appointment of a calendar, None if there is none; `method` is the part's own."""
    event: list[_Line] = []
    for kind, line in _lines(text):
        if kind == "VCALENDAR" and line.name == "METHOD":
            method = method or line.value.strip()
        elif kind in _SHOWN:
            event.append(line)
    return _invitation(event, method.upper()[:20] or "PUBLISH") if event else None


def _lines(text: str) -> Iterator[tuple[str, _Line]]:
    """Each line with the component it stands in, up to the end of the first that is shown."""
    open_components: list[str] = []
    unfolded = re.sub(r"\n[ \t]", "", readable(text[:_MOST_CHARACTERS]))
    for number, raw in enumerate(unfolded.split("\n")):
        if number > _MOST_LINES or len(open_components) > 50:
            return
        line = _read_line(raw)
        if line is None:
            continue
        if line.name == "BEGIN":
            open_components.append(line.value.strip().upper())
        elif line.name == "END":
            ended = open_components.pop() if open_components else ""
            if ended in _SHOWN:
                return
        elif open_components:
            yield open_components[-1], line


def _read_line(raw: str) -> _Line | None:
    name = _NAME.match(raw)
    if name is None:
        return None
    at, parameters = name.end(), {}
    while found := _PARAMETER.match(raw, at):
        parameters[found[1].upper()] = found[2].strip('"')
        at = found.end()
    at = raw.find(":", at)
    return _Line(name[1].upper(), parameters, raw[at + 1 :]) if at >= 0 else None


def _invitation(event: list[_Line], method: str) -> Invitation:
    first = {line.name: line for line in reversed(event)}
    starts, ends = _when(first.get("DTSTART")), _when(first.get("DTEND") or first.get("DUE"))
    invited = [line for line in event if line.name == "ATTENDEE"]
    organiser = _person(first["ORGANIZER"]) if "ORGANIZER" in first else None
    answers = (line.parameters.get("PARTSTAT", "") for line in invited)
    if ends is None and starts is not None and "DURATION" in first:
        ends = _after(starts, first["DURATION"].value)
    return Invitation(
        method=method,
        summary=_text(first, "SUMMARY"),
        starts=starts.written if starts else "",
        ends=ends.written if ends else "",
        zone=starts.zone if starts else "",
        starts_at=starts.moment if starts else None,
        whole_day=starts.whole_day if starts else False,
        place=_text(first, "LOCATION"),
        organiser=organiser if organiser and organiser.address else None,
        invited=tuple(person for person in map(_person, invited[:_MOST_INVITED]) if person.address),
        answer=next((a.upper() for a in answers if a), "") if method == "REPLY" else "",
        repeats=_text(first, "RRULE"),
        uid=_text(first, "UID"),
        description=_text(first, "DESCRIPTION"),
    )


def _text(lines: dict[str, _Line], name: str) -> str:
    return lines[name].text if name in lines else ""


def _person(line: _Line) -> Address:
    address = re.sub(r"^\s*mailto:", "", line.value, flags=re.IGNORECASE).strip()
    return Address(address if "@" in address else "", line.parameters.get("CN", ""))


def _when(line: _Line | None) -> _When | None:
    found = _WHEN.match(line.value.strip()) if line else None
    if line is None or found is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in found.groups()[:5])
    try:
        clock = datetime(year, month, day, hour, minute)  # noqa: DTZ001 - what a clock on a wall says
    except ValueError:
        return None
    zone = "UTC" if found[7] else line.parameters.get("TZID", "")
    return _When(clock, zone.strip()[:100], whole_day=found[4] is None)


def _after(starts: _When, lasts: str) -> _When | None:
    found = _LASTS.fullmatch(lasts.strip().lstrip("+"))
    if found is None:
        return None
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    try:
        clock = starts.clock + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    except OverflowError:
        return None
    return _When(clock, starts.zone, starts.whole_day)


def _zone(name: str) -> ZoneInfo | None:
    """A zone by the name of its database, by Microsoft's, or at the end of a vendor's path."""
    name = name.strip('"')
    known = IANA_OF_WINDOWS.get(name)
    tail = "/".join(name.split("/")[-2:])
    for each in (known, name, tail):
        if each and re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", each):
            try:
                return ZoneInfo(each)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return None
