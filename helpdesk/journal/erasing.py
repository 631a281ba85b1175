"""Forgetting what digests of personal text were made with: nobody can hold a guess against them, and the chain still holds."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import tuple_, update

from helpdesk.core.db import db
from helpdesk.journal.models import Entry


def forget_texts(kind: str, places: Iterable[tuple[int, int]]) -> None:
    """Forget the salts of the entries at these places, each a subject and a number."""
    wanted = sorted(set(places))
    for start in range(0, len(wanted), 400):
        db.session.execute(
            update(Entry)
            .where(
                Entry.subject_kind == kind,
                tuple_(Entry.subject_id, Entry.seq).in_(wanted[start : start + 400]),
            )
            .values(salt=None)
            .execution_options(synchronize_session="fetch")
        )
