"""The clocks of a ticket: beside its conversation, and each on a page that says why it is due when it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.store import Version
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.people.queries import names_of
from helpdesk.sla.explaining import Cause, Ledger, ledger_of
from helpdesk.sla.fired import Fired, fired_on, policy_version_of
from helpdesk.sla.offering import SECONDS, Offer, offer_of
from helpdesk.sla.queries import Timer, timers_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.web import clock_words, durations, ledgers
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
    actor = current_actor()
    return clock_page(actor, access_ticket(actor, number), metric, cycle)


def clock_page(
    actor: Actor,
    ticket: Ticket,
    metric: str,
    cycle: int,
    *,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """The page of a clock; `values` and `errors` are those of the form that puts it off."""
    ledger = ledger_of(ticket.id, metric, cycle)
    fired = fired_on(ticket.id, metric, cycle)
    people = names_of(one.actor_id for one in ledger.causes.values() if one.actor_id)
    lines = _lines(ledger, people)
    return render_template(
        "console/clock.html",
        ticket=ticket,
        clock=_shown(ticket, ledger.timer),
        folded=ledgers.folded(lines),
        sums=_sums(ledger),
        count=len(lines),
        links=_links(ticket, ledger.causes),
        policy=_policy(ticket.id, metric, cycle),
        fired=[_fired(one) for one in fired],
        plain=clock_words.words_for_requester(ledger),
        extension=_extension(actor, ticket, ledger.timer),
        values=values or {},
        errors=errors or {},
    )


def _extension(actor: Actor, ticket: Ticket, timer: Timer) -> dict[str, Any] | None:
    """What a clock that runs may be put off by, and for which reasons; None where it may not, or not by this person."""
    if timer.stopped_at is not None or not timer.name:
        return None
    if not actor.holds(ticket.group_id, Right.WORK):
        return None
    offer = offer_of(ticket.id, timer.metric, timer.cycle)
    if offer is None:
        return None
    return {"length": _length(offer), "reasons": offer.reasons}


def _length(offer: Offer) -> str:
    """By how much, in words."""
    if offer.unit == SECONDS:
        return durations.minutes(timedelta(seconds=offer.amount))
    if offer.unit == "months":
        return str(ngettext("%(num)s month", "%(num)s months", offer.amount))
    if offer.unit == "working_days":
        return str(ngettext("%(num)s working day", "%(num)s working days", offer.amount))
    return durations.days(timedelta(days=offer.amount))


def _sums(ledger: Ledger) -> dict[str, str]:
    """The target, what was counted, what is left: exact, in what the clock counts."""
    timer = ledger.timer
    say = durations.days if timer.in_days else durations.whole
    return {
        "target": say(timer.target) if timer.target is not None else _("none"),
        "total": say(ledger.total),
        "left": say(timer.remaining) if timer.remaining is not None else "",
        "paused": say(timer.paused_working) if timer.paused_working else "",
    }


def _lines(ledger: Ledger, people: Mapping[int, str]) -> Sequence[ledgers.Line]:
    def calendar(reference: str | None) -> str:
        return ledger.calendars.get(reference or "", "")

    found = []
    in_days = ledger.timer.in_days
    for line in ledgers.lines_of(ledger.stretches, calendar_title=calendar, in_days=in_days):
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
