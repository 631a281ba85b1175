"""ask(): what a web service says to an answer service: kept for a while, given little time, and left alone when it fails.

Everything that is typed stands in the address quoted; the host is the administrator's and is called as every host outside
is (S25). A service that fails three times running rests for a minute, then for two, at most for half an hour, and one call
tries it again.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.calling import Reach, call
from channels.channel import ChannelError
from helpdesk.answers.models import AnswerKept, AnswerLine
from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import is_open, unit_of_work
from workflows.services import FromWeb, fill

log = logging.getLogger(__name__)

FAILURES_BORNE = 3
SHORTEST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=30)
MOST_BYTES = 256 * 1024
LONGEST_VALUE = 500


class Silent(Exception):
    """The service gives no answer now; the text is for those who look after it, and holds nothing that was typed."""


@dataclass(frozen=True, slots=True)
class Said:
    """What it said, and when; `is_old` if it was said before the time for which an answer is good."""

    values: Mapping[str, str]
    at: datetime
    is_old: bool = False


def ask(name: str, source: FromWeb, given: Mapping[str, str]) -> Said:
    """What the service says to these values. Raises Silent.

    Never called inside a unit of work, since that would hold others up for as long as the service takes; there, only
    what is kept can answer.
    """
    url = fill(source.url, {key: quote(value, safe="") for key, value in given.items()})
    digest = _digest(name, source, url)
    kept = db.session.get(AnswerKept, digest)
    now = clock.now()
    if kept is not None and now < kept.at + source.keep:
        return Said(kept.values, kept.at)
    try:
        if is_open():
            raise Silent("a web service cannot be asked in the middle of other work")
        return _ask_anew(name, source, url, digest)
    except Silent:
        if kept is not None and now < kept.at + source.keep_at_most:
            return Said(kept.values, kept.at, is_old=True)
        raise


def _ask_anew(name: str, source: FromWeb, url: str, digest: str) -> Said:
    with unit_of_work():
        may = _may_try(name)
    if not may:
        raise Silent("the service failed lately and is left alone for a while")
    try:
        values = read(source, _fetch(source, url))
    except ChannelError as failure:
        _note_failure(name, failure.message)
        raise Silent(failure.message) from failure
    now = clock.now()
    with unit_of_work():
        line = _line(name)
        line.failures, line.rests_until = 0, None
        _keep(name, source, digest, values, now)
    return Said(values, now)


def _fetch(source: FromWeb, url: str) -> bytes:
    reach = Reach(hosts=current_app.config.get("DESK_INTERNAL_HOSTS", ()))
    answer = call(
        url,
        headers={"Accept": "application/json"},
        reach=reach,
        most_bytes=MOST_BYTES,
        longest=source.within,
    )
    if answer.status == 404:
        # It was reached, and knows of nothing like this.
        return b"{}"
    if not answer.is_good:
        raise ChannelError(f"{answer.host} answered with {answer.status}.")
    return answer.body


def read(source: FromWeb, body: bytes) -> dict[str, str]:
    """The values that the administrator asked for; those that are not there are left out. Raises ChannelError."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as unfit:
        raise ChannelError("The service did not answer with JSON.") from unfit
    found = {name: _at(said, steps.split(".")) for name, steps in source.find.items()}
    return {name: value for name, value in found.items() if value}


def _at(said: Any, steps: list[str]) -> str:
    for step in steps:
        if isinstance(said, Mapping):
            said = said.get(step)
        elif isinstance(said, list) and step.isascii() and step.isdigit() and len(step) < 5:
            said = said[int(step)] if int(step) < len(said) else None
        else:
            return ""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return ""
    plain = "".join(sign if sign.isprintable() else " " for sign in str(said)[:LONGEST_VALUE])
    return " ".join(plain.split())


def _may_try(name: str) -> bool:
    """Whether the service may be called now; after a rest, one call goes ahead of all others."""
    line, now = _line(name), clock.now()
    if line.rests_until is None:
        return True
    taken = db.session.execute(
        update(AnswerLine)
        .where(AnswerLine.service == name, AnswerLine.rests_until <= now)
        .values(rests_until=now + SHORTEST_REST)
        .execution_options(synchronize_session=False)
    )
    # What an update returns has a count of rows, which its type does not say.
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _note_failure(name: str, words: str) -> None:
    log.warning("A web service for answers failed.", extra={"service": name})
    with unit_of_work():
        line, now = _line(name), clock.now()
        line.failures += 1
        line.last_error, line.failed_at = words[:300], now
        if line.failures >= FAILURES_BORNE:
            rest = SHORTEST_REST * 2 ** min(line.failures - FAILURES_BORNE, 10)
            line.rests_until = now + min(rest, LONGEST_REST)


def _line(name: str) -> AnswerLine:
    """How the line to a service stands, locked; made where there is none."""
    _upsert(AnswerLine, {"service": name, "failures": 0}, "service")
    return db.session.get_one(AnswerLine, name, with_for_update=True, populate_existing=True)


def _keep(name: str, source: FromWeb, digest: str, values: dict[str, str], now: datetime) -> None:
    until = now + max(source.keep, source.keep_at_most)
    changed = {"values": values, "at": now, "until": until}
    _upsert(AnswerKept, {"digest": digest, "service": name, **changed}, "digest", changed)


def _upsert(
    row: type[Any], values: Mapping[str, Any], key: str, changed: Mapping[str, Any] | None = None
) -> None:
    """Write a row that another process may be writing at this moment; `changed` is written over what is there."""
    # In the names of the columns, for the statement of the database knows no others.
    named = {getattr(row, name).property.columns[0].name: one for name, one in values.items()}
    again = {
        getattr(row, name).property.columns[0].name: one for name, one in (changed or {}).items()
    }
    insert = (postgresql if is_postgresql() else sqlite).insert(row.__table__).values(named)
    statement = (
        insert.on_conflict_do_update(index_elements=[key], set_=again)
        if again
        else insert.on_conflict_do_nothing(index_elements=[key])
    )
    db.session.execute(statement)


def _digest(name: str, source: FromWeb, url: str) -> str:
    """By what an answer is kept: the call and what is read from it, so that neither stands in the table in the clear."""
    whole = json.dumps([name, url, sorted(source.find.items())])
    return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Trouble:
    """How a service fails: how often running, what it said last and when, and until when it is left alone, if it is."""

    failures: int
    words: str
    at: datetime | None
    rests_until: datetime | None


def troubles() -> dict[str, Trouble]:
    """The services that failed when they were last asked, by name."""
    now = clock.now()
    found = db.session.scalars(
        select(AnswerLine).where(AnswerLine.failures > 0).order_by(AnswerLine.service).limit(500)
    )
    return {
        one.service: Trouble(
            one.failures,
            one.last_error,
            one.failed_at,
            one.rests_until if one.rests_until is not None and one.rests_until > now else None,
        )
        for one in found
    }


def sweep() -> None:
    """Delete what is kept no longer."""
    db.session.execute(
        delete(AnswerKept)
        .where(AnswerKept.until < clock.now())
        .execution_options(synchronize_session=False)
    )
