"""The original of a message beside what the desk shows of it: its headers, and its source in pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import undefer

from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.messaging.keeping import body_of, head_of
from helpdesk.messaging.models import RawMessage
from helpdesk.tickets.access import access_message, access_ticket
from helpdesk.tickets.models import Message
from helpdesk.web.auth import current_actor
from helpdesk.web.console import flow
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.downloads import damaged, refuse_redacted
from helpdesk.web.console.names import read_names
from helpdesk.web.console.plain import fit

# So much of a source is shown at once; a browser lays more out slowly, and the whole can be saved.
PAGE_BYTES = 32 * 1024
MOST_HEADERS = 200
_LONGEST_VALUE = 4_000


@dataclass(frozen=True, slots=True)
class Source:
    """One page of the bytes as they came, as text; `pages` counts them, and the headers stand on the first."""

    text: str
    number: int
    pages: int
    size: int
    headers: list[tuple[str, str]]


@console.get("/tickets/<number>/messages/<int:message_id>/source")
def source(number: str, message_id: int) -> ResponseReturnValue:
    """The message as it is shown, and beside it as it came."""
    actor = current_actor()
    ticket = access_ticket(actor, number)
    message = access_message(actor, message_id)
    if message.ticket_id != ticket.id:
        raise NotFound(
            _("There is no such message."), _("It may be on a ticket that you cannot see.")
        )
    found = read_source(_body(message), _asked_page())
    conversation = flow.conversation_of([message])
    names = read_names({message.author_id, ticket.requester_id}, watching=ticket.id)
    items = flow.draw(ticket, conversation, (), names, actor=actor, numbers={})
    return render_template(
        "console/source.html",
        ticket=ticket,
        item=items[0],
        source=found,
        whole_url=url_for(".original", number=number, message_id=message_id),
        here=lambda page: url_for(".source", number=number, message_id=message_id, page=page),
    )


def read_source(body: bytes, page: int) -> Source:
    """A page of a source, the last where there are fewer."""
    pages = max(1, -(-len(body) // PAGE_BYTES))
    number = min(max(1, page), pages)
    part = body[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]
    headers = _headers(head_of(body)) if number == 1 else []
    return Source(_plain(part), number, pages, len(body), headers)


def _headers(head: bytes) -> list[tuple[str, str]]:
    """The fields of a head in their order, each with its folded lines together; none where the source is no mail."""
    found: list[tuple[str, str]] = []
    for line in _plain(head).split("\n"):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            last, said = found[-1]
            found[-1] = (last, f"{said} {line.strip()}"[:_LONGEST_VALUE])
        elif colon and name and " " not in name and "\t" not in name and '"' not in name:
            found.append((name, value.strip()[:_LONGEST_VALUE]))
        elif line.strip():
            break
    return found[:MOST_HEADERS]


def _plain(part: bytes) -> str:
    return fit(part.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n"))


def _body(message: Message) -> bytes:
    raw = db.session.scalars(
        select(RawMessage).where(RawMessage.id == message.raw_id).options(undefer(RawMessage.body))
    ).one_or_none()
    if raw is None:
        raise NotFound(_("This message has no original."), _("It was written in the desk."))
    refuse_redacted(raw)
    try:
        return body_of(raw)
    except files.FileDamaged as damage:
        raise damaged() from damage


def _asked_page() -> int:
    asked = request.args.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
