"""Changing many tickets as one act: each by itself, some at a time, to be stopped, gone on with, and undone as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select

from helpdesk.automation import macros
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Refused
from helpdesk.core.unit_of_work import attempt, owe, record, unit_of_work
from helpdesk.notifications.telling_together import tell_of_assignments, tell_of_statuses
from helpdesk.operations.access import may_stop
from helpdesk.operations.changing import Changes, apply
from helpdesk.operations.events import OperationBegun, OperationStopped
from helpdesk.operations.models import Act, Operation, OperationPart, OperationState, PartState
from helpdesk.operations.recording import keep
from helpdesk.operations.states import State, difference, state_of
from helpdesk.operations.telling import lock_tickets, parts_of, tell_of_end
from helpdesk.operations.undoing import AT_ONCE, JOB, count_parts, lock, undo_some
from helpdesk.people.access import Actor, actor_of
from helpdesk.people.models import Person, Right
from helpdesk.tickets.access import number_parts, visible_tickets
from helpdesk.tickets.models import Message, Ticket, Visibility
from helpdesk.tickets.moves import MoveRefused

# What each change says of why it was made; nobody is told of each by itself.
CAUSE = "bulk"
MOST_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ticket that was chosen, and the version that whoever chose it saw; None for whatever stands there."""

    ticket_id: int
    seen: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done to each: changes of fields, a macro by its name, or both."""

    changes: Changes
    macro: str = ""

    @property
    def is_empty(self) -> bool:
        return self.changes.is_empty and not self.macro

    def as_json(self) -> dict[str, Any]:
        said = {name: value for name, value in asdict(self.changes).items() if value}
        return {"changes": said | _zeros(self.changes), "macro": self.macro}


@dataclass(frozen=True, slots=True)
class Words:
    """What would be written on a ticket; `is_public` for what leaves the house."""

    text: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What would become of one ticket: the fields as they are and would be, or why it would be left alone.

    `is_met` says that somebody else changed it since it was chosen.
    """

    ticket_id: int
    number: str
    subject: str
    before: State
    after: State
    why_not: str
    is_met: bool = False
    words: tuple[Words, ...] = ()

    @property
    def has_effect(self) -> bool:
        """Whether anything would be done to it."""
        return not self.why_not and bool(self.after or self.words)


def wanted_of(said: dict[str, Any]) -> Wanted:
    """What stands in an operation, as it was asked for."""
    return Wanted(Changes(**said.get("changes", {})), str(said.get("macro", "")))


def choose(
    actor: Actor, entries: Iterable[tuple[str, int | None]]
) -> tuple[list[Chosen], list[str]]:
    """Those of these tickets that the actor may see, by number and version; and the numbers that are not there (S09)."""
    asked = {number: (number_parts(number), seen) for number, seen in entries}
    ids = [parts[1] for parts, _seen in asked.values() if parts is not None]
    rows = db.session.execute(
        select(Ticket.id, Ticket.prefix).where(Ticket.id.in_(ids), visible_tickets(actor))
    ).all()
    known = {(row.prefix, row.id) for row in rows}
    found = [
        Chosen(parts[1], seen)
        for parts, seen in asked.values()
        if parts is not None and parts in known
    ]
    return found, [number for number, (parts, _seen) in asked.items() if parts not in known]


def look(actor: Actor, chosen: Sequence[Chosen], wanted: Wanted) -> list[Look]:
    """What doing it would do to the first of these tickets; it is done, looked at, and never committed."""
    looks: list[Look] = []
    try:
        with unit_of_work():
            some = chosen[:MOST_LOOKED_AT]
            tickets = lock_tickets(one.ticket_id for one in some)
            hand = _Hand(actor, wanted)
            newest = db.session.scalar(select(func.max(Message.id))) or 0
            for one in some:
                ticket = tickets[one.ticket_id]
                number, subject = ticket.number, ticket.subject
                part = hand.do(ticket, one.seen)
                looks.append(_looked(part, number, subject))
            written = _written_since(newest, tickets) if wanted.macro else {}
            raise _OnlyLooked
    except _OnlyLooked:
        return [replace(one, words=tuple(written.get(one.ticket_id, ()))) for one in looks]


