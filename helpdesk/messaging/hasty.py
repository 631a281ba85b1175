"""keep_soon(): what a service hands over is kept before it is answered, and it is answered in time.

Services that call us wait a few seconds and then call again. A database that is slow must not make one message five, and
one that is away must not lose any: what the database has not taken in time is written to the spool, from which it is
kept later. The ledger's key makes a copy harmless, should the database have taken it after all.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from channels.channel import RawItem
from channels.forms import FormAnswer
from helpdesk.core import clock, spool
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.keeping import Door, keep_at

log = logging.getLogger(__name__)

# Slack waits three seconds: a call asks the database twice, and one second is for everything else.
PATIENCE = timedelta(seconds=1)
AGAIN_SECONDS = 2.0
_THREADS = 8

Result = TypeVar("Result")

_pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="hasty")
_lock = threading.Lock()
_emptying: threading.Thread | None = None


class NotInTime(RuntimeError):
    """The database did not answer while somebody waited; they had better come again."""


def in_time(run: Callable[[], Result], patience: timedelta | None = None) -> Result:
    """What `run` gives, in a session of its own. Raises NotInTime when it takes longer than a caller waits."""
    app = this_app()
    asked = _pool.submit(_in_context, app, run)
    try:
        return asked.result((patience or _patience()).total_seconds())
    except TooLong:
        asked.cancel()
        asked.add_done_callback(_tell_of_failure)
        raise NotInTime("The database did not answer in time.") from None


def keep_soon(door: Door, items: Sequence[RawItem], patience: timedelta | None = None) -> None:
    """Keep these, in the database or else in the spool. Raises what the spool does when that fails too."""
    if not items:
        return
    try:
        in_time(lambda: _keep(door, items), patience)
    except (NotInTime, SQLAlchemyError) as slow:
        _spool(door, items, slow)


def keep_if(check: Callable[[], FormAnswer], door: Door, items: Sequence[RawItem]) -> FormAnswer:
    """Keep these if `check` takes them, within the time that keeping them would have; what is late is taken."""

    def run() -> FormAnswer:
        answer = check()
        if answer.takes:
            db.session.rollback()
            _keep(door, items)
        return answer

    try:
        return in_time(run)
    except (NotInTime, SQLAlchemyError) as slow:
        _spool(door, items, slow)
        return FormAnswer()


def empty_spool() -> int:
    """Keep in the database what waits in the spool; returns how many. Raises what the database raises."""
    taken = 0
    for path, body in spool.waiting():
        door, item = _read(body)
        try:
            _keep(door, [item])
        except IntegrityError:
            # The account was deleted meanwhile; nobody is left whose message this is.
            log.warning(
                "What the spool held is for no account.", extra={"account": door.account_id}
            )
        spool.done(path)
        taken += 1
    return taken


def this_app() -> Flask:
    """The application itself, for a thread that will need it."""
    return cast("Any", current_app)._get_current_object()  # type: ignore[no-any-return]  # A proxy knows no types.


def aside(run: Callable[[], None]) -> None:
    """Do something that nobody waits for, in a session of its own."""
    _pool.submit(_in_context, this_app(), run).add_done_callback(_tell_of_failure)


def _spool(door: Door, items: Sequence[RawItem], slow: Exception) -> None:
    log.warning("The database is late; a call is kept in the spool: %s", type(slow).__name__)
    for item in items:
        spool.put(f"{door.account_id}/{item.remote_id}", _written(door, item))
    empty_later(this_app())


def _patience() -> timedelta:
    return cast("timedelta", current_app.config.get("DESK_CALL_PATIENCE", PATIENCE))


def empty_later(app: Flask) -> None:
    """Have a thread empty the spool as soon as the database is well again; one a process."""
    global _emptying
    with _lock:
        if _emptying is not None and _emptying.is_alive():
            return
        _emptying = threading.Thread(target=_empty, args=(app,), name="spool", daemon=True)
        _emptying.start()


def _empty(app: Flask) -> None:
    pause = threading.Event()
    while True:
        with app.app_context():
            try:
                empty_spool()
            except SQLAlchemyError:
                log.warning("The database is still late; the spool waits.")
            finally:
                db.session.remove()
            with _lock:
                if spool.is_empty():
                    global _emptying
                    _emptying = None
                    return
        pause.wait(AGAIN_SECONDS)


def _in_context(app: Flask, run: Callable[[], Result]) -> Result:
    with app.app_context():
        try:
            return run()
        finally:
            db.session.remove()


def _tell_of_failure(asked: Future[Any]) -> None:
    if not asked.cancelled() and asked.exception() is not None:
        log.warning("What nobody waited for any more failed, too: %s", asked.exception())


def _keep(door: Door, items: Sequence[RawItem]) -> None:
    with unit_of_work():
        for item in items:
            keep_at(door, item)


def _written(door: Door, item: RawItem) -> bytes:
    said = {
        "account": door.account_id,
        "kind": door.kind,
        "remote_id": item.remote_id,
        "received_at": (item.received_at or clock.now()).isoformat(),
        "body": base64.b64encode(item.body).decode("ascii"),
    }
    return json.dumps(said).encode()


def _read(body: bytes) -> tuple[Door, RawItem]:
    said = json.loads(body)
    at = datetime.fromisoformat(said["received_at"]).astimezone(UTC)
    item = RawItem(said["remote_id"], base64.b64decode(said["body"]), at)
    return Door(said["account"], said["kind"]), item
