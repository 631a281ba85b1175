"""Why a message stands on its ticket, in words, and the buttons that move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from helpdesk.tickets.models import Direction, Message, Ticket, Visibility

_WHY = {
    "new": _lazy("It opened this ticket."),
    "reply-token": _lazy("It answers a mail of ours: our own mark for its recipient was in it."),
    "side-token": _lazy("It answers a mail of a side conversation: our own mark was in it."),
    "side-references": _lazy(
        "It refers to a mail of a side conversation, and its sender takes part in that."
    ),
    "thread": _lazy("It was said in the conversation that this ticket goes on in."),
    "references": _lazy("It refers to a message of this ticket, and its sender takes part here."),
    "awaited": _lazy("A message that came before it answers it, and its sender takes part here."),
    "forwarded": _lazy("Somebody passed it on to another mailbox, so it has a ticket of its own."),
    "edited": _lazy("Its writer changed a message; what that said before stays where it was."),
    "follows": _lazy("It answers a ticket that was closed, so it opened this one."),
    "follows-deleted": _lazy(
        "It answers a ticket that was deleted, so it opened this one; what it quoted was left out."
    ),
}
_AND = {
    "merged": _lazy("That ticket was merged into this one."),
    "moved": _lazy("What it answers was moved here."),
    "reopened": _lazy("It took the closed ticket up again."),
}
_AUTOMATION = {
    "auto_reply": _lazy("automatic answer"),
    "out_of_office": _lazy("out of office"),
    "auto_generated": _lazy("sent by a program"),
    "mailing_list": _lazy("from a mailing list"),
    "bulk": _lazy("sent to many"),
    "bounce": _lazy("report of a mail server"),
    "delay": _lazy("report of a mail server"),
    "loop": _lazy("as from a machine"),
    "mark": _lazy("reaction"),
    "answer": _lazy("said by the desk itself"),
    "edited": _lazy("an earlier message, changed"),
    "deleted": _lazy("deleted where it was written"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message came to stand here.

    `why` is a sentence or two, `machine` what kind of machine wrote it or "". `move_url` is where a form moves it out,
    `back_url` where one takes it back to ticket `home`; each None where that cannot be done.
    """

    why: str
    machine: str
    move_url: str | None
    back_url: str | None
    home: str


def standing_of(
    ticket: Ticket, message: Message, homes: Mapping[int, Ticket], *, may_move: bool
) -> Standing:
    """How a message of a ticket stands there; `homes` are the tickets that messages were moved from."""
    home = homes.get(message.moved_from_id or 0)
    here: dict[str, Any] = {"number": ticket.number, "message_id": message.id}
    movable = (
        may_move
        and ticket.message_count > 1
        and message.visibility is Visibility.PUBLIC
        and message.direction is not Direction.NOTE
        and ticket.merged_into_id is None
    )
    returnable = (
        may_move and home is not None and home.merged_into_id is None and home.deleted_at is None
    )
    return Standing(
        why=_why(message),
        machine=str(_AUTOMATION.get(message.automation or message.joined_by, "")),
        move_url=url_for("console.move_message", **here) if movable else None,
        back_url=url_for("console.move_message_back", **here) if returnable else None,
        home=home.number if home is not None else "",
    )


def _why(message: Message) -> str:
    """Only mail was matched; what people wrote in the desk stands where they wrote it."""
    if message.direction is not Direction.IN or message.raw_id is None:
        return ""
    first, *more = message.joined_by.split("+")
    said = [str(_WHY.get(first, first)), *(str(_AND.get(one, one)) for one in more)]
    also = ", ".join(str(name) for name in message.recipients.get("also_at", ()))
    if also:
        said.append(_("The same mail also came to: %(mailboxes)s.", mailboxes=also))
    return " ".join(said)
