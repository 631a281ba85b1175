"""The ledger of a clock in lines: every stretch, whether it counted, why, and what was counted by its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from helpdesk.sla.explaining import LATE, counted_of
from helpdesk.web import durations, moments
from workflows.sla_explaining import Stretch
from workflows.sla_rows import Situation

SITUATIONS: Final[Mapping[Situation, Any]] = {
    Situation.COUNTED: _lazy("counted"),
    Situation.OUT_OF_HOURS: _lazy("closed"),
    Situation.PAUSED: _lazy("paused"),
    Situation.RESOLVED: _lazy("resolved"),
    Situation.NO_POLICY: _lazy("no policy"),
}
TONES: Final[Mapping[Situation, str]] = {
    Situation.COUNTED: "ok",
    Situation.PAUSED: "info",
    Situation.RESOLVED: "info",
    Situation.NO_POLICY: "warn",
}

# Why the calendar is open or closed, and what else begins a stretch.
CAUSES: Final[Mapping[str, Any]] = {
    "weekly": _lazy("outside office hours"),
    "break": _lazy("break"),
    "holiday": _lazy("holiday"),
    "closure": _lazy("closed that day"),
    "special": _lazy("hours of that day"),
    "always": _lazy("round the clock"),
    "waiting_requester": _lazy("waiting for the requester"),
    "waiting_third_party": _lazy("waiting for a third party"),
    "waiting_internal": _lazy("waiting inside"),
    "resolved": _lazy("resolved"),
    "closed": _lazy("closed for good"),
    "start": _lazy("from its start"),
    "state": _lazy("the status changed"),
    "priority": _lazy("the priority changed"),
    "policy": _lazy("another policy holds"),
    "calendar": _lazy("the calendar changed"),
    "group": _lazy("another group has it"),
    "assignee": _lazy("it was assigned"),
    "message": _lazy("the requester wrote"),
    "terms": _lazy("the clock's rules changed"),
    "signal": _lazy("a condition of the clock"),
    "recount": _lazy("counted anew from its start"),
    "extension": _lazy("extended"),
    "received": _lazy("the day of receipt"),
    "working_day": _lazy("a day that counts"),
    "superseded": _lazy("the count began anew later"),
    "moved": _lazy("the last day was none to work on"),
    "late": _lazy("after the last day in time"),
}
# So many lines are shown at the beginning and at the end of a long ledger; those between are folded.
SHOWN_FIRST: Final = 8
SHOWN_LAST: Final = 8
LONGEST: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch as a page shows it. `total` is what was counted by its end; both lengths are exact."""

    start: datetime
    end: datetime
    situation: str
    word: str
    tone: str
    length: timedelta
    total: timedelta
    why: str
    cause: str
    cause_id: int | None
    in_days: bool = False

    @property
    def counts(self) -> bool:
        return self.situation == Situation.COUNTED.value and bool(self.length)

    @property
    def span(self) -> str:
        """From when to when, in the reader's zone: "Fri 20 Nov 14:20 – 17:00"; of days, the first and the last."""
        return span_of_days(self.start, self.end) if self.in_days else span_of(self.start, self.end)

    @property
    def counted(self) -> str:
        """How much of it counted, in words."""
        return durations.days(self.length) if self.in_days else durations.whole(self.length)

    @property
    def in_all(self) -> str:
        """What was counted by its end, in words."""
        return durations.days(self.total) if self.in_days else durations.whole(self.total)


@dataclass(frozen=True, slots=True)
class Folded:
    """The lines of a ledger: the first, those in the middle of a long one, the last."""

    first: Sequence[Line]
    middle: Sequence[Line]
    last: Sequence[Line]


def lines_of(
    stretches: Iterable[Stretch],
    *,
    calendar_title: Callable[[str | None], str] = lambda _ref: "",
    in_days: bool = False,
) -> list[Line]:
    """The lines of a ledger, in order; the last total is all that was counted."""
    total, found = timedelta(0), []
    for one in stretches:
        length = counted_of(one, in_days=in_days)
        total += length
        is_late = in_days and one.cause == LATE
        found.append(
            Line(
                one.start,
                one.end,
                one.situation.value,
                _("late") if is_late else str(SITUATIONS[one.situation]),
                "late" if is_late else TONES.get(one.situation, ""),
                length,
                total,
                why(one, calendar_title(one.calendar)),
                one.cause,
                one.cause_id,
                in_days,
            )
        )
    return found


def folded(lines: Sequence[Line]) -> Folded:
    """What of a long ledger is shown at once."""
    if len(lines) <= LONGEST:
        return Folded(lines, (), ())
    return Folded(lines[:SHOWN_FIRST], lines[SHOWN_FIRST:-SHOWN_LAST], lines[-SHOWN_LAST:])


def why(stretch: Stretch, calendar: str = "") -> str:
    """What made a stretch what it is, in words."""
    if stretch.situation is Situation.COUNTED and stretch.cause == "weekly":
        return calendar or _("office hours")
    said = str(CAUSES.get(stretch.cause, stretch.cause))
    if stretch.name:
        return _("%(what)s: %(name)s", what=said, name=stretch.name)
    if stretch.situation is Situation.NO_POLICY:
        return _("no policy promised anything")
    return said


def span_of(start: datetime, end: datetime) -> str:
    """A span of time in the reader's zone."""
    begun, ended = moments.moment(start), moments.moment(end)
    first = moments.weekday_stamp(start)
    last = moments.to_the_second(end) if begun.on == ended.on else moments.weekday_stamp(end)
    return _("%(start)s – %(end)s", start=first, end=last)


def span_of_days(start: datetime, end: datetime) -> str:
    """The first and the last day of a span that ends with a day."""
    first, last = moments.weekday(start), moments.weekday(end - timedelta(seconds=1))
    return first if first == last else _("%(start)s – %(end)s", start=first, end=last)
