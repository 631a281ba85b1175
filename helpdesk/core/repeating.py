"""The same request twice is one request: what was answered under a key is answered again, and nothing is done anew (P35).

As draft-ietf-httpapi-idempotency-key-header has it: the key is the asker's, a key with another request is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, cast

from flask_babel import gettext as _
from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import Invalid
from helpdesk.core.models import Answered

# So long a program may try again.
KEPT = timedelta(days=7)
LONGEST_KEY = 255

_ANSWERED = cast("Table", Answered.__table__)  # A mapped class's table is one, though typed wider.


class Answer(NamedTuple):
    """A status of HTTP and what was said, as JSON; `is_repeated` when it was said before."""

    status: int
    said: Any
    is_repeated: bool = False


def once(asker: str, key: str, digest: str, work: Callable[[], tuple[int, Any]]) -> Answer:
    """Do a piece of work once for a key of this asker, inside the open unit of work; later only its answer is given.

    Of two at the same moment the second waits for the first. What raises leaves nothing behind, and may be tried again.
    Raises Invalid for a key that came with another request.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(
            _("An Idempotency-Key is a text of at most %(most)s characters.", most=LONGEST_KEY),
            _("A random UUID is a good one."),
        )
    if not _claim(asker, key, digest):
        return _given(asker, key, digest)
    status, said = work()
    mine = _ANSWERED.c.asker == asker, _ANSWERED.c.key == key
    db.session.execute(update(_ANSWERED).where(*mine).values(status=status, answer=said))
    return Answer(status, said)


def sweep_answers() -> None:
    """Forget what nobody asks for again; inside the open unit of work."""
    db.session.execute(delete(_ANSWERED).where(_ANSWERED.c.created_at < clock.now() - KEPT))


def _claim(asker: str, key: str, digest: str) -> bool:
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    row = insert(_ANSWERED).values(
        asker=asker, key=key, digest=digest, status=0, answer=None, created_at=clock.now()
    )
    # PostgreSQL waits here for whoever holds the key; SQLite has one writer at a time.
    claimed = row.on_conflict_do_nothing(index_elements=["asker", "key"]).returning(_ANSWERED.c.id)
    return db.session.execute(claimed).first() is not None


def _given(asker: str, key: str, digest: str) -> Answer:
    row = db.session.execute(
        select(_ANSWERED).where(_ANSWERED.c.asker == asker, _ANSWERED.c.key == key)
    ).one()
    if row.digest != digest:
        raise Invalid(
            _("This Idempotency-Key was used for another request."),
            _("Use a new key for a new request, and the same one only to try again."),
        )
    return Answer(row.status, row.answer, is_repeated=True)
