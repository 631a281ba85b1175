"""The clocks of a ticket: beside its conversation, and each on a page that says why it is due when it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.store import Version
from helpdesk.people.queries import names_of
from helpdesk.sla.explaining import Cause, Ledger, ledger_of
from helpdesk.sla.fired import Fired, fired_on, policy_version_of
from helpdesk.sla.queries import Timer, timers_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.web import clock_words, ledgers
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console


def clocks_of(ticket: Ticket) -> dict[str, Any]:
    """The clocks of a ticket as its page shows them: those that run, and those that have ended."""
    timers = [one for one in timers_of([ticket.id])[ticket.id] if one.status != "no_policy"]
    shown = [_shown(ticket, one) for one in timers]
    return {
        "running": [one for one in shown if one["timer"].stopped_at is None],
        "ended": [one for one in shown if one["timer"].stopped_at is not None],
    }


def _shown(ticket: Ticket, timer: Timer) -> dict[str, Any]:
    return {
        "timer": timer,
        "title": clock_words.title_of(timer),
        "standing": clock_words.standing_of(timer),
        "tone": clock_words.tone_of(timer),
        "pause": clock_words.pause_of(timer) if timer.status == "paused" else "",
        "share": clock_words.share_of(timer),
        "url": url_for(
            "console.clock", number=ticket.number, metric=timer.metric, cycle=timer.cycle
        ),
    }


@console.get("/tickets/<number>/clocks/<metric>/<int:cycle>")
def clock(number: str, metric: str, cycle: int) -> ResponseReturnValue:
    """Why a clock of a ticket is due when it is: every stretch of it, counted or not, and what made it so."""
    ticket = access_ticket(current_actor(), number)
    ledger = ledger_of(ticket.id, metric, cycle)
    fired = fired_on(ticket.id, metric, cycle)
    people = names_of(one.actor_id for one in ledger.causes.values() if one.actor_id)
    lines = _lines(ledger, people)
    return render_template(
        "console/clock.html",
        ticket=ticket,
        clock=_shown(ticket, ledger.timer),
        folded=ledgers.folded(lines),
        total=ledger.total,
        count=len(lines),
        links=_links(ticket, ledger.causes),
        policy=_policy(ticket.id, metric, cycle),
        fired=[_fired(one) for one in fired],
        plain=clock_words.words_for_requester(ledger),
    )


def _lines(ledger: Ledger, people: Mapping[int, str]) -> Sequence[ledgers.Line]:
    def calendar(reference: str | None) -> str:
        return ledger.calendars.get(reference or "", "")

    found = []
    for line in ledgers.lines_of(ledger.stretches, calendar_title=calendar):
        cause = ledger.causes.get(line.cause_id) if line.cause_id is not None else None
        found.append(replace(line, why=_with_who(line, cause, people)) if cause else line)
    return found


def _with_who(line: ledgers.Line, cause: Cause, people: Mapping[int, str]) -> str:
    """What made a stretch, and whose doing it was."""
    if cause.actor_id is None:
        return line.why
    who = people.get(cause.actor_id) or _("Somebody")
    return _("%(what)s (%(who)s)", what=line.why, who=who)


def _links(ticket: Ticket, causes: Mapping[int, Cause]) -> dict[int, str]:
    """Where a stretch was begun by a message, the address of that message."""
    found = {}
    for cause_id, cause in causes.items():
        message = cause.data.get("message")
        if isinstance(message, int):
            found[cause_id] = url_for("console.ticket", number=ticket.number, _anchor=f"m{message}")
    return found


def _policy(ticket_id: int, metric: str, cycle: int) -> Version | None:
    version_id = policy_version_of(ticket_id, metric, cycle)
    try:
        return store.version_by_id(version_id) if version_id is not None else None
    except NotFound:
        return None


def _fired(fired: Fired) -> dict[str, Any]:
    title = _("Late") if fired.is_breach else _("Warning %(rule)s", rule=fired.rule)
    return {"fired": fired, "title": title, "is_late": fired.is_breach}
