"""Whether an account can be used: said on it in plain words when its service turns us away, and taken back once it does not."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.setting_aside import fit

# A row that every message writes would make them wait for each other.
NOTED_EVERY = timedelta(minutes=5)


def note_broken(account_id: int, words: str) -> None:
    """Say on the account why it cannot be used; opens its own unit of work."""
    with unit_of_work():
        account = _account(account_id)
        if account is not None:
            account.failures += 1
            account.last_error, account.last_error_at = fit(words)[:2000], clock.now()


def note_sound(account_id: int) -> None:
    """Say that it works; opens its own unit of work, and only when there is something to say."""
    at = clock.now()
    known = db.session.get(ChannelAccount, account_id)
    late = known is not None and (
        known.last_good_at is None or at - known.last_good_at >= NOTED_EVERY
    )
    to_say = known is not None and (late or known.last_error)
    db.session.rollback()
    if not to_say:
        return
    with unit_of_work():
        account = _account(account_id)
        if account is not None:
            account.last_error, account.failures, account.last_good_at = "", 0, at


def _account(account_id: int) -> ChannelAccount | None:
    return db.session.get(ChannelAccount, account_id, with_for_update=True, populate_existing=True)
