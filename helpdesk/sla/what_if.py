"""What-if: hold a draft of a policy, calendar or free clock against the tickets of some months, and write nothing else.

run = begin(Kind.POLICY, "standard", body, months=3, by=person_id)
work(run.id, say=print)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import Text, cast, func, or_, select

from helpdesk.core import clock, leases
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Definition, DefinitionVersion, Kind
from helpdesk.sla.facts import seconds
from helpdesk.sla.models import SlaEvent, SlaTicket
from helpdesk.sla.what_if_books import Draft, Question, Written
from helpdesk.sla.what_if_child import Found, Ticket
from helpdesk.sla.what_if_crew import Crew
from helpdesk.sla.what_if_models import RunState, SlaFlip, SlaWhatIf
from helpdesk.tickets import models as tickets
from workflows.sla_agreement import FreeClock
from workflows.what_if import Tally

JOB = "what_if"
KINDS = (Kind.POLICY, Kind.CALENDAR, Kind.CLOCK)
MOST_MONTHS = 60
# What is kept of a run to look at; all are counted.
MOST_FLIPS = 2000
BATCH = 500
# Fewer tickets than this are compared by this process, since others take longer to start.
ALONE_UP_TO = 2000
# A run that nobody has worked on for so long was left by a process that ended.
LEFT_AFTER = timedelta(minutes=2)
_DAYS_A_MONTH = 30.44

Say = Callable[[SlaWhatIf], None]


def begin(
    kind: Kind, name: str, body: Mapping[str, Any], *, months: int, by: int | None
) -> SlaWhatIf:
    """Ask what would have been if a definition had said this for the last months. The caller opens the unit of work.

    Raises Invalid, NotFound if there is no such definition, Faulty for a draft that cannot be used.
    """
    _check(kind, name, body, months)
    until = clock.now()
    run = SlaWhatIf(
        state=RunState.WAITING,
        kind=kind.value,
        name=name,
        body=dict(body),
        months=months,
        since=until - timedelta(days=_DAYS_A_MONTH * months),
        until=until,
        made_by=by,
        result={},
    )
    db.session.add(run)
    db.session.flush()
    return run


def _check(kind: Kind, name: str, body: Mapping[str, Any], months: int) -> None:
    if kind not in KINDS:
        raise Invalid(
            _("Only policies, calendars and free clocks can be tried on the past."),
            _("Choose one."),
        )
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid(
            _("Between 1 and %(most)s months are possible.", most=MOST_MONTHS),
            _("Give another number."),
            field="months",
        )
    store.find(kind, name)
    value = parse(kind, body)
    if kind is Kind.CLOCK and not isinstance(value, FreeClock):
        raise Invalid(
            _("A clock that counts days cannot be tried on the past."),
            _("Choose one that counts hours."),
            field="text",
        )


def hand_over(run: SlaWhatIf) -> None:
    """Have a worker do it, inside the open unit of work."""
    owe(JOB, run.id)


def stop(run_id: int) -> None:
    """End a run after the batch it is at; it can go on later. The caller opens the unit of work."""
    run = find(run_id)
    if run.state in (RunState.WAITING, RunState.RUNNING):
        run.state = RunState.STOPPED


def go_on(run_id: int) -> SlaWhatIf:
    """Take up a run where it stopped, or was left. The caller opens the unit of work. Raises Conflict."""
    run = find(run_id)
    if run.state is RunState.DONE or (run.state is RunState.RUNNING and not is_left(run)):
        raise Conflict(_("This run is not stopped."), _("Look at it again."))
    run.state = RunState.WAITING
    return run


def find(run_id: int) -> SlaWhatIf:
    """A run. Raises NotFound."""
    run = db.session.get(SlaWhatIf, run_id)
    if run is None:
        raise NotFound(_("There is no such run."), _("Choose one of the list."))
    return run


def is_left(run: SlaWhatIf) -> bool:
    """Whether whoever worked on it has ended without a word."""
    return run.state is RunState.RUNNING and (
        run.beat_at is None or clock.now() - run.beat_at > LEFT_AFTER
    )


def recent(limit: int = 20) -> list[SlaWhatIf]:
    """The newest runs first."""
    found = select(SlaWhatIf).order_by(SlaWhatIf.id.desc()).limit(limit)
    return list(db.session.scalars(found))


def flips_of(run_id: int, limit: int) -> list[SlaFlip]:
    """The first flips of a run, those that get worse first."""
    found = select(SlaFlip).where(SlaFlip.run_id == run_id)
    return list(db.session.scalars(found.order_by(SlaFlip.gets_better, SlaFlip.id).limit(limit)))


def begin_beside(run_id: int) -> threading.Thread:
    """Do it in a thread of its own, so that the worker goes on; called by a job."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # A proxy, which threads cannot use.

    def run() -> None:
        with app.app_context():
            work(run_id)

    thread = threading.Thread(target=run, name=f"what-if-{run_id}", daemon=True)
    thread.start()
    return thread


def work(run_id: int, *, say: Say = lambda run: None, processes: int | None = None) -> SlaWhatIf:
    """Do a run, from where it stands until it is done or stopped; opens its own units of work, one a batch.

    Nobody else works on it meanwhile; if somebody does already, nothing is done.
    """
    holder = f"{os.getpid()}-{threading.get_ident()}"
    if not leases.take(_lease(run_id), holder, LEFT_AFTER):
        return find(run_id)
    try:
        run = _take_up(run_id)
        if run.state is RunState.RUNNING:
            _work(run, holder, say, _processes(run) if processes is None else processes)
        return find(run_id)
    finally:
        leases.give_back(_lease(run_id), holder)


