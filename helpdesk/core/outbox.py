"""Work owed after a commit: rows that are claimed, run and deleted; the database is the queue."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from helpdesk.core import clock
from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.unit_of_work import unit_of_work

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8
# Several jobs for one id each are claimed together, so that the claim is paid once; each is settled by itself.
CLAIMED_TOGETHER = 10
# An entry that was with so many workers when they died is taken for what killed them.
MOST_LOST = 50

Run = Callable[[], None]


# Built once, and past the mapper: both run for every job there is.
_TABLE = cast("Table", OutboxEntry.__table__)  # A mapped class's table is one, though typed wider.
_INSERT = insert(_TABLE)
_DELETE = delete(_TABLE).where(
    _TABLE.c.id.in_(bindparam("ids", expanding=True)), _TABLE.c.holder == bindparam("held_by")
)


class WorkersDied(RuntimeError):
    """So many workers ended while they held this entry that it may be what ended them."""


class LeaseLost(RuntimeError):
    """Another worker took this entry over, since we held it too long; our work is rolled back."""


@dataclass(frozen=True, slots=True)
class Job:
    """A function that a worker runs.

    `run` is given ids: one at a time unless `batch` is larger. When `atomic`, it runs inside the unit of work that also
    deletes the entry, so that its effect on the database happens exactly once; otherwise it opens its own units and
    must bear to run twice.

    `prepare` does what takes long before that unit of work is opened: given the ids of all entries that were claimed
    together, it yields for each in turn what is to be run inside, and raises nothing. `give_up` is told in words why
    the last try failed, inside the unit that then forgets the entry; without it the entry stays, as dead.
    """

    run: Callable[[Sequence[int]], None]
    lane: str
    atomic: bool = True
    batch: int = 1
    most_attempts: int = MOST_ATTEMPTS
    prepare: Callable[[Sequence[int]], Iterator[Run]] | None = None
    give_up: Callable[[int, Exception], None] | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry this worker holds."""

    id: int
    job: str
    subject_id: int
    holder: str
    attempts: int
    failures: int = 0


_jobs: Mapping[str, Job] = {}
_ring: Callable[[set[str]], None] | None = None


def install_jobs(jobs: Mapping[str, Job]) -> None:
    """Hand over the list of jobs; the application factory does this once."""
    global _jobs
    _jobs = jobs


def install_bell(ring: Callable[[set[str]], None] | None) -> None:
    """Say what wakes the workers of some lanes; without a bell the work waits for the next sweep."""
    global _ring
    _ring = ring


def take_bell_off(ring: Callable[[set[str]], None]) -> None:
    """Work without this bell from now on; another one stays."""
    if _ring == ring:
        install_bell(None)


def lanes() -> list[str]:
    """The names of all lanes, in a fixed order."""
    return sorted({job.lane for job in _jobs.values()})


def store_owed(owed: list[tuple[str, int]]) -> Callable[[], None]:
    """Write a row for each job owed; returns what rings the bell after the commit."""
    at = clock.now()
    rows = [
        {
            "job": name,
            "lane": _jobs[name].lane,
            "subject_id": subject_id,
            "state": OutboxState.WAITING,
            "attempts": 0,
            "failures": 0,
            "last_error": "",
            "due_at": at,
            "created_at": at,
        }
        for name, subject_id in owed
    ]
    db.session.connection().execute(_INSERT, rows)
    rung = {str(row["lane"]) for row in rows}

    def ring() -> None:
        if _ring is not None:
            _ring(rung)

    return ring


def drain(lane: str, *, at_most: int = 1000, stopping: Callable[[], bool] = lambda: False) -> int:
    """Settle what is due in a lane until nothing is left, or `at_most` entries; returns how many were settled."""
    settled = 0
    while settled < at_most and not stopping():
        claimed = claim(lane, _batch_of(lane))
        if not claimed:
            break
        for group, run in _prepared(_grouped(claimed)):
            settle(group, run)
        settled += len(claimed)
    return settled


