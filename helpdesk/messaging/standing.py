"""How the servers that take our mail stand: one that is away is asked for by one mail, and the others wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.messaging.accounts import EMAIL
from helpdesk.messaging.models import ChannelAccount, Delivery
from helpdesk.messaging.outlet_models import OutletStanding

DESK = "desk"
NOWHERE = ""
_OWN = "account:"

# A server that is away is looked for after 1, 2, 4 and then every 5 minutes, so that mail leaves soon after it is back.
LONGEST_PAUSE = timedelta(minutes=5)
# How often it is noted that all is well: a row that every mail writes would make them wait for each other.
NOTED_EVERY = timedelta(minutes=5)


def name_of(account: ChannelAccount | None) -> str:
    """The name of what a mail of this account leaves by; `NOWHERE` when no server is set."""
    if account is not None and (account.kind != EMAIL or account.settings.get("smtp_host")):
        return f"{_OWN}{account.id}"
    return DESK if current_app.config.get("DESK_SMTP_URL") else NOWHERE


def standing_of(name: str) -> OutletStanding | None:
    """How a server stands; None when nothing was ever sent by it."""
    return db.session.get(OutletStanding, name) if name else None


def all_standings() -> Sequence[OutletStanding]:
    """Every server that mail was sent by, by name."""
    return db.session.scalars(select(OutletStanding).order_by(OutletStanding.name).limit(500)).all()


def away() -> Sequence[OutletStanding]:
    """The servers that were away when they were last looked for."""
    return db.session.scalars(
        select(OutletStanding).where(OutletStanding.away_since.is_not(None)).limit(500)
    ).all()


def is_away(standing: OutletStanding | None, at: datetime) -> bool:
    """Whether a server is away and it is not yet time to look for it."""
    return bool(
        standing is not None
        and standing.away_since is not None
        and standing.next_try_at is not None
        and standing.next_try_at > at
    )


def leaves_by(name: str) -> ColumnElement[bool]:
    """The deliveries that leave by this server, as accounts are set now."""
    if name.startswith(_OWN):
        return Delivery.account_id == int(name.removeprefix(_OWN))
    own = [
        account.id
        for account in db.session.scalars(select(ChannelAccount).limit(500))
        if name_of(account).startswith(_OWN)
    ]
    return or_(Delivery.account_id.is_(None), Delivery.account_id.not_in(own))


def note_good(name: str, largest: int | None) -> bool:
    """Note that a server took mail; True when it had been away. Inside the open unit of work."""
    if not name:
        return False
    standing, at = _row(name), clock.now()
    was_away = standing.away_since is not None
    late = standing.last_good_at is None or at - standing.last_good_at >= NOTED_EVERY
    if was_away or late or standing.largest != largest:
        standing.failures, standing.away_since, standing.next_try_at = 0, None, None
        standing.last_error, standing.last_good_at, standing.largest = "", at, largest
    return was_away


def note_away(name: str, words: str) -> datetime:
    """Note that a server could not be spoken to; returns when it is looked for again."""
    at = clock.now()
    if not name:
        return at + LONGEST_PAUSE
    standing = _row(name)
    if standing.next_try_at is not None and standing.next_try_at > at:
        # Another mail found the same a moment ago; that is one failure and not two.
        return standing.next_try_at
    standing.failures += 1
    standing.away_since = standing.away_since or at
    pause = min(timedelta(minutes=2 ** min(standing.failures - 1, 10)), LONGEST_PAUSE)
    standing.next_try_at, standing.last_error = at + pause, words.replace("\x00", "")[:2000]
    return standing.next_try_at


def look_now(name: str) -> None:
    """Let the next mail ask for the server at once, since a person wants it."""
    standing = standing_of(name)
    if standing is not None and standing.away_since is not None:
        standing.next_try_at = clock.now()


def note_largest(name: str, largest: int) -> None:
    """Note how many bytes a server takes in one mail."""
    if name:
        _row(name).largest = largest


def _row(name: str) -> OutletStanding:
    found = db.session.get(OutletStanding, name, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    fresh = insert(OutletStanding).values(name=name, failures=0, last_error="")
    db.session.execute(fresh.on_conflict_do_nothing())
    return db.session.get_one(OutletStanding, name, with_for_update=True, populate_existing=True)