def _lease(run_id: int) -> str:
    return f"what-if-{run_id}"


def _processes(run: SlaWhatIf) -> int:
    return 0 if run.of - run.done <= ALONE_UP_TO else max(1, min(4, os.cpu_count() or 1))


def _take_up(run_id: int) -> SlaWhatIf:
    with unit_of_work():
        run = find(run_id)
        if run.state in (RunState.WAITING, RunState.RUNNING):
            run.state, run.beat_at = RunState.RUNNING, clock.now()
            if not run.last_ticket_id:
                run.of = db.session.scalar(_concerned(run, func.count())) or 0
        return run


def _work(run: SlaWhatIf, holder: str, say: Say, processes: int) -> None:
    crew = Crew(_question(run), processes)
    try:
        batches = _batches(run)
        ends: list[tuple[int, int]] = []
        for found in crew.compare(_remembering(batches, ends)):
            last_ticket_id, tickets_done = ends.pop(0)
            leases.take(_lease(run.id), holder, LEFT_AFTER)
            if not _note(run.id, found, last_ticket_id, tickets_done):
                return
            say(find(run.id))
        with unit_of_work():
            done = find(run.id)
            done.state, done.ended_at = RunState.DONE, clock.now()
    finally:
        crew.close()


def _remembering(
    batches: Iterator[list[Ticket]], ends: list[tuple[int, int]]
) -> Iterator[list[Ticket]]:
    """The batches; where each ends and how many it has is kept for when its answer comes."""
    for batch in batches:
        ends.append((batch[-1][0], len(batch)))
        yield batch


def _note(run_id: int, found: Found, last_ticket_id: int, done: int) -> bool:
    """Add what a batch came to; False if the run was stopped meanwhile."""
    with unit_of_work():
        run = db.session.scalars(
            select(SlaWhatIf)
            .where(SlaWhatIf.id == run_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if run.state is not RunState.RUNNING:
            return False
        tally = Tally.from_json(run.result)
        tally.merge(found.tally)
        kept = found.flips[: max(0, MOST_FLIPS - run.flips)]
        db.session.add_all(_flip(run_id, one) for one in kept)
        run.result, run.last_ticket_id, run.beat_at = tally.to_json(), last_ticket_id, clock.now()
        run.done += done
        run.flips += len(found.flips)
        run.unread += found.unread
    return True


def _flip(run_id: int, found: Mapping[str, Any]) -> SlaFlip:
    return SlaFlip(
        run_id=run_id,
        ticket_id=found["ticket"],
        metric=found["metric"],
        cycle=found["cycle"],
        gets_better=found["after"]["verdict"] in ("met", "in_time"),
        data={key: found[key] for key in ("at", "before", "after")},
    )


def _question(run: SlaWhatIf) -> Question:
    """Every version of what clocks are counted by, and the draft."""
    current = {one.id for one in store.all_current()}
    rows = db.session.execute(
        select(Definition.kind, Definition.name, DefinitionVersion.id, DefinitionVersion.body)
        .join(DefinitionVersion, DefinitionVersion.definition_id == Definition.id)
        .where(Definition.kind.in_(KINDS))
        .order_by(DefinitionVersion.id)
    )
    return Question(
        [Written(str(row.id), row.kind, row.name, row.body, row.id in current) for row in rows],
        Draft(run.kind, run.name, run.body),
        seconds(run.since),
        seconds(run.until),
    )


def _concerned(run: SlaWhatIf, *columns: Any) -> Any:
    """The tickets of which a cycle may have ended in the range, or run at its end."""
    return (
        select(*columns)
        .select_from(SlaTicket)
        .join(tickets.Ticket, tickets.Ticket.id == SlaTicket.ticket_id)
        .where(
            or_(SlaTicket.last_at >= run.since, SlaTicket.is_open),
            tickets.Ticket.created_at <= run.until,
        )
    )


def _batches(run: SlaWhatIf) -> Iterator[list[Ticket]]:
    """The tickets with their facts, in the order of their ids, from where the run stands."""
    last = run.last_ticket_id
    while True:
        chosen = db.session.execute(
            _concerned(run, SlaTicket.ticket_id, tickets.Ticket.channel)
            .where(SlaTicket.ticket_id > last)
            .order_by(SlaTicket.ticket_id)
            .limit(BATCH)
        ).all()
        if not chosen:
            return
        channels = {row.ticket_id: row.channel for row in chosen}
        facts = _facts(list(channels), run.until)
        db.session.rollback()
        yield [(ticket_id, channels[ticket_id], facts[ticket_id]) for ticket_id in channels]
        last = chosen[-1].ticket_id


def _facts(
    ticket_ids: Sequence[int], until: datetime
) -> dict[int, list[tuple[int, int, str, str]]]:
    found: dict[int, list[tuple[int, int, str, str]]] = {one: [] for one in ticket_ids}
    rows = db.session.execute(
        select(
            SlaEvent.ticket_id, SlaEvent.seq, SlaEvent.at, SlaEvent.kind, cast(SlaEvent.data, Text)
        )
        .where(SlaEvent.ticket_id.in_(ticket_ids), SlaEvent.at <= until)
        .order_by(SlaEvent.ticket_id, SlaEvent.seq)
    )
    for ticket_id, seq, at, kind, data in rows:
        found[ticket_id].append((seq, seconds(at), kind, data))
    return found