def claim(lane: str, count: int) -> list[Claimed]:
    """Take up to `count` due entries for this worker, oldest first; nobody else gets them while the lease lasts."""
    # Reading first spares SQLite's write lock whenever there is nothing to do.
    if not _anything_due(lane):
        return []
    holder = secrets.token_hex(8)
    with unit_of_work():
        due = (
            select(OutboxEntry.id)
            .where(_is_due(lane))
            .order_by(OutboxEntry.due_at, OutboxEntry.id)
            .limit(count)
        )
        if is_postgresql():
            due = due.with_for_update(skip_locked=True)
        taken = db.session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id.in_(due.scalar_subquery()))
            .values(
                state=OutboxState.RUNNING,
                holder=holder,
                attempts=OutboxEntry.attempts + 1,
                due_at=clock.now() + LEASE,
            )
            .returning(
                OutboxEntry.id,
                OutboxEntry.job,
                OutboxEntry.subject_id,
                OutboxEntry.attempts,
                OutboxEntry.failures,
            ),
            execution_options={"synchronize_session": False},
        ).all()
    reach(Point.CLAIMED)
    return [
        Claimed(row.id, row.job, row.subject_id, holder, row.attempts, row.failures)
        for row in sorted(taken, key=lambda row: row.id)
    ]


def settle(entries: Sequence[Claimed], run: Run | None = None) -> None:
    """Run one job for these entries, and forget them; a failure is logged, noted and tried again later.

    `run` is what the job prepared for them, if it prepares anything.
    """
    job = _jobs[entries[0].job]
    ids = [entry.subject_id for entry in entries]
    run = run or partial(job.run, ids)
    try:
        _refuse_deadly(entries)
        if job.atomic:
            with unit_of_work():
                run()
                _forget(entries)
        else:
            run()
            db.session.rollback()
            with unit_of_work():
                _forget(entries)
    except LeaseLost:
        log.warning(
            "Another worker took over %s.",
            entries[0].job,
            extra={"entries": [entry.id for entry in entries]},
        )
    except Exception as error:
        # This is the one place that answers for every job: the failure is logged whole, and the work stays owed.
        log.exception(
            "Job %s failed.", entries[0].job, extra={"jobs": len(ids), "subjects": ids[:5]}
        )
        _put_back(entries, error)
    finally:
        db.session.remove()


def release_all() -> None:
    """Give back all work that is held; only for a process that knows no other holds any."""
    with unit_of_work():
        db.session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.state == OutboxState.RUNNING)
            .values(state=OutboxState.WAITING, holder=None, due_at=clock.now()),
            execution_options={"synchronize_session": False},
        )


def freshen() -> None:
    """Count the wait of all work from now on, inside the open unit of work: what is owed is from another time."""
    at = clock.now()
    db.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.state == OutboxState.WAITING, OutboxEntry.due_at <= at)
        .values(due_at=at, created_at=at),
        execution_options={"synchronize_session": False},
    )


def waiting(lane: str | None = None) -> int:
    """How many entries wait or run, at most 10,000 are counted."""
    found = select(OutboxEntry.id).where(OutboxEntry.state != OutboxState.DEAD)
    if lane is not None:
        found = found.where(OutboxEntry.lane == lane)
    return db.session.scalar(select(func.count()).select_from(found.limit(10_000).subquery())) or 0


def due_lanes(since: timedelta = timedelta()) -> set[str]:
    """The lanes in which something is due now, and has been for `since`."""
    return {lane for lane in lanes() if _anything_due(lane, since)}


def sweep() -> set[str]:
    """Ring for everything that is due and that no bell has brought to a worker."""
    found = due_lanes()
    if found and _ring is not None:
        _ring(found)
    return found