def _written_since(message_id: int, ticket_ids: Iterable[int]) -> Mapping[int, list[Words]]:
    """What was written on these tickets, which are locked, after this message."""
    rows = db.session.execute(
        select(Message.ticket_id, Message.text, Message.visibility)
        .where(Message.ticket_id.in_(sorted(ticket_ids)), Message.id > message_id)
        .order_by(Message.id)
    )
    found: dict[int, list[Words]] = defaultdict(list)
    for ticket_id, text, visibility in rows:
        found[ticket_id].append(Words(text, visibility is Visibility.PUBLIC))
    return found


def _looked(part: OperationPart, number: str, subject: str) -> Look:
    why, is_met = str(part.told.get("why", "")), bool(part.told.get("met"))
    return Look(part.ticket_id, number, subject, part.before, part.after, why, is_met)


def change(actor: Actor, chosen: Sequence[Chosen], wanted: Wanted) -> Outcome:
    """Do it to all of these: at once to a few, and else as a job that goes on by itself. In a unit of work."""
    if len(chosen) > AT_ONCE:
        return Outcome(_begin(actor, chosen, wanted), 0, (), {})
    tickets = lock_tickets(one.ticket_id for one in chosen)
    hand = _Hand(actor, wanted)
    parts = [hand.do(tickets[one.ticket_id], one.seen) for one in chosen]
    done = sum(part.state is PartState.DONE for part in parts)
    met = {
        tickets[part.ticket_id].number: part.seen
        for part in parts
        if part.told.get("met") and part.seen is not None
    }
    refused = tuple(
        (tickets[part.ticket_id].number, str(part.told["why"]))
        for part in parts
        if part.state is PartState.REFUSED and not part.told.get("met")
    )
    if not done:
        return Outcome(None, 0, refused, met)
    made = keep(Act.BULK, parts, by=actor.person_id, cause=CAUSE, said={}, wanted=wanted.as_json())
    _tell_once(made)
    return Outcome(made, done, refused, met)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: `operation` is None where nothing was changed; `done` counts what was changed at once.

    `refused` has numbers and reasons; `met` those that somebody else changed meanwhile, with the version that was seen.
    """

    operation: Operation | None
    done: int
    refused: tuple[tuple[str, str], ...]
    met: Mapping[str, int]


def carry_on(operation_id: int) -> None:
    """Go on with an operation that takes long, forward or back, by some tickets; owes the rest. In a unit of work."""
    operation = lock(operation_id)
    if operation.state is OperationState.RUNNING:
        _do_some(operation)
    elif operation.state is OperationState.UNDOING:
        undo_some(operation, _actor(operation.undone_by_id))
        if operation.undone_at is not None:
            tell_of_end(operation, "undone")
    if operation.state in (OperationState.RUNNING, OperationState.UNDOING):
        owe(JOB, operation.id)


def stop(operation_id: int, *, actor: Actor) -> None:
    """Stop an operation that is going on; what it did stays, and can be undone. Raises Refused and Conflict."""
    operation = lock(operation_id)
    if not may_stop(actor, operation):
        raise Refused(
            _("You may not stop this."), _("Ask whoever began it, or a lead of the group.")
        )
    if operation.state is not OperationState.RUNNING:
        raise Conflict(_("This is not going on any more."), _("Look at it again."))
    _stop(operation, by=actor.person_id, why="")


def give_up(operation_id: int, error: Exception) -> None:
    """Leave an operation where it broke; what it did can be undone, and what undoing did not reach stays done."""
    operation = lock(operation_id)
    _stop(operation, by=None, why=type(error).__name__)
    tell_of_end(operation, "stopped")


def _begin(actor: Actor, chosen: Sequence[Chosen], wanted: Wanted) -> Operation:
    made = Operation(
        act=Act.BULK,
        state=OperationState.RUNNING,
        actor_id=actor.person_id,
        at=clock.now(),
        size=len(chosen),
        said={},
        wanted=wanted.as_json(),
    )
    db.session.add(made)
    db.session.flush()
    empty: dict[str, Any] = {"before": {}, "after": {}, "moved": {}, "told": {}}
    rows = [
        {
            "operation_id": made.id,
            "ticket_id": one.ticket_id,
            "seen": one.seen,
            "state": PartState.WAITING,
            **empty,
        }
        for one in chosen
    ]
    db.session.execute(insert(OperationPart), rows)
    told = {"act": made.act.value, "size": made.size}
    record(OperationBegun(actor_id=actor.person_id, cause=CAUSE, subject_id=made.id, after=told))
    owe(JOB, made.id)
    return made


def _do_some(operation: Operation) -> None:
    found = parts_of(operation.id, PartState.WAITING, limit=AT_ONCE)
    tickets = lock_tickets(part.ticket_id for part in found)
    hand = _Hand(_actor(operation.actor_id), wanted_of(operation.wanted))
    for part in found:
        done = hand.do(tickets[part.ticket_id], part.seen)
        part.state, part.told = done.state, done.told
        part.before, part.after = done.before, done.after
    db.session.flush()
    if len(found) < AT_ONCE or not count_parts(operation.id, PartState.WAITING):
        operation.state = OperationState.DONE
        _tell_once(operation)
        tell_of_end(operation, "done")


class _Hand:
    """Does what is wanted to one ticket after the other, as one person."""

    def __init__(self, actor: Actor, wanted: Wanted) -> None:
        self._actor, self._wanted = actor, wanted
        self._agent = db.session.get_one(Person, actor.person_id)

    def do(self, ticket: Ticket, seen: int | None) -> OperationPart:
        """Do it to a locked ticket, or nothing where one step is refused; what became of it, as a row not yet kept."""
        before = state_of(ticket)
        part = OperationPart(
            ticket_id=ticket.id,
            state=PartState.DONE,
            seen=seen,
            before={},
            after={},
            moved={},
            told={},
        )
        try:
            self._refuse(ticket, seen)
            with attempt():
                self._perform(ticket)
                db.session.flush()
        except DomainError as error:
            part.state, part.told = PartState.REFUSED, {"why": _why(error)}
            if isinstance(error, _Met):
                part.told = {**part.told, "met": True}
            return part
        part.before, part.after = difference(before, state_of(ticket))
        # A macro may have written without setting anything; that cannot be taken back, but it was done.
        if not part.after and not self._wanted.macro:
            part.state = PartState.SAME
        return part

    def _refuse(self, ticket: Ticket, seen: int | None) -> None:
        if ticket.deleted_at is not None or not self._actor.holds(ticket.group_id, Right.READ):
            raise Refused(_("There is no such ticket."))
        if not self._actor.holds(ticket.group_id, Right.WORK):
            raise Refused(_("You may read this ticket, but not change it."))
        if seen is not None and ticket.version != seen:
            raise _Met(_("This ticket changed while you were working on it."))

    def _perform(self, ticket: Ticket) -> None:
        apply(ticket, self._wanted.changes, self._actor, cause=CAUSE)
        if self._wanted.macro:
            version = macros.find_offered(ticket, self._actor, self._wanted.macro)
            macros.use(version, ticket, self._agent, cause=CAUSE)


def _tell_once(operation: Operation) -> None:
    """Whoever was given tickets by this, or follows any whose status changed, is told once, whatever their number."""
    given: dict[int, list[int]] = defaultdict(list)
    done = parts_of(operation.id, PartState.DONE)
    moved = [part.ticket_id for part in done if "status" in part.after]
    if moved:
        tell_of_statuses(moved, by=operation.actor_id)
    for part in done:
        agent = part.after.get("assignee")
        if agent is not None and agent != operation.actor_id:
            given[agent].append(part.ticket_id)
    for agent_id, ticket_ids in sorted(given.items()):
        tell_of_assignments(agent_id, ticket_ids)


def _stop(operation: Operation, *, by: int | None, why: str) -> None:
    operation.state = OperationState.STOPPED
    if why:
        operation.said = {**operation.said, "why": why}
    told = {"left": count_parts(operation.id, PartState.WAITING), **({"why": why} if why else {})}
    record(OperationStopped(actor_id=by, cause=CAUSE, subject_id=operation.id, after=told))


def _actor(person_id: int | None) -> Actor:
    """Who began it, with the rights they have now."""
    return actor_of(db.session.get_one(Person, person_id))


def _why(error: DomainError) -> str:
    """Why one was left alone; of a move, what it lacks."""
    return f"{error.title} {error.advice}" if isinstance(error, MoveRefused) else error.title


def _zeros(changes: Changes) -> dict[str, Any]:
    """Nobody, no group and the matrix's priority are zeros, which are something to do."""
    names = ("assignee", "group", "priority")
    return {name: 0 for name in names if getattr(changes, name) == 0}


class _Met(Conflict):
    """Somebody else changed the ticket since it was looked at."""


class _OnlyLooked(Exception):
    """What was to be seen was seen."""
