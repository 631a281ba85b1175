"""Replies that wait to leave: for the seconds in which they can be taken back, or until the moment that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.composing import planning
from helpdesk.composing.models import PlannedReply
from helpdesk.composing.planning import Plan
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor
from helpdesk.people.models import Person, Right
from helpdesk.people.preferences import UNDO_SECONDS, choose_undo
from helpdesk.people.queries import names_of
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in, instant_in, not_offered
from helpdesk.web.console.names import addresses_shown
from helpdesk.web.forms import Form, own_line

MORNING = 9
JUST_NOW = timedelta(minutes=1)
OFFICE = "office"


class Button(Form):
    """A button."""


class UndoForm(Form):
    seconds = StringField(filters=[own_line])


@console.get("/tickets/<number>/planned")
def planned(number: str) -> ResponseReturnValue:
    """What waits on a ticket, for a page that shows how it goes on."""
    actor = current_actor()
    found = access_ticket(actor, number)
    left = planning.settled_lately(found.id, actor.person_id)
    shown = planned_shown(found, actor)
    return render_template("console/_planned.html", ticket=found, planned=shown, left=left)


@console.post("/tickets/<number>/planned/<int:planned_id>/back")
def take_back_planned(number: str, planned_id: int) -> ResponseReturnValue:
    """Take a reply back: its words stand in the composer again."""
    said = _("Not sent. Your words are in the composer again.")
    return _settled(number, planned_id, planning.take_back, said, "composer")


@console.post("/tickets/<number>/planned/<int:planned_id>/now")
def send_planned_now(number: str, planned_id: int) -> ResponseReturnValue:
    """Let a reply leave without waiting any more."""
    return _settled(number, planned_id, planning.send_now, _("It is being sent."), "planned")


def _settled(
    number: str, planned_id: int, settle: Callable[[int, Actor], bool], said: str, anchor: str
) -> ResponseReturnValue:
    actor = current_actor()
    found = access_ticket(actor, number, to="reply")
    _require(Button())
    planning.find(found, planned_id)
    with unit_of_work():
        done = settle(planned_id, actor)
    _say(done, said)
    return redirect(url_for(".ticket", number=number, _anchor=anchor), code=303)


@console.post("/drafts/undo-time")
def choose_undo_time() -> ResponseReturnValue:
    """For how many seconds one's own replies can be taken back."""
    form = UndoForm()
    _require(form)
    seconds = id_in(form.seconds.data, field="seconds")
    with unit_of_work():
        person = db.session.get_one(Person, current_actor().person_id)
        choose_undo(person, -1 if seconds is None else seconds)
    flash(_("Your choice is kept."), "ok")
    return redirect(url_for(".drafts"), code=303)


def undo_choices() -> list[tuple[str, str]]:
    """The times to undo, as a menu wants them."""
    return [
        (str(one), _("%(num)s seconds", num=one) if one else _("none: send at once"))
        for one in UNDO_SECONDS
    ]


def plan_in(values: dict[str, Any], actor: Actor, *, seen_id: int, way: str) -> Plan | None:
    """How long a reply waits, as its form says; None for one that leaves at once. Raises Invalid."""
    later = _later_in(values, actor)
    undo = timedelta(seconds=id_in(values.get("undo"), field="undo") or 0)
    if later is None and not undo:
        return None
    return Plan(undo=undo, later=later, seen_id=seen_id, way=way)


def later_choices(actor: Actor) -> list[tuple[str, str]]:
    """The moments that are offered, on the clock of whoever writes; when the office opens is looked up if it is chosen."""
    fixed = [(key, f"{words}, {when(at, actor)}") for key, words, at in _moments(actor)]
    return [*fixed[:1], (OFFICE, _("when the office opens next")), *fixed[1:]]


def _moments(actor: Actor) -> list[tuple[str, str, datetime]]:
    now = clock.now()
    local = now.astimezone(ZoneInfo(actor.time_zone))
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return [
        ("hour", _("in an hour"), now + timedelta(hours=1)),
        ("tomorrow", _("tomorrow morning"), morning + timedelta(days=1)),
        ("monday", _("on Monday morning"), morning + timedelta(days=7 - local.weekday())),
    ]


def planned_shown(ticket: Ticket, actor: Actor) -> list[dict[str, Any]]:
    """As `console/_planned.html` wants them."""
    rows = planning.waiting_on(ticket.id)
    others = {row.agent_id for row in rows} - {actor.person_id}
    names = names_of(others) if others else {}
    works = actor.holds(ticket.group_id, Right.WORK)
    newest = _newest_of(rows, actor)
    return [{**_shown(row, actor, names, works=works), "key": row is newest} for row in rows]


def _newest_of(rows: Sequence[PlannedReply], actor: Actor) -> PlannedReply | None:
    """What the key for undoing takes back: what one has just sent, and nothing that was planned a while ago."""
    since = clock.now() - JUST_NOW
    own = [one for one in rows if one.agent_id == actor.person_id and one.made_at > since]
    return max(own, key=lambda one: one.id, default=None)


def own_planned(actor: Actor) -> list[dict[str, Any]]:
    """All that waits of one's own, each with its ticket."""
    return [
        {**_shown(row, actor, {}, works=True), "ticket": row.ticket}
        for row in planning.waiting_of(actor)
    ]


def _shown(
    row: PlannedReply, actor: Actor, names: dict[int, str], *, works: bool
) -> dict[str, Any]:
    mine = row.agent_id == actor.person_id
    return {
        "id": row.id,
        "text": row.text,
        "to": addresses_shown(row.channel, row.recipients, "to", "cc", "bcc"),
        "channel": row.channel,
        "files": len(row.files),
        "status": row.status,
        "at": when(row.due_at, actor),
        "is_later": row.is_later,
        "seconds": max(0, int((row.due_at - clock.now()).total_seconds())),
        "agent": "" if mine else names.get(row.agent_id, ""),
        "mine": mine,
        "works": works,
    }


def _later_in(values: dict[str, Any], actor: Actor) -> datetime | None:
    typed = instant_in(values.get("later_at"), actor.time_zone, field="later")
    if typed is not None:
        return typed
    key = values.get("later") or ""
    if not key:
        return None
    if key == OFFICE:
        return _next_opening(clock.now())
    found = {name: at for name, _words, at in _moments(actor)}.get(key)
    if found is None:
        raise not_offered("later")
    return found


def _next_opening(now: datetime) -> datetime:
    """When the first calendar opens next, after it has closed. Raises Invalid where none says so."""
    calendars = store.current(Kind.CALENDAR)
    opening: datetime | None = None
    if calendars:
        hours = calendars[0].value
        closing = hours.next_closed(now) if hours.is_open(now) else now
        opening = hours.next_open(closing) if closing is not None else None
    if opening is None:
        raise Invalid(
            _("No calendar says when the office opens."), _("Choose a moment."), field="later"
        )
    return opening


def when(at: datetime, actor: Actor) -> str:
    """A moment on the clock of whoever reads it."""
    local = at.astimezone(ZoneInfo(actor.time_zone))
    return str(format_datetime(local, "EEE d MMM, HH:mm", rebase=False))


def _say(done: bool, words: str) -> None:
    if done:
        flash(words, "ok")
    else:
        flash(_("Too late: it has left already."), "warn")


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
