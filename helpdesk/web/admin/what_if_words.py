"""What a what-if found, in the words of a page: attainment before and after, and what flips and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask_babel import format_percent
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from helpdesk.people.access import Actor
from helpdesk.sla.what_if_models import SlaFlip
from helpdesk.tickets.queries import numbers_of
from helpdesk.web import deadlines, durations
from helpdesk.web.clock_words import TITLES
from workflows.what_if import DIMENSIONS, Line, Share, Tally, Verdict

DIMENSION_WORDS: Final[Mapping[str, Any]] = {
    "all": _lazy("All tickets"),
    "team": _lazy("By group"),
    "channel": _lazy("By channel"),
    "priority": _lazy("By priority"),
}

# What stands in the first column of each table; "" is a table without one.
HEADS: Final[Mapping[str, Any]] = {
    "all": "",
    "team": _lazy("Group"),
    "channel": _lazy("Channel"),
    "priority": _lazy("Priority"),
}

VERDICT_WORDS: Final[Mapping[str, Any]] = {
    "met": _lazy("met"),
    "missed": _lazy("missed"),
    "late": _lazy("open, late"),
    "in_time": _lazy("open, in time"),
    "cancelled": _lazy("cancelled"),
}

_RULES: Final[Mapping[str, Any]] = {
    "weekly": _lazy("outside the weekly hours"),
    "break": _lazy("a break"),
    "holiday": _lazy("a holiday"),
    "closure": _lazy("closed for a part of the day"),
    "special": _lazy("special hours of that day"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one dimension."""

    title: str
    head: str
    rows: list[dict[str, Any]]


def tables(tally: Tally) -> list[Table]:
    """The tables of a run; those without a line are left out."""
    found = [
        Table(
            str(DIMENSION_WORDS[dimension]),
            str(HEADS[dimension]),
            [_row(line) for line in tally.lines(dimension)],
        )
        for dimension in DIMENSIONS
    ]
    return [table for table in found if table.rows]


def _row(line: Line) -> dict[str, Any]:
    before, after = line.before.attainment, line.after.attainment
    change = "" if before is None or after is None or before == after else _sign(after - before)
    return {
        "value": line.value or _("none"),
        "metric": str(TITLES.get(line.metric, line.metric)),
        "before": attainment(line.before),
        "after": attainment(line.after),
        "change": change,
        "is_better": bool(change) and (after or 0) > (before or 0),
        "counts": [
            (str(word), line.before.counts[Verdict(key)], line.after.counts[Verdict(key)])
            for key, word in VERDICT_WORDS.items()
        ],
    }


def attainment(share: Share) -> str:
    """The part that was met; a dash where nothing ended."""
    found = share.attainment
    return "–" if found is None else str(format_percent(found, "0.0 %"))


def _sign(change: float) -> str:
    points = f"{abs(change) * 100:.1f}"
    return (
        _("+%(points)s points", points=points)
        if change > 0
        else _("−%(points)s points", points=points)
    )


def flip_rows(flips: Sequence[SlaFlip], reader: Actor) -> list[dict[str, Any]]:
    """What flips, with the numbers of those tickets that the reader may see."""
    numbers = numbers_of(reader, {flip.ticket_id for flip in flips})
    return [
        {
            "number": numbers.get(flip.ticket_id),
            "metric": str(TITLES.get(flip.metric, flip.metric)),
            "clock": flip.metric,
            "cycle": flip.cycle,
            "is_better": flip.gets_better,
            "before": _side(flip.data["before"]),
            "after": _side(flip.data["after"]),
            "at": _moment(flip.data.get("at")),
            "why": why(flip.data),
        }
        for flip in flips
    ]


def _side(side: Mapping[str, Any]) -> str:
    return _(
        "%(verdict)s: %(used)s of %(target)s",
        verdict=VERDICT_WORDS[side["verdict"]],
        used=durations.minutes(timedelta(seconds=side["elapsed"])),
        target=durations.minutes(timedelta(seconds=side["target"])),
    )


def why(data: Mapping[str, Any]) -> str:
    """Where the two begin to differ."""
    before, after = _situation(data["before"]), _situation(data["after"])
    if data.get("at") is None:
        return _("Only the target is another.")
    return _("%(before)s; it would be: %(after)s", before=before, after=after)


def _situation(side: Mapping[str, Any]) -> str:
    situation, cause = side.get("situation"), side.get("cause", "")
    if situation is None:
        return _("it had ended")
    if situation == "counted":
        return _("counted")
    if situation == "paused":
        word = deadlines.waiting_word(cause)
        return _("paused, %(why)s", why=word) if word else _("paused")
    if situation == "out_of_hours":
        rule = str(_RULES.get(cause, cause))
        return f"{rule}: {side['name']}" if side.get("name") else rule
    return _("resolved") if situation == "resolved" else _("no policy")


def _moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