def _is_due(lane: str, since: timedelta = timedelta()) -> ColumnElement[bool]:
    # A running entry whose lease has ended belongs to a worker that died; `due_at` holds the end of the lease.
    return and_(
        OutboxEntry.lane == lane,
        or_(OutboxEntry.state == OutboxState.WAITING, OutboxEntry.state == OutboxState.RUNNING),
        OutboxEntry.due_at <= clock.now() - since,
    )


def _anything_due(lane: str, since: timedelta = timedelta()) -> bool:
    found = db.session.scalar(select(OutboxEntry.id).where(_is_due(lane, since)).limit(1))
    db.session.rollback()
    return found is not None


def _batch_of(lane: str) -> int:
    return max(
        job.batch if job.batch > 1 else (CLAIMED_TOGETHER if job.atomic else 1)
        for job in _jobs.values()
        if job.lane == lane
    )


def _grouped(claimed: list[Claimed]) -> list[list[Claimed]]:
    groups: list[list[Claimed]] = []
    for entry in claimed:
        last = groups[-1] if groups else None
        if last and last[0].job == entry.job and len(last) < _jobs[entry.job].batch:
            last.append(entry)
        else:
            groups.append([entry])
    return groups


def _prepared(
    groups: list[list[Claimed]],
) -> Iterator[tuple[list[Claimed], Run | None]]:
    """Each group with what its job prepared for it, prepared when its turn comes."""
    waiting: dict[str, list[int]] = {}
    for group in groups:
        if _jobs[group[0].job].prepare is not None:
            waiting.setdefault(group[0].job, []).extend(entry.subject_id for entry in group)
    runs = {
        name: prepare(ids)
        for name, ids in waiting.items()
        if (prepare := _jobs[name].prepare) is not None
    }
    for group in groups:
        found = runs.get(group[0].job)
        yield group, (next(found) if found is not None else None)


def _refuse_deadly(entries: Sequence[Claimed]) -> None:
    for entry in entries:
        if entry.attempts - entry.failures > MOST_LOST:
            raise WorkersDied(f"{entry.attempts - entry.failures} workers ended while they had it.")


def _forget(entries: Sequence[Claimed]) -> None:
    held = {"ids": [entry.id for entry in entries], "held_by": entries[0].holder}
    db.session.flush()
    if db.session.connection().execute(_DELETE, held).rowcount != len(entries):
        raise LeaseLost(entries[0].job)


def _put_back(entries: Sequence[Claimed], error: Exception) -> None:
    db.session.rollback()
    job = _jobs[entries[0].job]
    for entry in entries:
        if entry.failures + 1 < job.most_attempts:
            _try_later(entry, error)
        elif job.give_up is None:
            _bury(entry, error)
        else:
            _hand_over(entry, error, job.give_up)


def _try_later(entry: Claimed, error: Exception) -> None:
    pause = timedelta(seconds=min(2 ** (entry.failures + 1), 600))
    _note_failure(entry, error, OutboxState.WAITING, due_in=pause)


def _bury(entry: Claimed, error: Exception) -> None:
    _note_failure(entry, error, OutboxState.DEAD, due_in=timedelta())


def _hand_over(entry: Claimed, error: Exception, give_up: Callable[[int, Exception], None]) -> None:
    """Let the job say what becomes of it; if even that fails, the entry stays where it is seen."""
    try:
        with unit_of_work():
            give_up(entry.subject_id, error)
            _forget([entry])
    except Exception:
        log.exception("Job %s could not be given up.", entry.job, extra={"entry": entry.id})
        db.session.rollback()
        _bury(entry, error)


def _note_failure(
    entry: Claimed, error: Exception, state: OutboxState, *, due_in: timedelta
) -> None:
    with unit_of_work():
        db.session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id == entry.id, OutboxEntry.holder == entry.holder)
            .values(
                state=state,
                holder=None,
                failures=OutboxEntry.failures + 1,
                due_at=clock.now() + due_in,
                last_error=f"{type(error).__name__}: {error}".replace("\x00", "")[:2000],
            ),
            execution_options={"synchronize_session": False},
        )
