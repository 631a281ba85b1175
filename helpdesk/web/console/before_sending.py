"""What to look at before a reply leaves: said while one writes, asked once without scripts, and never in the way twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectMultipleField, StringField

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.messaging import taking_part
from helpdesk.messaging.accounts import EMAIL, is_our_address
from helpdesk.people.access import Actor
from helpdesk.people.reachability import undeliverable_among
from helpdesk.search import quick
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.composer import recipients_of
from helpdesk.web.console.names import address_in
from helpdesk.web.console.planned import OFFICE, when
from helpdesk.web.forms import Form, own_line
from workflows.attaching import speaks_of_file

# What a form says of the warnings that it has shown; ASKED is that of one that came back because of them.
ASKED = "asked"
MOST_SUGGESTED = 8
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to look at: a key by which it is known as shown, and what may be done about it.

    `add` are addresses that one click adds to the copies; `later` a moment to send at that one click chooses.
    """

    key: str
    words: str
    add: str = ""
    later: str = ""


class Unasked(Invalid):
    """There is something that the writer has not been shown."""

    def __init__(self, warned: Sequence[Warned]) -> None:
        super().__init__(
            _("Look at this, then send it."), _("It goes out as it stands."), field="before"
        )
        self.warned = warned


class CheckForm(Form):
    cc = StringField()
    bcc = StringField()
    way = StringField(filters=[own_line])
    warned = SelectMultipleField(validate_choice=False)


@console.post("/tickets/<number>/replies/check")
def check_reply(number: str) -> ResponseReturnValue:
    """What to look at in a reply that is being written, for the region above its text; nothing is kept."""
    found = access_ticket(current_actor(), number, to="reply")
    form = CheckForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    values, error = form.values, ""
    warned: list[Warned] = []
    try:
        recipients = _given(values)
    except Invalid as wrong:
        error, recipients = f"{wrong.title} {wrong.advice or ''}".strip(), {}
    if _is_mail(values):
        warned = [*_of_addresses(found, {"to": _to(found), **recipients}), *_of_hours()]
    return render_template(
        "console/_before_sending.html", warned=warned, wrong=error, is_asked=False
    )


@console.get("/tickets/<number>/recipients")
def ticket_recipients(number: str) -> ResponseReturnValue:
    """Addresses that begin so, those of this ticket first, as choices of the field that is typed into."""
    actor = current_actor()
    found = access_ticket(actor, number, to="reply")
    typed = (request.args.get("cc") or request.args.get("bcc") or "")[:1000].replace(";", ",")
    before, _comma, last = typed.rpartition(",")
    rows = [
        (", ".join(part for part in (before.strip(), address) if part), name or address)
        for address, name in _offered(actor, found, last.strip())
        if address not in before
    ]
    return render_template("console/_recipients.html", rows=rows[:MOST_SUGGESTED])


def copies_in(values: Mapping[str, Any]) -> str:
    """The copies that were typed, and those that a click adds."""
    parts = (values.get("cc") or "", values.get("add_copies") or "")
    return ", ".join(part.strip().rstrip(",") for part in parts if part.strip())


def require_asked(ticket: Ticket, new: NewMessage, values: Mapping[str, Any]) -> None:
    """Ask once, of a form that can show it, about what its writer was not shown yet. Raises Unasked.

    A click that only adds to the copies sends nothing.
    """
    shown = set(values.get("warned") or ())
    if values.get("add_copies"):
        raise Unasked([])
    if not values.get("asks") or ASKED in shown:
        return
    warned = [] if new.files or not speaks_of_file(new.text) else [_of_file()]
    if _is_mail(values):
        is_later = bool(values.get("later") or values.get("later_at"))
        warned += _of_addresses(ticket, new.recipients)
        warned += [] if is_later else _of_hours()
    if any(one.key not in shown for one in warned):
        raise Unasked(warned)


def _offered(actor: Actor, ticket: Ticket, typed: str) -> list[tuple[str, str]]:
    """Addresses with names: of this ticket, then of people whose name or address begins so."""
    wanted = typed.casefold()
    known = taking_part.known_on(ticket)
    rows = [
        (address, name)
        for address, name in known.items()
        if address.startswith(wanted)
        or any(word.startswith(wanted) for word in name.casefold().split())
    ]
    if len(typed) >= SHORTEST and len(rows) < MOST_SUGGESTED:
        people = quick.people(actor, typed)
        rows += [
            (one.address, "")
            for one in people
            if "@" in one.address and one.address not in known and not is_our_address(one.address)
        ]
    return rows


def _given(values: Mapping[str, Any]) -> dict[str, list[str]]:
    return recipients_of(values.get("cc") or "", values.get("bcc") or "")


def _to(ticket: Ticket) -> list[str]:
    point = address_in(ticket.requester.contact_points)
    return [point.value] if point is not None else []


def _is_mail(values: Mapping[str, Any]) -> bool:
    return (values.get("way") or EMAIL) == EMAIL


def _of_addresses(ticket: Ticket, recipients: Mapping[str, Any]) -> list[Warned]:
    copies = [*(recipients.get("cc") or ()), *(recipients.get("bcc") or ())]
    to = [str(one) for one in recipients.get("to") or ()]
    warned = [
        Warned(
            f"dead:{one}", _("Mail to %(address)s came back. It is not sent there.", address=one)
        )
        for one in undeliverable_among([*to, *copies])
    ]
    if copies:
        known = taking_part.known_on(ticket)
        warned += [
            Warned(
                f"new:{one}", _("New recipient: %(address)s was never on this ticket.", address=one)
            )
            for one in copies
            if one not in known and one not in to
        ]
    left = ", ".join(taking_part.left_out(ticket, [*to, *copies]))
    if left:
        said = _("Of their last message, these had a copy and are left out: %(names)s", names=left)
        warned.append(Warned(f"left:{left}"[:300], said, add=left))
    return warned


def _of_hours() -> list[Warned]:
    """That the office is closed, and when it opens; where no calendar is set up, nothing."""
    calendars, now = store.current(Kind.CALENDAR), clock.now()
    if not calendars or calendars[0].value.is_open(now):
        return []
    opens = calendars[0].value.next_open(now)
    if opens is None:
        return []
    said = _("The office is closed until %(when)s.", when=when(opens, current_actor()))
    return [Warned("closed", said, later=OFFICE)]


def _of_file() -> Warned:
    return Warned("file", _("You speak of a file, and none is attached."))
