"""Rows of the counting: read for some tickets at once, and written back with as few statements as it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update

from helpdesk.core.db import db
from helpdesk.sla.counting import BREACH, Count
from helpdesk.sla.day_clocks import DayClock, is_day_clock, values_of
from helpdesk.sla.facts import RowFact, moment, seconds
from helpdesk.sla.library import Library
from helpdesk.sla.models import SlaEvent, SlaTicket, SlaTimer
from helpdesk.tickets.deadlines import put_deadlines
from workflows.sla import Incremental, Situation, TicketFacts, TimerRow
from workflows.sla_reading import read

# A mapped class's table is one, though typed wider.
_EVENT = cast("Table", SlaEvent.__table__)
_TICKET = cast("Table", SlaTicket.__table__)
_TIMER = cast("Table", SlaTimer.__table__)

# Built once: putting these together for every mail took longer than the database took to answer.
_LOOK_AT = (
    select(_TICKET)
    .where(_TICKET.c.ticket_id.in_(bindparam("ids", expanding=True)))
    .order_by(_TICKET.c.ticket_id)
)
_HOLD = _LOOK_AT.with_for_update()
_TIMERS_OF = select(
    _TIMER.c.id,
    _TIMER.c.ticket_id,
    _TIMER.c.metric,
    _TIMER.c.cycle,
    _TIMER.c.breached_at,
    _TIMER.c.state,
).where(_TIMER.c.ticket_id.in_(bindparam("ids", expanding=True)))
_EVENTS_OF = (
    select(_EVENT.c.seq, _EVENT.c.at, _EVENT.c.kind, _EVENT.c.data)
    .where(_EVENT.c.ticket_id == bindparam("ticket"))
    .order_by(_EVENT.c.seq)
)
_INSERT_EVENTS = insert(_EVENT)
_INSERT_TICKETS = insert(_TICKET)
_INSERT_TIMERS = insert(_TIMER)
_DELETE_TIMERS = delete(_TIMER).where(_TIMER.c.id == bindparam("row"))


def _updating(table: Table, key: str) -> Any:
    named: dict[str, Any] = {
        column.key: bindparam(f"new_{column.key}")
        for column in table.columns
        if column.key not in ("id", "ticket_id", "known_since", "metric", "cycle")
    }
    return update(table).where(table.c[key] == bindparam("row")).values(named)


_UPDATE_TICKETS = _updating(_TICKET, "ticket_id")
_UPDATE_TIMERS = _updating(_TIMER, "id")


def load(ticket_ids: Collection[int], library: Library) -> dict[int, Count]:
    """The counts of those of these tickets that are counted, held against other writers; two statements."""
    return _read(_HOLD, ticket_ids, library)


def look_at(ticket_ids: Collection[int], library: Library) -> dict[int, Count]:
    """The same for whoever writes nothing."""
    return _read(_LOOK_AT, ticket_ids, library)


def _read(statement: Any, ticket_ids: Collection[int], library: Library) -> dict[int, Count]:
    if not ticket_ids:
        return {}
    connection = db.session.connection()
    rows = connection.execute(statement, {"ids": sorted(ticket_ids)})
    found = {row.ticket_id: row for row in rows}
    if not found:
        return {}
    timers: dict[int, list[Any]] = {ticket_id: [] for ticket_id in found}
    for row in connection.execute(_TIMERS_OF, {"ids": sorted(found)}):
        timers[row.ticket_id].append(row)
    return {ticket_id: _count(row, timers[ticket_id], library) for ticket_id, row in found.items()}


def new_count(ticket_id: int, library: Library, known_since: datetime) -> Count:
    """The count of a ticket that nobody has counted yet."""
    return Count(ticket_id, library, known_since=known_since, read_earlier=facts_of)


def facts_of(ticket_id: int) -> list[RowFact]:
    """All facts of a ticket, in order."""
    rows = db.session.connection().execute(_EVENTS_OF, {"ticket": ticket_id})
    return [RowFact(row.seq, row.at, row.kind, row.data) for row in rows]


def save(counts: Iterable[Count]) -> list[int]:
    """Write what these counts have become; where no fact came, only their timers can have changed.

    Returns the tickets whose deadline moved, or may have.
    """
    counts = list(counts)
    written = [count for count in counts if count.facts or count.is_touched]
    _execute(
        _INSERT_EVENTS,
        [_event(count, number) for count in written for number in range(len(count.facts))],
    )
    _execute(_INSERT_TICKETS, [_ticket(count) for count in written if count.is_new])
    _execute(
        _UPDATE_TICKETS,
        [_renamed(count.ticket_id, _ticket(count)) for count in written if not count.is_new],
    )
    _save_timers(counts)
    moved = put_deadlines(count.deadline() for count in written)
    for count in counts:
        _forget_written(count)
    return moved


def _save_timers(counts: Iterable[Count]) -> None:
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    for count in counts:
        gone += [{"row": count.kept.pop(key)} for key in count.dropped if key in count.kept]
        for key, row in count.changed.items():
            if key not in count.kept and _is_uncounted(row):
                continue
            values = _timer(count, key, row)
            if key in count.kept:
                changed.append(_renamed(count.kept[key], values))
            else:
                added.append(values)
        for key, clock in count.changed_days.items():
            values = _day_timer(count, clock)
            if key in count.kept:
                changed.append(_renamed(count.kept[key], values))
            else:
                added.append(values)
    _execute(_DELETE_TIMERS, gone)
    _execute(_UPDATE_TIMERS, changed)
    _execute(_INSERT_TIMERS, added)


def _execute(statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.connection().execute(statement, rows)


def _count(row: Any, timers: list[Any], library: Library) -> Count:
    offsets = dict(row.state.get("offsets", {}))
    count = Count(
        row.ticket_id,
        library,
        last_seq=row.last_seq,
        last_at=row.last_at,
        known_since=row.known_since,
        from_seq=row.state.get("from_seq", 1),
        offsets=offsets,
        is_new=False,
        kept={(one.metric, one.cycle): one.id for one in timers},
        read_earlier=facts_of,
    )
    rows = []
    for one in sorted(timers, key=lambda timer: timer.cycle):
        if is_day_clock(one.state):
            count.days[one.metric] = DayClock.from_json(one.metric, one.cycle, one.state)
            count.days[one.metric].breached_at = one.breached_at
        elif one.cycle > offsets.get(one.metric, 0):
            rows.append(TimerRow.from_json(one.state))
    rows += [TimerRow.from_json(one) for one in row.state.get("uncounted", ())]
    facts = TicketFacts.from_json(row.state["facts"])
    count.timers = Incremental(facts, rows, library, count._history)
    count.starts = set(row.state.get("starts", ()))
    count.known_firings = {
        (one.metric, one.cycle, rule) for one in timers for rule in one.state.get("fired", {})
    } | {(one.metric, one.cycle, BREACH) for one in timers if one.breached_at is not None}
    return count


def _event(count: Count, number: int) -> dict[str, Any]:
    new = count.facts[number]
    return {
        "ticket_id": count.ticket_id,
        "seq": new.row.seq,
        "at": new.row.at,
        "kind": str(new.row.kind),
        "data": {name: value for name, value in new.row.data.items() if value is not None},
        "cause": new.cause[:200],
        "actor_id": new.actor_id,
    }


def _ticket(count: Count) -> dict[str, Any]:
    facts = count.state
    version = count.library.version(facts.policy) if facts.policy else None
    return {
        "ticket_id": count.ticket_id,
        "last_seq": count.last_seq,
        "last_at": count.last_at,
        "known_since": count.known_since,
        "policy": version.name if version else None,
        "policy_version_id": version.id if version else None,
        "is_open": count.is_open,
        "state": {
            "facts": facts.to_json(),
            "from_seq": count.from_seq,
            **({"offsets": count.offsets} if count.offsets else {}),
            **({"starts": sorted(count.starts)} if count.starts else {}),
            **({"uncounted": uncounted} if (uncounted := _uncounted(count)) else {}),
        },
    }


def _is_uncounted(row: TimerRow) -> bool:
    """Whether no policy has ever counted a timer; it waits with its ticket, and needs no row that nobody asks for."""
    return all(span.situation is Situation.NO_POLICY for span in row.spans)


def _uncounted(count: Count) -> list[dict[str, Any]]:
    assert count.timers is not None  # A count that is written was opened.
    return [
        row.to_json()
        for row in count.timers.rows
        if _is_uncounted(row)
        and (row.metric, row.cycle + count.offsets.get(row.metric, 0)) not in count.kept
    ]


def _timer(count: Count, key: tuple[str, int], row: TimerRow) -> dict[str, Any]:
    assert count.last_at is not None  # A count that is written has facts.
    at = max(seconds(count.last_at), row.since)
    reading = read(row, at, count.library)
    return {
        "ticket_id": count.ticket_id,
        "metric": key[0],
        "cycle": key[1],
        "group_name": row.group,
        "status": reading.status.value,
        "started_at": moment(row.started_at),
        "stopped_at": moment(row.stopped_at),
        "stop_reason": row.reason.value if row.reason else None,
        "target": row.target,
        "elapsed": reading.elapsed,
        "paused_working": reading.paused_working,
        "marked_at": moment(at if row.stopped_at is None else row.stopped_at),
        "due_at": moment(row.due_at),
        "breach_at": moment(row.breach_at),
        "breached_at": moment(row.breached_at),
        "next_rule_at": moment(row.next_rule_at) if row.is_running else None,
        "outcome": reading.outcome.value if reading.outcome else None,
        "policy_version_id": int(row.policy) if row.policy else None,
        "state": row.to_json(),
    }


def _day_timer(count: Count, clock: DayClock) -> dict[str, Any]:
    assert count.last_at is not None  # A count that is written has facts.
    definition = count.library.version(clock.reference).value
    account = clock.account(definition, count.last_at)
    values = values_of(clock, definition, account, count.last_at)
    return {**values, "ticket_id": count.ticket_id, "breached_at": clock.breached_at}


def _renamed(row: int, values: Mapping[str, Any]) -> dict[str, Any]:
    skipped = ("ticket_id", "known_since", "metric", "cycle")
    return {
        "row": row,
        **{f"new_{name}": value for name, value in values.items() if name not in skipped},
    }


def _forget_written(count: Count) -> None:
    """A count that goes on within the unit writes nothing twice."""
    if count.earlier is not None:
        count.earlier = [*count.earlier, *(new.row for new in count.facts)]
    count.facts, count.changed, count.dropped = [], {}, set()
    count.changed_days, count.is_touched = {}, False
    count.is_new = False
