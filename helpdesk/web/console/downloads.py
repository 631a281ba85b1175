"""What leaves the desk as bytes: formatted mails in their frame, attachments, and originals (S01, S03, S05)."""

from __future__ import annotations

from urllib.parse import quote

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, NotFound
from helpdesk.core.html import show
from helpdesk.core.raster import is_picture, plain_type
from helpdesk.messaging.keeping import body_of
from helpdesk.messaging.models import RawMessage
from helpdesk.redaction.doing import REDACTED
from helpdesk.tickets.access import access_attachment, access_message, access_ticket
from helpdesk.tickets.models import Message
from helpdesk.tickets.naming import safe_file_name
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.formatted import pictures_of

# Nothing in a formatted mail runs, whatever the cleaning let through. Scripts are not allowed by any of these; the
# frame keeps our origin only so that the page around it can measure its height.
FRAME_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "img-src {pictures}; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
FILE_POLICY = "sandbox; default-src 'none'"


class FileIsDamaged(DomainError):
    """The bytes are missing or not those that came (P42); the administrator is told by the health page."""

    status = 503


class OriginalGone(DomainError):
    """The bytes were taken away on purpose, and will not come back."""

    status = 410


@console.get("/tickets/<number>/messages/<int:message_id>/frame")
def frame(number: str, message_id: int) -> ResponseReturnValue:
    """A formatted mail as a page of its own; remote pictures only when they are asked for."""
    message = _message(number, message_id)
    if not message.html:
        raise NotFound(_("This message has no formatted text."))
    remote = request.args.get("pictures") == "1"
    cleaned = show(message.html, pictures=pictures_of(message), remote=remote)
    # It was cleaned twice, when it came and just now; this is the one place where HTML of others is not escaped.
    trusted = Markup(cleaned)  # noqa: S704
    body = render_template("console/message_frame.html", html=trusted, subject=message.subject)
    response = Response(body, content_type="text/html; charset=utf-8")
    pictures = "'self' https: http:" if remote else "'self'"
    response.headers["Content-Security-Policy"] = FRAME_POLICY.format(pictures=pictures)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@console.get("/tickets/<number>/messages/<int:message_id>/original")
def original(number: str, message_id: int) -> ResponseReturnValue:
    """The bytes of a message as they came, as text that is saved and never opened in place."""
    message = _message(number, message_id)
    raw = db.session.scalars(
        select(RawMessage).where(RawMessage.id == message.raw_id).options(undefer(RawMessage.body))
    ).one_or_none()
    if raw is None:
        raise NotFound(_("This message has no original."), _("It was written in the desk."))
    return raw_download(raw, f"{number}-{message_id}.txt")


@console.get("/files/<key>")
def file(key: str) -> ResponseReturnValue:
    """An attachment: saved, or shown where it is a picture by its bytes and was asked for as one."""
    attachment = access_attachment(current_actor(), key)
    body = _bytes(attachment.digest)
    shown = request.args.get("inline") == "1" and is_picture(attachment.content_type, body)
    kind = plain_type(attachment.content_type) if shown else "application/octet-stream"
    return download(body, attachment.name, kind=kind, inline=shown)


def raw_download(raw: RawMessage, name: str) -> Response:
    """The bytes of a raw message as a file."""
    refuse_redacted(raw)
    try:
        body = body_of(raw)
    except files.FileDamaged as damage:
        raise damaged() from damage
    return download(body, name, kind="text/plain; charset=utf-8", inline=False)


def refuse_redacted(raw: RawMessage) -> None:
    """Refuse bytes that were taken away. Raises OriginalGone."""
    if raw.envelope.get(REDACTED):
        raise OriginalGone(
            _("This original was taken away when part of it was redacted."),
            _("What is left of the message stands on its ticket."),
        )


def download(body: bytes, name: str, *, kind: str, inline: bool) -> Response:
    """Bytes of others: never sniffed, in a sandbox, and saved unless they are a picture."""
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = disposition(
        name, "inline" if inline else "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def disposition(name: str, how: str) -> str:
    """The header that names a file: plain letters for old browsers, the whole name for others (RFC 6266)."""
    label = safe_file_name(name)
    plain = "".join(sign if sign.isascii() and sign not in '"\\%' else "_" for sign in label)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(label, safe='')}"


def _message(number: str, message_id: int) -> Message:
    actor = current_actor()
    ticket = access_ticket(actor, number)
    message = access_message(actor, message_id)
    if message.ticket_id != ticket.id:
        raise NotFound(
            _("There is no such message."), _("It may be on a ticket that you cannot see.")
        )
    return message


def _bytes(digest: str) -> bytes:
    try:
        return files.open_file(digest).read()
    except files.FileDamaged as damage:
        raise damaged() from damage


def damaged() -> FileIsDamaged:
    """What is said of bytes that are missing or were changed."""
    return FileIsDamaged(
        _("This file cannot be read: its bytes are missing or were changed."),
        _("Ask an administrator to bring it back from a backup."),
    )
