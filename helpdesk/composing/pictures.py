"""Pictures in replies: kept as they are put into the text, and sent with it where it still shows them.

Each waits for one agent on one ticket; the text names it by a random key, and nobody else's key is taken.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from helpdesk.composing.models import Draft, PlannedReply, PlannedState, WaitingPicture
from helpdesk.core import clock, files, raster, written
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.tickets.conversation import NewFile, NewMessage
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import safe_file_name

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
LARGEST = 8 * 1024 * 1024
MOST_WAITING = 100
# A browser may hold words that were not kept on the desk for so long.
KEPT_FOR = timedelta(days=31)
MOST_SWEPT = 200
# What is larger is no picture of anything on a screen, and would fill the memory of whoever opens it.
MOST_PIXELS = 64_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """Bytes in the file store, and what they were found to be."""

    digest: str
    name: str
    content_type: str
    size: int
    width: int
    height: int


def keep(owner_id: int, ticket: Ticket, name: str, body: bytes) -> WaitingPicture:
    """Keep a picture; the same one again is the one that waits already. Inside a unit of work. Raises Invalid.

    Its type and its size are those that its bytes say; `name` is what its file was called.
    """
    if len(body) > LARGEST:
        raise _too_large()
    kind, size = raster.kind_of(body), raster.measured(body)
    if kind is None or size is None:
        raise Invalid(
            _("This is no picture that can stand in the text."),
            _("PNG, JPEG, GIF and WebP can. Attach any other as a file."),
        )
    if size[0] * size[1] > MOST_PIXELS:
        raise _too_large()
    waiting = select(func.count(WaitingPicture.id)).where(
        WaitingPicture.owner_id == owner_id, WaitingPicture.ticket_id == ticket.id
    )
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise Invalid(_("Too many pictures wait on this ticket."), _("Attach this one as a file."))
    called = f"{_bare(name)}.{ENDINGS[kind]}"
    return _row(owner_id, ticket, _Kept(files.keep(body), called, kind, len(body), *size))


def find(owner_id: int, ticket: Ticket, key: str) -> WaitingPicture:
    """One's own picture on this ticket. Raises NotFound."""
    found = _of(owner_id, ticket.id, [key])
    if not found:
        raise NotFound(_("There is no such picture."), _("Put it into the text again."))
    return found[0]


def are_here(html: str | None, owner_id: int, ticket_id: int) -> bool:
    """Whether all that words show waits for this agent on this ticket."""
    keys = written.pictures_in(html or "")
    return len(_of(owner_id, ticket_id, keys)) == len(keys)


def placed(new: NewMessage, owner_id: int, ticket_id: int) -> NewMessage:
    """A message as it leaves: what its words show goes along as a file that they name. Raises Invalid, FileDamaged."""
    keys = written.pictures_in(new.html or "")
    if not keys:
        return new
    rows = {row.key: row for row in _of(owner_id, ticket_id, keys)}
    if len(rows) < len(keys):
        raise Invalid(
            _("A picture in the text is no longer here."),
            _("Take it out, or put it in again."),
            field="text",
        )
    sized = written.with_sizes(new.html or "", lambda key: shown_size(rows[key]))
    return replace(
        new,
        html=written.with_pictures(sized, lambda key: f"cid:{_content_id(key)}"),
        files=(*new.files, *(_file(rows[key]) for key in keys)),
    )


def along(html: str | None, owner_id: int, target: Ticket) -> str | None:
    """The same words for another ticket, with pictures of its own."""
    keys = written.pictures_in(html or "")
    if not html or not keys:
        return html
    new: dict[str, str] = {}
    for row in db.session.scalars(
        select(WaitingPicture).where(
            WaitingPicture.owner_id == owner_id, WaitingPicture.key.in_(keys)
        )
    ).all():
        new[row.key] = written.waiting_address(
            target.number, _row(owner_id, target, _of_row(row)).key
        )
    return written.with_pictures(html, new.get)


