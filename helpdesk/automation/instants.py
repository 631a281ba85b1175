"""When timed rules have to be looked at: a row for each rule and ticket, kept whenever something happens to either."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from helpdesk.automation.models import RuleInstant, RuleSpread
from helpdesk.automation.troubles import set_aside_of
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import gather, owe, unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.events import DefinitionEvent
from helpdesk.definitions.models import Definition, Kind
from helpdesk.definitions.store import Version
from helpdesk.sla.events import DeadlinesMoved
from helpdesk.tickets.events import TicketEvent
from helpdesk.tickets.facts import read_facts
from helpdesk.tickets.models import Ticket
from workflows.calendar import ALWAYS, BusinessCalendar
from workflows.facts import TicketFacts
from workflows.rules import TimedRule

SPREAD_JOB = "spread_timed_rule"
SPREAD_AT_ONCE = 200
FINISHED = -1


@dataclass(frozen=True, slots=True)
class Hours:
    """How a timed rule measures time: plainly, or in the hours of its calendar."""

    between: Callable[[datetime, datetime], timedelta]
    later: Callable[[datetime, timedelta], list[datetime]]


def hours_of(rule: TimedRule) -> Hours:
    """The hours of a rule. Raises NotFound for a calendar that is gone."""
    calendar = ALWAYS
    if rule.calendar:
        calendar = store.find(Kind.CALENDAR, rule.calendar).value
    return _hours(calendar)


def _hours(calendar: BusinessCalendar) -> Hours:
    def later(start: datetime, span: timedelta) -> list[datetime]:
        # Instants count in whole seconds; a fraction is not worth a look that comes too early.
        whole = start.replace(microsecond=0) + timedelta(seconds=1 if start.microsecond else 0)
        back = span < timedelta(0)
        found = calendar.sub(whole, -span) if back else calendar.add(whole, span)
        return [one for one in found if one is not None]

    return Hours(calendar.between, later)


def active_timed_rules() -> list[Version]:
    """The timed rules that run, in their order."""
    switched_on = [one for one in store.current(Kind.TIMED_RULE) if one.value.active]
    aside = set_aside_of(switched_on)
    return [one for one in switched_on if one.id not in aside]


def follow_ticket(event: TicketEvent) -> None:
    """Have the instants of a ticket reckoned anew, once for all that happens in this unit of work."""
    if store.current(Kind.TIMED_RULE):
        gather(_reckon_gathered, event.subject_id)


def follow_deadlines(event: DeadlinesMoved) -> None:
    """Have the instants of tickets reckoned anew whose deadlines moved by themselves."""
    if store.current(Kind.TIMED_RULE):
        for ticket_id in event.ticket_ids:
            gather(_reckon_gathered, ticket_id)


def follow_rule(event: DefinitionEvent) -> None:
    """A timed rule was written, ended or revived: it goes over the open tickets anew."""
    if event.kind == Kind.TIMED_RULE.value:
        begin_spread(event.subject_id, None)


def _reckon_gathered(ticket_ids: list[int]) -> None:
    reckon(sorted(set(ticket_ids)), active_timed_rules())


def reckon(ticket_ids: Sequence[int], versions: Sequence[Version]) -> None:
    """Write when each of these rules has to be looked at for each of these tickets; a fixed number of queries."""
    if not ticket_ids or not versions:
        return
    db.session.flush()
    facts = read_facts(_present(ticket_ids))
    rows = _rows(ticket_ids, versions)
    at = clock.now()
    for version in versions:
        hours = _hours_or_none(version)
        for ticket_id in ticket_ids:
            row = rows.get((version.definition_id, ticket_id))
            seen = facts.get(ticket_id)
            if seen is None or hours is None:
                if row is not None:
                    db.session.delete(row)
                continue
            _write(version, ticket_id, row, seen, hours, at)
    db.session.flush()


def next_look(
    rule: TimedRule, facts: TicketFacts, hours: Hours, at: datetime, ran_at: datetime | None
) -> datetime | None:
    """When a rule that last ran in this stretch at `ran_at` has to be looked at next; None where time alone does nothing."""
    if rule.when.holds(facts, at, between=hours.between):
        if ran_at is None:
            return at
        return next(iter(hours.later(ran_at, rule.again)), None) if rule.again else None
    for point in rule.when.turning_points(facts, later=hours.later):
        if point > at and rule.when.holds(as_of(facts, point), point, between=hours.between):
            return point
    return None


def as_of(facts: TicketFacts, at: datetime) -> TicketFacts:
    """The facts of a ticket to which nothing happens until an instant."""
    return replace(facts, is_breached=facts.breach_at is not None and facts.breach_at < at)


def begin_spread(definition_id: int, version_id: int | None) -> None:
    """Let a rule go over the open tickets from the first on."""
    row = db.session.get(RuleSpread, definition_id)
    if row is None:
        row = RuleSpread(definition_id=definition_id)
        db.session.add(row)
    row.version_id, row.cursor = version_id, 0
    db.session.flush()
    owe(SPREAD_JOB, definition_id)


def owe_spreads() -> None:
    """Owe each spread that was begun and not ended, and one for each version that began to hold by itself."""
    known = {row.definition_id: row for row in db.session.scalars(select(RuleSpread).limit(1000))}
    for version in store.current(Kind.TIMED_RULE):
        row = known.get(version.definition_id)
        if row is None or (row.cursor == FINISHED and row.version_id != version.id):
            begin_spread(version.definition_id, version.id)
    for row in known.values():
        if row.cursor != FINISHED:
            owe(SPREAD_JOB, row.definition_id)


def spread(definition_id: int) -> None:
    """Take a rule over all open tickets, some in each unit of work, so that a worker that dies loses little."""
    while _spread_some(definition_id):
        pass


def _spread_some(definition_id: int) -> bool:
    with unit_of_work():
        row = db.session.get(RuleSpread, definition_id, with_for_update=True)
        if row is None or row.cursor == FINISHED:
            return False
        version = _current(definition_id)
        if version is None:
            _forget(definition_id)
            row.cursor, row.version_id = FINISHED, None
            return False
        ids = _open_after(row.cursor)
        reckon(ids, [version])
        row.cursor = ids[-1] if ids else FINISHED
        row.version_id = version.id
        return bool(ids)


def _current(definition_id: int) -> Version | None:
    return next((one for one in active_timed_rules() if one.definition_id == definition_id), None)


def _forget(definition_id: int) -> None:
    if db.session.get(Definition, definition_id) is not None:
        db.session.execute(
            delete(RuleInstant)
            .where(RuleInstant.definition_id == definition_id)
            .execution_options(synchronize_session=False)
        )


def _open_after(cursor: int) -> list[int]:
    """Tickets for which time can still do something: all that were not closed for good."""
    return list(
        db.session.scalars(
            select(Ticket.id)
            .where(
                Ticket.id > cursor,
                Ticket.closed_at.is_(None),
                Ticket.deleted_at.is_(None),
                Ticket.merged_into_id.is_(None),
            )
            .order_by(Ticket.id)
            .limit(SPREAD_AT_ONCE)
        )
    )


def _present(ticket_ids: Collection[int]) -> list[int]:
    return list(
        db.session.scalars(
            select(Ticket.id).where(
                Ticket.id.in_(ticket_ids),
                Ticket.deleted_at.is_(None),
                Ticket.merged_into_id.is_(None),
            )
        )
    )


def _rows(
    ticket_ids: Sequence[int], versions: Iterable[Version]
) -> dict[tuple[int, int], RuleInstant]:
    rows = db.session.scalars(
        select(RuleInstant).where(
            RuleInstant.ticket_id.in_(ticket_ids),
            RuleInstant.definition_id.in_([one.definition_id for one in versions]),
        )
    )
    return {(row.definition_id, row.ticket_id): row for row in rows}


def _hours_or_none(version: Version) -> Hours | None:
    """A rule whose calendar is gone waits until there is one again."""
    try:
        return hours_of(version.value)
    except NotFound:
        return None


def _write(
    version: Version,
    ticket_id: int,
    row: RuleInstant | None,
    facts: TicketFacts,
    hours: Hours,
    at: datetime,
) -> None:
    rule: TimedRule = version.value
    ran_at = row.ran_at if row is not None else None
    if ran_at is not None and not rule.when.holds(facts, at, between=hours.between):
        ran_at = None
    look_at = next_look(rule, facts, hours, at, ran_at)
    if row is None and look_at is None:
        return
    if row is None:
        row = RuleInstant(definition_id=version.definition_id, ticket_id=ticket_id)
        db.session.add(row)
    row.at, row.ran_at = look_at, ran_at
