"""What somebody sends by the portal: kept and committed, then filed at once, since they wait for its number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from channels import registry
from channels.channel import RawItem
from channels.web.submission import Submission, write
from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import filing, parsing
from helpdesk.messaging.keeping import Door, keep_at
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.placing import Place
from helpdesk.tickets.models import Ticket

WEB = "web"
NAME = "Portal"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a submission: its ticket's number, or none while it waits, or where a person has to look at it."""

    raw_id: int
    ticket_id: int | None
    number: str
    waits: bool


def send(submission: Submission, place: Place) -> Sent:
    """Keep what was sent and file it; the same `id` again is the same submission (P36). Opens its own units of work.

    Whatever happens after the first commit, it is kept: a worker files what could not be filed here.
    """
    raw_id = keep(submission, place)
    file_now(raw_id)
    return standing(raw_id)


def keep(submission: Submission, place: Place) -> int:
    """Keep the bytes of a submission; the row's id, also when they are kept already."""
    with unit_of_work():
        account = web_account()
        item = RawItem(submission.id, write(submission), clock.now())
        raw_id = keep_at(Door(account.id, WEB), item, place.noted())
        return raw_id if raw_id is not None else _kept_before(account.id, submission.id)


def file_now(raw_id: int) -> None:
    """File what waits. What the portal wrote itself is read in this process; nothing in it is anybody's format."""
    for kept in parsing.waiting_bytes([raw_id]).values():
        body = parsing.bytes_of(kept)
        db.session.rollback()
        found = registry.build(WEB, {}).parse(RawItem(kept.remote_id, body))
        with unit_of_work():
            filing.file_read(raw_id, parsing.Reading(tuple(found)))


def standing(raw_id: int) -> Sent:
    """What became of a submission by now; one query."""
    found = db.session.execute(
        select(RawMessage.state, Ticket.id, Ticket)
        .outerjoin(Ticket, Ticket.id == RawMessage.ticket_id)
        .where(RawMessage.id == raw_id)
        .execution_options(populate_existing=True)
    ).one()
    ticket: Ticket | None = found[2]
    return Sent(
        raw_id,
        ticket.id if ticket else None,
        ticket.number if ticket else "",
        found[0] is RawState.WAITING,
    )


def web_account() -> ChannelAccount:
    """The account of the portal, made when it is not there; inside a unit of work."""
    own = select(ChannelAccount).where(ChannelAccount.kind == WEB).order_by(ChannelAccount.id)
    found = db.session.scalars(own.limit(1)).first()
    if found is not None:
        return found
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    # Two that come first both come here: the name's own key lets one in, and the other reads what it wrote.
    db.session.execute(
        insert(ChannelAccount)
        .values(
            kind=WEB,
            name=NAME,
            address="",
            settings={},
            secrets="",
            is_active=True,
            last_error="",
            failures=0,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["name"])
    )
    return db.session.scalars(own.limit(1)).one()


def _kept_before(account_id: int, remote_id: str) -> int:
    return db.session.scalars(
        select(RawMessage.id).where(
            RawMessage.account_id == account_id, RawMessage.remote_id == remote_id
        )
    ).one()
