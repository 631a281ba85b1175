"""The statutory packs: their clocks with their sources, tried on a date of your choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.sla import packs
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.clocks import NATIONS
from workflows import dates
from workflows.dates import DayEntry, Target, Unit, Why
from workflows.statutory import nations, statutory_clocks

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
_NOON = time(12, tzinfo=UTC)
_WRITTEN = "EEEE d MMMM yyyy"


@dataclass(frozen=True, slots=True)
class Tried:
    """A clock of the pack and when it would be due; `days` are (text, days) of those that do not count."""

    name: str
    title: str
    law: str
    description: str
    target: str
    extension: str
    due_on: str
    passed_over: Sequence[tuple[str, str]]
    is_there: bool


@admin.get("/statutory")
def statutory() -> ResponseReturnValue:
    """The clocks of a nation, each with the day on which it would be due."""
    nation = request.args.get("nation", "")
    nation = nation if nation in nations() else nations()[0]
    today = clock.now().date()
    received = _day(request.args.get("received")) or today
    there = {version.name for version in store.current(Kind.CLOCK)}
    clocks = [
        _tried(name, body, received, name in there)
        for name, body in statutory_clocks(nation).items()
    ]
    return render_template(
        "admin/statutory.html",
        pack=f"{packs.PREFIX}-{nation}",
        nations=[(one, NATIONS.get(one, one)) for one in nations()],
        values={"nation": nation, "received": received.isoformat()},
        received=format_date(received, _WRITTEN),
        clocks=clocks,
        missing=sum(not one.is_there for one in clocks),
    )


def _tried(name: str, body: Mapping[str, Any], received: date, is_there: bool) -> Tried:
    definition = dates.read_clock(body)
    at = datetime.combine(received, _NOON)
    account = dates.account_of(definition, dates.start(definition, at), at)
    extension = definition.extension
    return Tried(
        name=name,
        title=definition.title,
        law=definition.law,
        description=str(body.get("description") or ""),
        target=_length(definition.target),
        extension=_length(extension.target) if extension else "",
        due_on=format_date(account.due_on, _WRITTEN) if account.due_on else "",
        passed_over=_passed_over(account.ledger),
        is_there=is_there,
    )


def _length(target: Target) -> str:
    number = target.amount
    if target.unit is Unit.WORKING_DAYS:
        return ngettext("%(num)s working day", "%(num)s working days", number)
    if target.unit is Unit.MONTHS:
        return ngettext("%(num)s month", "%(num)s months", number)
    return ngettext("%(num)s day", "%(num)s days", number)


def _passed_over(ledger: Sequence[DayEntry]) -> list[tuple[str, str]]:
    """The days that do not count, weekends together: their reason and the days."""
    said = {
        Why.RECEIVED: _("Received"),
        Why.WEEKEND: _("Weekend"),
        Why.MOVED: _("No working day, so the next one"),
    }
    found = []
    for (why, name), group in groupby(ledger, key=lambda one: (one.why, one.name)):
        days = [entry.on for entry in group]
        if why is not Why.COUNTED:
            span = " – ".join(
                format_date(day, "EEE d MMM") for day in dict.fromkeys((days[0], days[-1]))
            )
            found.append((name or said.get(why, ""), span))
    return found


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None
