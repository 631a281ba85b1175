"""The fields of a call's form: what may be chosen, what stands in them at first, and what was typed as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.people.numbers import normalise_phone
from helpdesk.phone.call_backs import Promise
from helpdesk.phone.commands import LONGEST_NOTES, Said
from helpdesk.phone.lengths import LONGEST_SECONDS, length_of, seconds_in
from helpdesk.phone.models import CallDirection, CallOutcome, PhoneCall
from helpdesk.tickets.models import TicketType
from helpdesk.web.console import menus, seen
from helpdesk.web.console.fields import instant_in, member_in
from helpdesk.web.words import call_outcome_word

if TYPE_CHECKING:
    from helpdesk.web.console.calling import CallForm

NEW_TICKET = "new"
TOMORROW, AT = "tomorrow", "at"
MORNING = time(9, 0)
# What an agent chooses by hand; that a call was missed only a telephone system says.
OUTCOMES = (
    CallOutcome.SPOKE,
    CallOutcome.LEFT_MESSAGE,
    CallOutcome.NO_ANSWER,
    CallOutcome.CUT_OFF,
    CallOutcome.WRONG_NUMBER,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form says, as values; `onto` is the number of a ticket, or NEW_TICKET."""

    number: str
    onto: str
    said: Said
    call_back: Promise | None


def usual(actor: Actor) -> dict[str, str]:
    """What stands in the menus of a fresh form."""
    worked = [id for id, right in actor.groups.items() if right is not Right.READ]
    return {
        "direction": CallDirection.IN.value,
        "outcome": CallOutcome.SPOKE.value,
        "type": TicketType.REQUEST.value,
        "group": str(worked[0]) if len(worked) == 1 else "",
    }


def options(actor: Actor) -> dict[str, seen.Choices]:
    """What the menus offer."""
    return {
        "direction": [("in", _("They rang us")), ("out", _("We rang them"))],
        "outcome": [(one.value, call_outcome_word(one.value)) for one in OUTCOMES],
        "type": menus.types(),
        "group": [
            ("", _("No group")),
            *seen.choices_of(one for one in seen.groups() if one.is_active),
        ],
        "call_back": [
            ("", _("No")),
            ("15", _("In 15 minutes")),
            ("60", _("In an hour")),
            ("180", _("In three hours")),
            (TOMORROW, _("Tomorrow at 9")),
            (AT, _("At another time")),
        ],
    }


def length_shown(call: PhoneCall) -> str:
    """How long a reported call took, for the form; empty while it goes on."""
    return length_of(call.duration) if call.ended_at and call.duration is not None else ""


def group_of_line(call: PhoneCall) -> str:
    """The group that the line of a reported call belongs to."""
    account = db.session.get(ChannelAccount, call.account_id) if call.account_id else None
    return str(account.group_id) if account is not None and account.group_id else ""


def read(form: CallForm, actor: Actor) -> Typed:
    """What was typed, as values; what cannot be used is said at its field."""
    number, notes = _number(form), (form.notes.data or "").strip()
    direction = member_in(CallDirection, form.direction.data, field="direction")
    outcome = member_in(CallOutcome, form.outcome.data, field="outcome")
    if not notes:
        form.complain("notes", _("Write down in a few words what was said."))
    if len(notes) > LONGEST_NOTES:
        form.complain("notes", _("Use at most 20,000 characters."))
    if outcome is CallOutcome.MISSED:
        form.complain("outcome", _("Choose one of the list."))
    began = _began(form.started.data)
    seconds = _seconds(form, began)
    said = Said(
        notes=notes,
        direction=direction or CallDirection.IN,
        outcome=outcome or CallOutcome.SPOKE,
        started_at=began,
        seconds=seconds,
        is_internal=bool(form.is_internal.data),
    )
    return Typed(number, form.onto.data or NEW_TICKET, said, _call_back(form, actor))


def _number(form: CallForm) -> str:
    text = form.number.data or ""
    if not text:
        return ""
    try:
        return normalise_phone(text)
    except Invalid as unfit:
        form.complain("number", f"{unfit.title} {unfit.advice}")
        return ""


def _began(text: str | None) -> datetime | None:
    """When the form was opened or the call answered, as the page had it; nothing that cannot be."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    gone = (clock.now() - at).total_seconds()
    return at.astimezone(UTC) if 0 <= gone <= LONGEST_SECONDS else None


def _seconds(form: CallForm, began: datetime | None) -> int | None:
    """What was typed, or else how long the form was open."""
    text = form.length.data or ""
    if not text:
        return int((clock.now() - began).total_seconds()) if began else None
    seconds = seconds_in(text)
    if seconds is None:
        form.complain("length", _("Write it as minutes and seconds, such as 4:30."))
    return seconds


def _call_back(form: CallForm, actor: Actor) -> Promise | None:
    chosen = form.call_back.data or (AT if form.call_back_at.data else "")
    if not chosen:
        return None
    if chosen == TOMORROW:
        return Promise(_tomorrow(actor))
    if chosen == AT:
        return _typed_moment(form, actor)
    if chosen not in ("15", "60", "180"):
        form.complain("call_back", _("Choose one of the list."))
        return None
    return Promise(clock.now() + timedelta(minutes=int(chosen)))


def _typed_moment(form: CallForm, actor: Actor) -> Promise | None:
    try:
        at = instant_in(form.call_back_at.data, actor.time_zone, field="call_back_at")
    except Invalid as unfit:
        form.complain("call_back_at", f"{unfit.title} {unfit.advice}")
        return None
    if at is None:
        form.complain("call_back_at", _("Say when you will ring back."))
        return None
    if at <= clock.now():
        form.complain("call_back_at", _("That moment is past. Choose one to come."))
        return None
    return Promise(at)


def _tomorrow(actor: Actor) -> datetime:
    zone = ZoneInfo(actor.time_zone)
    day = clock.now().astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)