def shown_size(row: WaitingPicture) -> tuple[int, int]:
    """Width and height at which it stands in the text."""
    return raster.fitting((row.width, row.height))


def on_tickets(ticket_ids: Sequence[int]) -> Sequence[WaitingPicture]:
    """All pictures that wait on these tickets, whoever put them there."""
    return db.session.scalars(
        select(WaitingPicture)
        .where(WaitingPicture.ticket_id.in_(ticket_ids))
        .order_by(WaitingPicture.id)
    ).all()


def sweep() -> list[str]:
    """Forget the pictures that no words have shown for a month; their bytes are no longer named by these."""
    old = db.session.scalars(
        select(WaitingPicture)
        .where(WaitingPicture.kept_at < clock.now() - KEPT_FOR)
        .order_by(WaitingPicture.kept_at, WaitingPicture.id)
        .limit(MOST_SWEPT)
    ).all()
    gone = []
    for row in old:
        if _is_shown(row):
            row.kept_at = clock.now()
        else:
            gone.append(row.digest)
            db.session.delete(row)
    db.session.flush()
    return sorted(set(gone))


def _row(owner_id: int, ticket: Ticket, kept: _Kept) -> WaitingPicture:
    same = db.session.scalars(
        select(WaitingPicture)
        .where(
            WaitingPicture.owner_id == owner_id,
            WaitingPicture.ticket_id == ticket.id,
            WaitingPicture.digest == kept.digest,
        )
        .limit(1)
    ).first()
    if same is not None:
        same.kept_at = clock.now()
        return same
    row = WaitingPicture(
        key=secrets.token_hex(16),
        owner_id=owner_id,
        ticket_id=ticket.id,
        kept_at=clock.now(),
        **asdict(kept),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _of_row(row: WaitingPicture) -> _Kept:
    return _Kept(row.digest, row.name, row.content_type, row.size, row.width, row.height)


def _is_shown(row: WaitingPicture) -> bool:
    drafts = db.session.scalars(
        select(Draft.details).where(
            Draft.owner_id == row.owner_id, Draft.ticket_id == row.ticket_id
        )
    )
    waiting = db.session.scalars(
        select(PlannedReply.html).where(
            PlannedReply.agent_id == row.owner_id,
            PlannedReply.ticket_id == row.ticket_id,
            PlannedReply.state == PlannedState.WAITING,
        )
    )
    texts = [*(str(one.get("html", "")) for one in drafts), *(one or "" for one in waiting)]
    return any(row.key in text for text in texts)


def _of(owner_id: int, ticket_id: int, keys: Sequence[str]) -> Sequence[WaitingPicture]:
    if not keys:
        return []
    return db.session.scalars(
        select(WaitingPicture).where(
            WaitingPicture.owner_id == owner_id,
            WaitingPicture.ticket_id == ticket_id,
            WaitingPicture.key.in_(keys),
        )
    ).all()


def _content_id(key: str) -> str:
    return f"{key}@desk"


def _file(row: WaitingPicture) -> NewFile:
    """The picture as it goes along; its bytes are looked at again, since the mail says of what type they are."""
    body = files.open_file(row.digest).read()
    if raster.kind_of(body) != row.content_type:
        raise files.FileDamaged(row.digest)
    return NewFile(
        name=row.name,
        content_type=row.content_type,
        body=body,
        content_id=_content_id(row.key),
        is_inline=True,
    )


def _bare(name: str) -> str:
    return (safe_file_name(name).rpartition(".")[0] or "picture")[:200]


def _too_large() -> Invalid:
    return Invalid(
        _("This picture is too large."),
        _(
            "It may have %(most)d MB and %(pixels)d million pixels. Make it smaller, or attach it as a file.",
            most=LARGEST // 1_048_576,
            pixels=MOST_PIXELS // 1_000_000,
        ),
    )
