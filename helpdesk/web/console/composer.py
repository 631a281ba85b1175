"""Where replies and notes are written: who gets them, and what was typed when it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from helpdesk.composing import drafts
from helpdesk.composing.models import Draft
from helpdesk.composing.pictures import LARGEST as LARGEST_PICTURE
from helpdesk.core import written
from helpdesk.core.errors import Invalid
from helpdesk.messaging import policy, talking, templating
from helpdesk.messaging.accounts import EMAIL
from helpdesk.messaging.linking import files_that_fit, smallest_room
from helpdesk.people.access import Actor
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import ContactPoint
from helpdesk.people.needs import Needs, call_reminders, writing_reminders
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.moves import MoveRefused
from helpdesk.web.console import menus
from helpdesk.web.console.asking import askings
from helpdesk.web.console.names import addresses_shown
from helpdesk.web.console.need_words import channel_words
from helpdesk.web.console.planned import later_choices, planned_shown
from helpdesk.web.console.uploads import KeptFile, kept_again
from workflows.lifecycle import Category
from workflows.placeholders import names_in

MOST_COPIES = 20
ROOM_FOR_WORDS = 1024 * 1024
# The ways of a reply: by mail, or in the conversation that it answers.
THREAD = "thread"
# Before the place of a blank of a template, among the fields of its form.
BLANK = "blank_"
ENDED = (Category.CLOSED, Category.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """What was typed into the composer, when it comes back; empty on a fresh page."""

    mode: str = "reply"
    text: str = ""
    html: str = ""
    note_text: str = ""
    cc: str = ""
    bcc: str = ""
    way: str = ""
    status: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[KeptFile] = ()
    kept: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    refused: MoveRefused | None = None
    warned: Sequence[Any] = ()
    template: int | None = None
    blanks: Mapping[str, str] = field(default_factory=dict)


def composer_context(
    ticket: Ticket,
    typed: Composer,
    *,
    actor: Actor,
    point: ContactPoint | None,
    sender: str,
    last_message_id: int,
    needs: Needs,
) -> dict[str, Any]:
    """As `console/_composer.html` wants it."""
    thread = talking.reply_to(ticket) if ticket.channel != EMAIL else None
    begun = drafts.of_ticket(actor.person_id, ticket.id)
    typed = resumed(typed, begun, actor.person_id)
    return {
        "mode": typed.mode,
        "planned": planned_shown(ticket, actor),
        "later": later_choices(actor),
        "undo": actor.undo_seconds,
        "drafts": {kind: drafts_shown(kind, begun, typed) for kind in drafts.KINDS},
        "why_not": why_not(ticket, point, thread),
        "to": {
            "name": ticket.requester.name,
            "address": point.value if point else "",
            "is_proven": bool(point and point.is_proven),
        },
        "ways": _ways(point, thread, sender),
        "way": typed.way or default_way(thread, needs.preferred_channel, point),
        "preferred": needs.preferred_channel,
        "reminders": reminders(needs, [way["channel"] for way in _ways(point, thread, sender)]),
        "templates": templates_shown(ticket, thread, typed),
        **_typed(typed),
        "asking": askings(ticket, actor, values=typed.values, refused=typed.refused, answered=True),
        "statuses": menus.statuses_after(ticket, actor, answered=True),
        "last_message_id": last_message_id,
        "signature": ticket.group.signature if ticket.group else None,
        **_limits(),
    }


def _limits() -> dict[str, int]:
    """How many bytes of files go with a mail; what is larger goes as a link."""
    return {
        "fits_along": files_that_fit(smallest_room()),
        "link_days": policy.lately().link_days,
        # What a request may hold, but for what is written beside the files.
        "most_of_files": current_app.config["MAX_CONTENT_LENGTH"] - ROOM_FOR_WORDS,
        "largest_picture": LARGEST_PICTURE,
    }


def _typed(typed: Composer) -> dict[str, Any]:
    return {
        "cc": typed.cc,
        "bcc": typed.bcc,
        "warned": typed.warned,
        "text": typed.text,
        "html": typed.html,
        "note_text": typed.note_text,
        "errors": typed.errors,
        "kept": typed.kept,
        "kept_files": typed.files,
        "status": typed.status,
        "later_key": typed.values.get("later") or "",
        "later_at": typed.values.get("later_at") or "",
    }


def resumed(typed: Composer, begun: Mapping[str, Draft], person_id: int) -> Composer:
    """A composer that goes on from what its agent had begun; a form that came back goes before all that was kept."""
    reply, note = (begun.get(kind) for kind in ("reply", "note"))
    if typed.kept or not (reply or note):
        return typed
    found = reply.details if reply else {}
    words = [reply.text if reply else "", typed.text]
    return replace(
        typed,
        mode="note" if note and note.text and not any(words) else typed.mode,
        text="\n\n".join(part for part in words if part),
        html=_html_of(reply, typed) if reply else "",
        note_text=note.text if note else "",
        cc=str(found.get("cc", "")),
        bcc=str(found.get("bcc", "")),
        way=str(found.get("way", "")),
        status=str(found.get("status", "")),
        files=kept_again(found.get(drafts.FILES, ()), person_id=person_id),
    )


def _html_of(reply: Draft, typed: Composer) -> str:
    """A draft with its marks, and below it what the page was asked to begin with."""
    html = str(reply.details.get("html", ""))
    return written.joined(reply.text, html, typed.text, typed.html) if typed.text else html


def drafts_shown(kind: str, begun: Mapping[str, Draft], typed: Composer) -> dict[str, Any]:
    """What the composer says of a draft: its version as the window knows it, and when it was kept."""
    draft = begun.get(kind)
    known = str(typed.values.get("known") or "") if typed.kept and typed.mode == kind else ""
    return {
        "kind": kind,
        "version": known or (draft.version if draft else 0),
        "at": draft.kept_at if draft and draft.text else None,
        "text": draft.text if draft else "",
        # The window that sent the last one: what its browser still holds is known to have left.
        "sent": draft.writer if draft and draft.sent_at else "",
    }


def why_not(ticket: Ticket, point: ContactPoint | None, thread: talking.Reply | None) -> str | None:
    """Why no reply can be sent, or None."""
    if ticket.category in ENDED:
        return _("This ticket is closed. Open a new one for this person, and link the two.")
    if point is None and (thread is None or thread.too_late):
        known = _("The desk knows no e-mail address of this person. Call them, and write a note.")
        return f"{thread.too_late} {known}" if thread else known
    return None


def templates_shown(
    ticket: Ticket, thread: talking.Reply | None, typed: Composer
) -> list[dict[str, Any]]:
    """The approved texts that may be sent when nothing else may, with what was typed into their blanks."""
    if thread is None or not thread.too_late or ticket.category in ENDED:
        return []
    return [
        {
            "id": row.id,
            "name": row.name,
            "language": row.language,
            "text": row.text,
            "blanks": [(f"{BLANK}{place}", name) for place, name in enumerate(row.blanks)],
            "values": typed.blanks if typed.template == row.id else {},
            "errors": typed.errors if typed.template == row.id else {},
        }
        for row in templating.offered(thread.thread.account_id)
    ]


def reminders(needs: Needs, channels: Sequence[str]) -> list[str]:
    """What to know before writing to this person; that they prefer another way than any there is comes first."""
    said = writing_reminders(needs)
    preferred = needs.preferred_channel
    if not preferred or preferred in channels:
        return said
    words = channel_words()[preferred]
    first = _(
        "They prefer another way: %(channel)s. Reach them so, or write all the same.", channel=words
    )
    return [first, *(call_reminders(needs) if preferred == "phone" else ()), *said]


def default_way(
    thread: talking.Reply | None, preferred: str = "", point: ContactPoint | None = None
) -> str:
    """How a reply goes if nobody chooses: by the channel they prefer, else where the requester wrote."""
    if preferred == EMAIL and point is not None:
        return EMAIL
    return THREAD if thread is not None and not thread.too_late else EMAIL


def recipients_by(
    way: str,
    *,
    point: ContactPoint | None,
    thread: talking.Reply | None,
    text: str,
    copies: Mapping[str, list[str]],
) -> tuple[str, dict[str, Any]]:
    """The channel and the recipients of a reply that goes this way. Raises Invalid for one it cannot go."""
    if way != THREAD:
        if point is None:
            raise Invalid(_("The desk knows no e-mail address of this person."), field="way")
        return EMAIL, {"to": [point.value], **copies}
    if thread is None or thread.too_late:
        said = thread.too_late if thread else _("This conversation cannot be answered any more.")
        raise Invalid(said, _("Answer by e-mail, or call."), field="way")
    if thread.longest_text is not None and len(text) > thread.longest_text:
        most = thread.longest_text
        raise Invalid(
            _("At most %(num)s characters can be sent this way.", num=most),
            _("Shorten it, or answer by e-mail."),
            field="text",
        )
    return thread.thread.account.kind, {
        "to": [thread.thread.address],
        talking.THREAD: thread.thread.id,
    }


def _ways(
    point: ContactPoint | None, thread: talking.Reply | None, sender: str
) -> list[dict[str, str]]:
    """How a reply can go: in the conversation it answers first, by mail where an address is known."""
    ways = []
    if thread is not None and not thread.too_late:
        account = thread.thread.account
        ways.append(
            {
                "value": THREAD,
                "channel": account.kind,
                "address": addresses_shown(account.kind, {"to": [thread.thread.address]}, "to"),
                "sender": account.name,
            }
        )
    if point is not None:
        ways.append({"value": EMAIL, "channel": EMAIL, "address": point.value, "sender": sender})
    return ways


def refuse_blanks(text: str, *, allowed: bool) -> None:
    """Ask before a text leaves in which names in braces still stand for nothing. Raises Invalid."""
    names = list(dict.fromkeys(names_in(text)))
    if names and not allowed:
        raise Invalid(
            _("Not filled in: %(names)s.", names=", ".join(f"{{{name}}}" for name in names[:5])),
            _("Write what belongs there, or tick that it may go as it stands."),
            field="blanks",
        )


def recipients_of(cc: str, bcc: str) -> dict[str, list[str]]:
    """Who gets copies, as typed: seen by all, and blind; nobody gets both. Raises Invalid, naming the field."""
    seen, blind = addresses_in(cc), addresses_in(bcc, field="bcc")
    unseen = [one for one in blind if one not in seen]
    return {"cc": seen, **({"bcc": unseen} if unseen else {})}


def addresses_in(text: str, *, field: str = "cc") -> list[str]:
    """The addresses typed for copies, with commas, semicolons or line breaks between. Raises Invalid."""
    parts = [part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",")]
    found = list(dict.fromkeys(_address(part, field) for part in parts if part))
    if len(found) > MOST_COPIES:
        raise Invalid(
            _("At most %(num)s people get a copy.", num=MOST_COPIES),
            _("Take some off."),
            field=field,
        )
    return found


def _address(text: str, field: str) -> str:
    try:
        return normalise_email(text)
    except Invalid:
        raise Invalid(
            _("“%(text)s” is not an e-mail address.", text=text[:80]),
            _("Write it like name@example.org."),
            field=field,
        ) from None
