"""explain(): why a timer shows what it shows: every stretch of its life, counted or not, with what made it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from workflows.sla_counting import Book
from workflows.sla_rows import Situation, Span, TimerRow


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a timer's life in which it was in one situation for one reason.

    `cause` is a rule of the calendar ("weekly", "break", "holiday", "closure", "special", "always"), with the `name` of
    the holiday where it has one, or what happened: "start", the kind of an event, the category that pauses, "signal".
    `cause_id` is the id of that event; None where the calendar decides.
    """

    start: datetime
    end: datetime
    situation: Situation
    cause: str
    cause_id: int | None
    name: str = ""
    calendar: str | None = None

    @property
    def seconds(self) -> int:
        """How long it is."""
        return int((self.end - self.start).total_seconds())


def explain(row: TimerRow, now: int, book: Book) -> list[Stretch]:
    """The stretches from a timer's start until an instant or its end, without gaps; the counted ones make its elapsed."""
    until = now if row.stopped_at is None else min(now, row.stopped_at)
    found: list[Stretch] = []
    for span, end in _ended(row.spans, until):
        if span.situation is Situation.COUNTED:
            found += _by_hours(span, end, book)
        elif span.at < end:
            found.append(_stretch(span, span.at, end))
    return found


def merged(stretches: Iterable[Stretch]) -> list[tuple[datetime, datetime, Situation]]:
    """The situations alone: neighbours that differ only in their reason are one."""
    found: list[tuple[datetime, datetime, Situation]] = []
    for one in stretches:
        if found and found[-1][2] is one.situation:
            found[-1] = (found[-1][0], one.end, one.situation)
        else:
            found.append((one.start, one.end, one.situation))
    return found


def _ended(spans: list[Span], until: int) -> Iterator[tuple[Span, int]]:
    for place, span in enumerate(spans):
        end = spans[place + 1].at if place + 1 < len(spans) else until
        yield span, min(end, until)


def _by_hours(span: Span, end: int, book: Book) -> Iterator[Stretch]:
    """A span that would be counted, cut by the hours of its calendar."""
    for part in book.hours(span.calendar).stretches(_moment(span.at), _moment(end)):
        if part.is_open and part.from_ == _moment(span.at):
            yield _stretch(span, span.at, int(part.to.timestamp()))
        else:
            situation = Situation.COUNTED if part.is_open else Situation.OUT_OF_HOURS
            rule, name = part.cause.rule.value, part.cause.name
            yield Stretch(part.from_, part.to, situation, rule, None, name, span.calendar)


def _stretch(span: Span, start: int, end: int) -> Stretch:
    return Stretch(
        _moment(start),
        _moment(end),
        span.situation,
        span.cause,
        span.cause_id,
        calendar=span.calendar,
    )


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
