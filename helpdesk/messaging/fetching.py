"""fetch(): a file that came by name only is got from the other side, checked, and laid beside its message."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from channels.channel import ChannelError, FetchingChannel
from channels.message import File, RemoteFile
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import policy as policies
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.setting_aside import fit
from helpdesk.messaging.talk_models import AwaitedFile, FileState
from helpdesk.tickets.conversation import NewFile, attach_file
from helpdesk.tickets.models import Message
from helpdesk.tickets.naming import single_line

JOB = "fetch_file"
CAUSE = "channel"
MOST_FILES = 30

# What people send each other; nothing that a program could run by itself comes in by these doors.
_KINDS = frozenset({"image", "audio", "video"})
_TYPES = frozenset(
    {
        "application/msword",
        "application/ogg",
        "application/pdf",
        "application/rtf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
        "text/calendar",
        "text/csv",
        "text/plain",
        "text/vcard",
    }
)
_REFUSED_TYPES = frozenset({"image/svg+xml"})
_NAMES = {"image": "picture", "audio": "recording", "video": "video"}


def await_files(message: Message, account: ChannelAccount, files: Sequence[RemoteFile]) -> None:
    """Note that these files of a message have to be fetched, and owe that. Inside the open unit of work."""
    for file in files[:MOST_FILES]:
        row = AwaitedFile(
            message_id=message.id,
            account_id=account.id,
            reference=file.reference,
            name=single_line(file.name, 255),
            content_type=single_line(file.content_type, 120),
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        owe(JOB, row.id)


def awaited_by(message_ids: Iterable[int]) -> dict[int, list[AwaitedFile]]:
    """The files of these messages that are not there yet or could not be fetched, by message."""
    found: dict[int, list[AwaitedFile]] = {}
    rows = db.session.scalars(
        select(AwaitedFile)
        .where(
            AwaitedFile.message_id.in_(list(message_ids)), AwaitedFile.state != FileState.FETCHED
        )
        .order_by(AwaitedFile.id)
        .limit(500)
    )
    for row in rows:
        found.setdefault(row.message_id, []).append(row)
    return found


def fetch(awaited_id: int) -> None:
    """Fetch one file, once; no unit of work is open while the other side is spoken to. Raises ChannelError to try again."""
    row = db.session.get(AwaitedFile, awaited_id)
    if row is None or row.state is not FileState.WAITING:
        return
    remote = RemoteFile(row.reference, row.content_type, row.name)
    try:
        file = _fetched(db.session.get_one(ChannelAccount, row.account_id), remote)
    except (ChannelError, VaultLocked) as failure:
        _note_try(awaited_id, failure)
        return
    finally:
        db.session.rollback()
    refused = _why_not(file)
    with unit_of_work():
        taken = _waiting(awaited_id)
        if taken is not None and refused:
            _settle(taken, FileState.FAILED, refused)
        elif taken is not None:
            message = db.session.get_one(Message, taken.message_id)
            attach_file(message, _new_file(file), cause=CAUSE)
            _settle(taken, FileState.FETCHED, "")


def give_up(awaited_id: int, error: Exception) -> None:
    """It was tried for long enough: the message says why it is not there. Inside the open unit of work."""
    row = _waiting(awaited_id)
    if row is not None:
        _settle(row, FileState.FAILED, str(error))


def fetch_again(awaited_id: int, message_id: int) -> None:
    """A person asks for a file of this message once more. Raises Conflict when there is nothing to fetch."""
    row = db.session.get(AwaitedFile, awaited_id, with_for_update=True, populate_existing=True)
    if row is None or row.message_id != message_id or row.state is not FileState.FAILED:
        raise Conflict(_("This file is not waited for any more."), _("Look at the ticket again."))
    row.state, row.settled_at = FileState.WAITING, None
    owe(JOB, row.id)


def _fetched(account: ChannelAccount, remote: RemoteFile) -> File:
    channel = channel_of(account)
    most = policies.lately().largest_mail
    db.session.rollback()
    if not isinstance(channel, FetchingChannel):
        raise ChannelError("This channel fetches no files.", permanent=True)
    return channel.fetch_file(remote, most)


def _note_try(awaited_id: int, failure: ChannelError | VaultLocked) -> None:
    db.session.rollback()
    for_good = isinstance(failure, ChannelError) and failure.permanent
    with unit_of_work():
        row = _waiting(awaited_id)
        if row is None:
            return
        row.tries, row.words = row.tries + 1, fit(str(failure))
        if for_good:
            _settle(row, FileState.FAILED, str(failure))
    if not for_good:
        raise failure


def _waiting(awaited_id: int) -> AwaitedFile | None:
    row = db.session.get(AwaitedFile, awaited_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.state is FileState.WAITING else None


def _settle(row: AwaitedFile, state: FileState, words: str) -> None:
    row.state, row.words, row.settled_at = state, fit(words)[:2000], clock.now()


def _why_not(file: File) -> str:
    """Why a file is not taken in, "" if it is."""
    if not file.body:
        return _("The file is empty.")
    kind = _plain(file.content_type)
    if kind in _REFUSED_TYPES or (kind.partition("/")[0] not in _KINDS and kind not in _TYPES):
        return _("Files of the type %(type)s are not taken in.", type=kind[:80] or "?")
    return ""


def _new_file(file: File) -> NewFile:
    kind = _plain(file.content_type)
    ending = mimetypes.guess_extension(kind) or ""
    name = file.name or f"{_NAMES.get(kind.partition('/')[0], 'file')}{ending}"
    return NewFile(name, kind, file.body)


def _plain(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
