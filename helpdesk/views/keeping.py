"""Which open tickets each view holds: kept as tickets change, and looked through again in the background.

A count is then a short walk through an index of these rows, whatever the view asks and however large the desk is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import gather, owe
from helpdesk.tickets.events import TicketEvent
from helpdesk.tickets.facts import read_facts
from helpdesk.tickets.facts_needed import needs_of
from helpdesk.tickets.models import Ticket
from helpdesk.views import store
from helpdesk.views.asking import sql_of
from helpdesk.views.commands import COUNT_JOB
from helpdesk.views.models import Audience, Counting, SavedView, ViewTicket
from helpdesk.views.store import View, view_of
from helpdesk.views.words import Look

# What time or words change is looked at this often; all others too, since people and groups may be renamed.
SWEPT_EVERY = timedelta(minutes=1)
KEPT_EVERY = timedelta(hours=1)
# So many views are looked through at a time on the largest desks, and more on those where one costs less: as many as
# read so many open tickets in all.
FEWEST_AT_ONCE, MOST_AT_ONCE = 20, 500
LOOKED_AT_ONCE = 1_000_000
TOGETHER = 1000

# A ticket in a view: its group and its assignee, 0 for none.
Held = tuple[int, int]


def follow_ticket(event: TicketEvent) -> None:
    """Have the views hold a ticket as it stands at the end of this unit of work; nothing where there are no views."""
    if any(view.is_kept for view in store.known_in_unit()):
        gather(_place_gathered, event.subject_id)


def _place_gathered(ticket_ids: list[int]) -> None:
    place(sorted(set(ticket_ids)))


def place(ticket_ids: Sequence[int]) -> None:
    """Write in which views these tickets stand now; a fixed number of queries."""
    views = [view for view in store.known_in_unit() if view.is_kept]
    if not views or not ticket_ids:
        return
    db.session.flush()
    wanted = _wanted(views, ticket_ids)
    kept = [view.id for view in views]
    rows = db.session.execute(
        select(
            ViewTicket.view_id, ViewTicket.ticket_id, ViewTicket.group_id, ViewTicket.assignee_id
        ).where(ViewTicket.ticket_id.in_(ticket_ids))
    )
    there = {(row[0], row[1]): (row[2], row[3]) for row in rows if row[0] in set(kept)}
    _write(wanted, there)


def _wanted(views: Sequence[View], ticket_ids: Sequence[int]) -> dict[tuple[int, int], Held]:
    conditions = {view.id: view.question.kept for view in views if view.question}
    at = clock.now()
    facts = read_facts(ticket_ids, needs=needs_of(conditions.values()))
    rows = _standing(Ticket.id.in_(ticket_ids))
    return {
        (view_id, ticket_id): held
        for ticket_id, held in rows.items()
        for view_id, condition in conditions.items()
        if condition.holds(facts[ticket_id], at)
    }


def _standing(condition: ColumnElement[bool]) -> dict[int, Held]:
    """The open tickets of which a condition holds."""
    found = db.session.execute(
        select(Ticket.id, Ticket.group_id, Ticket.assignee_id)
        .where(Ticket.is_open.is_(True), condition)
        .order_by(Ticket.id)
    )
    return {ticket: (group or 0, assignee or 0) for ticket, group, assignee in found}


def _write(wanted: Mapping[tuple[int, int], Held], there: Mapping[tuple[int, int], Held]) -> None:
    """Make the rows what is wanted; always in the same order, so that two who write never wait for each other."""
    gone = sorted(key for key in there if wanted.get(key) != there[key])
    for some in _together(gone):
        by_view: dict[int, list[int]] = {}
        for view_id, ticket_id in some:
            by_view.setdefault(view_id, []).append(ticket_id)
        these = [
            and_(ViewTicket.view_id == view_id, ViewTicket.ticket_id.in_(tickets))
            for view_id, tickets in by_view.items()
        ]
        db.session.execute(
            delete(ViewTicket).where(or_(*these)),
            execution_options={"synchronize_session": False},
        )
    new = sorted(key for key in wanted if there.get(key) != wanted[key])
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    for some in _together(new):
        rows = [
            dict(
                zip(
                    ("view_id", "ticket_id", "group_id", "assignee_id"),
                    (*key, *wanted[key]),
                    strict=True,
                )
            )
            for key in some
        ]
        db.session.execute(insert(ViewTicket).on_conflict_do_nothing(), rows)


def _together(keys: Sequence[tuple[int, int]]) -> Iterable[Sequence[tuple[int, int]]]:
    for start in range(0, len(keys), TOGETHER):
        yield keys[start : start + TOGETHER]


def count_view(view_id: int) -> None:
    """Look through the open tickets once for all that a view holds; a job, which may be run twice."""
    row = db.session.get(SavedView, view_id, with_for_update=True)
    if row is None or row.counting is Counting.NEVER:
        return
    view = view_of(row)
    if view.question is None:
        return
    owner = row.owner_id if row.audience is Audience.OWN else None
    look = Look(only_open=True)
    condition = sql_of(view.question.kept.part, owner, look)
    if look.is_blind:
        # What was counted last is nearer to the truth than nothing.
        return
    held = _standing(condition)
    there = db.session.execute(
        select(ViewTicket.ticket_id, ViewTicket.group_id, ViewTicket.assignee_id).where(
            ViewTicket.view_id == view_id
        )
    )
    _write(
        {(view_id, ticket_id): facts for ticket_id, facts in held.items()},
        {(view_id, row[0]): (row[1], row[2]) for row in there},
    )
    if row.counted_at is None:
        store.note_change()
    row.counted_at = clock.now()
    db.session.flush()


def owe_counts() -> None:
    """Owe a look through the tickets for every view whose turn has come, those that waited longest first."""
    at = clock.now()
    timed = SavedView.counting.in_([Counting.TIMED, Counting.SWEPT])
    due = or_(
        SavedView.counted_at.is_(None),
        and_(timed, SavedView.counted_at <= at - SWEPT_EVERY),
        SavedView.counted_at <= at - KEPT_EVERY,
    )
    waiting = db.session.scalars(
        select(SavedView.id)
        .where(SavedView.counting != Counting.NEVER, due)
        .order_by(SavedView.counted_at.is_not(None), SavedView.counted_at, SavedView.id)
        .limit(MOST_AT_ONCE)
    ).all()
    if len(waiting) > FEWEST_AT_ONCE:
        waiting = waiting[: _affordable()]
    for view_id in waiting:
        owe(COUNT_JOB, view_id)


def _affordable() -> int:
    """How many views are looked through at a time on a desk of this size; counts no further than it matters."""
    enough = LOOKED_AT_ONCE // FEWEST_AT_ONCE
    some = select(Ticket.id).where(Ticket.is_open.is_(True)).limit(enough + 1).subquery()
    tickets = db.session.scalar(select(func.count()).select_from(some)) or 0
    return max(FEWEST_AT_ONCE, min(MOST_AT_ONCE, LOOKED_AT_ONCE // max(1, tickets)))
