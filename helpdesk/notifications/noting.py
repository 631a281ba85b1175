"""note(): a line in the desk for somebody; what repeats while it is unread is one line with a number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import cast

from sqlalchemy import Table, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock, push
from helpdesk.core.db import db, is_postgresql
from helpdesk.notifications.models import Notification
from helpdesk.notifications.preferences import Way
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket

# Whom there is news for; said to the gateways once it is committed.
TOPIC = "notices"
# What repeats is mailed again only after so long, and only while it is unread.
QUIET = timedelta(hours=1)

_TABLE = cast("Table", Notification.__table__)  # A mapped class's table is one, though typed wider.
_UNREAD = _TABLE.c.read_at.is_(None)


# By default a line is shown under Notices and nowhere else.
BELL = frozenset({Way.BELL})


def note(
    person: Person,
    ticket: Ticket,
    kind: str,
    message_id: int | None = None,
    *,
    times: int = 1,
    ways: Collection[Way] = BELL,
) -> int:
    """Tell somebody something in the desk; returns the id of the line, which may have been there before."""
    at, in_bell, on_desktop = clock.now(), Way.BELL in ways, Way.DESKTOP in ways
    in_digest = Way.DIGEST in ways
    row = {
        "person_id": person.id,
        "ticket_id": ticket.id,
        "message_id": message_id,
        "kind": kind,
        "in_bell": in_bell,
        "on_desktop": on_desktop,
        "in_digest": in_digest,
        "times": times,
        "created_at": at,
        "told_at": at,
    }
    insert = (postgresql if is_postgresql() else sqlite).insert(_TABLE).values(row)
    again = insert.on_conflict_do_update(
        index_elements=["person_id", "ticket_id", "kind"],
        index_where=_UNREAD,
        set_={
            "times": _TABLE.c.times + times,
            "told_at": at,
            "in_bell": or_(_TABLE.c.in_bell, insert.excluded.in_bell),
            "on_desktop": or_(_TABLE.c.on_desktop, insert.excluded.on_desktop),
            "in_digest": or_(_TABLE.c.in_digest, insert.excluded.in_digest),
        },
    )
    line_id: int = db.session.execute(again.returning(_TABLE.c.id)).scalar_one()
    ring([person.id])
    return line_id


def claim_mail(line_id: int) -> bool:
    """Whether a mail of this line is to be written now; then it is noted that it was."""
    at = clock.now()
    claimed = db.session.execute(
        update(_TABLE)
        .where(
            _TABLE.c.id == line_id,
            or_(_TABLE.c.mailed_at.is_(None), _TABLE.c.mailed_at <= at - QUIET),
        )
        .values(mailed_at=at)
        .returning(_TABLE.c.id)
    ).scalar_one_or_none()
    return claimed is not None


def ring(people: list[int]) -> None:
    """Let the open pages of these people look, once the unit of work is committed."""
    push.publish_after(TOPIC, {"people": people})
