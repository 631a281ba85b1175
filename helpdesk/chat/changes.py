"""What a process that holds open lines asks the database: which chats changed, in one query for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, false, or_, select, update

from helpdesk.chat.agents import note_seen
from helpdesk.chat.models import Chat, ChatState
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work

# A unit of work that was open this long when it committed is still seen: rows are found by when they were written.
LONGEST_UNIT = timedelta(seconds=15)
MOST_CHANGED = 5_000


@dataclass(frozen=True, slots=True)
class Changed:
    """A chat as it stands now; its version says whether somebody who saw it before has seen all."""

    id: int
    version: int
    group_id: int | None
    agent_id: int | None
    state: str


def changed_since(at: datetime) -> Sequence[Changed]:
    """The chats that changed since a moment, and a little before it: see `LONGEST_UNIT`. One query."""
    rows = db.session.execute(
        select(Chat.id, Chat.version, Chat.group_id, Chat.agent_id, Chat.state)
        .where(Chat.changed_at > at - LONGEST_UNIT)
        .order_by(Chat.changed_at)
        .limit(MOST_CHANGED)
    )
    return [
        Changed(one, version, group, agent, state.value)
        for one, version, group, agent, state in rows
    ]


def note_presence(
    open_chats: Collection[int], read: Mapping[int, int], agents: Collection[int]
) -> None:
    """Note which widgets and consoles are open, and up to which message each widget has shown."""
    if not (open_chats or read or agents):
        return
    at = clock.now()
    with unit_of_work():
        if open_chats:
            db.session.execute(
                update(Chat)
                .where(Chat.id.in_(open_chats))
                .values(seen_at=at)
                .execution_options(synchronize_session=False)
            )
        if read:
            table = cast(
                "Table", Chat.__table__
            )  # A mapped class's table is one, though typed wider.
            db.session.connection().execute(
                update(table)
                .where(table.c.id == bindparam("one"), table.c.read_id < bindparam("shown"))
                .values(read_id=bindparam("shown")),
                [{"one": one, "shown": shown} for one, shown in read.items()],
            )
        note_seen(agents)


def waiting_in(groups: Collection[int | None]) -> Sequence[int]:
    """The chats that wait in these groups."""
    named = [one for one in groups if one is not None]
    return db.session.scalars(
        select(Chat.id)
        .where(
            Chat.state == ChatState.WAITING,
            or_(Chat.group_id.in_(named), Chat.group_id.is_(None) if None in groups else false()),
        )
        .limit(MOST_CHANGED)
    ).all()
