"""The seam to what parses: children with limits, or, in most tests, this process; and the bytes that are to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import Flask, current_app
from sqlalchemy import bindparam, select

from channels import registry
from channels.channel import ChannelError, RawItem
from channels.message import InboundMessage
from channels.parser_pool import ParserFailed, ParserPool, ParserSlow
from channels.settings import SettingValue
from helpdesk.core.db import db
from helpdesk.core.files import FileDamaged
from helpdesk.messaging.keeping import (
    HEADERS_ONLY,
    arrival_of,
    head_and_beginning,
    unpacked,
)
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.setting_aside import Reason

EXTENSION = "desk_parser"
# Whoever takes longer makes room for the next mail, and is read in a lane where only its like waits (P13).
PATIENCE = timedelta(seconds=3)
# S42; the child gives itself no more processor time than this either.
LONGEST = timedelta(seconds=10)

# Built once: putting it together for every mail took longer than the database took to answer.
_KEPT = (
    select(
        RawMessage.id,
        RawMessage.remote_id,
        RawMessage.digest,
        RawMessage.file_digest,
        RawMessage.size,
        RawMessage.body,
        RawMessage.envelope,
        ChannelAccount.kind,
        ChannelAccount.settings,
    )
    .join(ChannelAccount, ChannelAccount.id == RawMessage.account_id)
    .where(
        RawMessage.id.in_(bindparam("ids", expanding=True)), RawMessage.state == RawState.WAITING
    )
)


# Fetches what an item only names. Raises ChannelError while that is worth another try.
Complete = Callable[[RawItem], RawItem]


class Parser(Protocol):
    """Reads an item. Raises ChannelError as the channel does, ParserFailed when it broke, ParserSlow past `patience`.

    The item is asked for, so that nobody else holds its bytes while it is read.
    """

    def parse(
        self,
        kind: str,
        settings: Mapping[str, SettingValue],
        item: Callable[[], RawItem],
        patience: timedelta,
    ) -> list[InboundMessage]: ...


class ParserHere:
    """Reads in this process, without limits: for tests, and where no process may be started."""

    def parse(
        self,
        kind: str,
        settings: Mapping[str, SettingValue],
        item: Callable[[], RawItem],
        patience: timedelta,
    ) -> list[InboundMessage]:
        return registry.build(kind, settings).parse(item())


@dataclass(frozen=True, slots=True)
class Kept:
    """What reading a raw message takes: everything but its row."""

    id: int
    remote_id: str
    digest: str
    file_digest: str | None
    size: int
    body: bytes | None = field(repr=False)
    envelope: Mapping[str, Any]
    kind: str
    settings: Mapping[str, SettingValue]

    @property
    def accepted(self) -> str | None:
        """The reason in spite of which a person let it in."""
        accepted = self.envelope.get("accepted")
        return accepted if isinstance(accepted, str) else None

    @property
    def headers_only(self) -> bool:
        return bool(self.envelope.get(HEADERS_ONLY))


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of reading a message: messages, or why there are none.

    `fault` is raised where the message is filed, so that the job counts as failed and is tried again.
    """

    messages: tuple[InboundMessage, ...] = ()
    set_aside: tuple[Reason, str] | None = None
    fault: ParserFailed | None = None
    too_slow: bool = False
    too_large: bool = False


def init_parser(app: Flask) -> None:
    """Choose who parses: children, unless the settings say otherwise."""
    in_child = app.config.get("DESK_PARSER_CHILDREN", not app.config.get("TESTING"))
    app.extensions[EXTENSION] = ParserPool() if in_child else ParserHere()


def current_parser() -> Parser:
    """Who parses for this desk."""
    parser: Parser = current_app.extensions[EXTENSION]
    return parser


def waiting_bytes(raw_ids: Sequence[int]) -> dict[int, Kept]:
    """Those of these messages that wait, small bodies with them; in one query and outside any unit of work."""
    rows = db.session.execute(_KEPT, {"ids": list(raw_ids)}).all()
    return {row.id: Kept(*row) for row in rows}


def bytes_of(kept: Kept) -> bytes:
    """The bytes as they came. Raises FileDamaged."""
    return unpacked(kept.id, kept.body, kept.file_digest, kept.digest)


def read(
    kept: Kept, *, largest: int, patience: timedelta, complete: Complete | None = None
) -> Reading:
    """Read one message; whatever happens is told in the answer, and only what `complete` raises is raised.

    Of one larger than `largest` bytes only the head and the beginning are read, unless a person let it in.
    """
    too_large = kept.headers_only or (
        kept.size > largest and kept.accepted != Reason.TOO_LARGE.value
    )

    def item() -> RawItem:
        body = bytes_of(kept)
        if too_large and not kept.headers_only:
            body = head_and_beginning(body)
        return RawItem(kept.remote_id, body, _arrived(kept), kept.headers_only, kept.size)

    whole = _whole(item, complete) if complete is not None else item
    try:
        found = current_parser().parse(kept.kind, kept.settings, whole, patience)
    except (ChannelError, FileDamaged) as unreadable:
        return Reading(set_aside=(Reason.UNREADABLE, str(unreadable)))
    except ParserSlow as slow:
        return Reading(fault=slow, too_slow=True)
    except ParserFailed as fault:
        return Reading(fault=fault)
    return Reading(tuple(found), too_large=too_large)


def _whole(item: Callable[[], RawItem], complete: Complete) -> Callable[[], RawItem]:
    """The item, completed now: another server's time is not the time that reading takes."""
    try:
        completed = complete(item())
    except FileDamaged:
        return item
    return lambda: completed


def _arrived(kept: Kept) -> datetime | None:
    return arrival_of(kept.envelope)
