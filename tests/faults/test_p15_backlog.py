"""P15: a backlog comes in whole, oldest first; it may be stopped at any time and goes on where it stood."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging import reading
from helpdesk.messaging.collecting import collect_account, look_into
from helpdesk.messaging.models import RawMessage
from tests.faults.mailboxes import articles, kept, on_dovecot, standing
from tests.helpdesk.messaging.post import mail_from, tickets
from tests.servers.dovecot import Dovecot

pytestmark = pytest.mark.faults

BACKLOG = 200


@pytest.fixture
def full_mailbox(app: Any, dovecot: Dovecot, clock: StoppedClock) -> tuple[int, str]:
    """A mailbox on a real server with a backlog, and the id of its account."""
    user = dovecot.new_user()
    bodies = [mail_from(subject=f"Mail {number:03}") for number in range(BACKLOG)]
    dovecot.append(user, *bodies, at=clock.now() + timedelta(minutes=1))
    return on_dovecot(dovecot, user).id, user


def subjects() -> list[str]:
    """What was kept, in the order in which it was."""
    return list(db.session.scalars(select(RawMessage.subject).order_by(RawMessage.id)))


def in_order(count: int) -> list[str]:
    return [f"Mail {number:03}" for number in range(count)]


def test_all_of_a_backlog_becomes_tickets_oldest_first(
    full_mailbox: tuple[int, str], dovecot: Dovecot
) -> None:
    account_id, user = full_mailbox
    assert collect_account(account_id) == BACKLOG
    # What follows each mail is no part of this.
    outbox.drain("intake")
    assert subjects() == in_order(BACKLOG)
    assert [ticket.subject for ticket in tickets()] == in_order(BACKLOG)
    assert (articles(), standing(account_id)) == (BACKLOG, {"done": BACKLOG})
    assert all(b"\\Seen" in flags for flags in dovecot.flags(user))


def test_it_stops_when_told_and_goes_on_where_it_stood(
    full_mailbox: tuple[int, str], dovecot: Dovecot
) -> None:
    account_id, user = full_mailbox
    stops = []
    while kept() < BACKLOG:
        turns = iter([True, True, True])
        look_into(account_id, lambda turns=turns: next(turns, False))
        stops.append(kept())
        assert subjects() == in_order(kept())
        assert sum(b"\\Seen" in flags for flags in dovecot.flags(user)) == kept()
    assert len(stops) > 2
    assert collect_account(account_id) == 0
    assert kept() == BACKLOG


def test_each_part_of_it_is_committed_before_the_next_is_asked_for(
    full_mailbox: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id, _user = full_mailbox
    monkeypatch.setattr(reading, "KEPT_TOGETHER", 7)
    seen: list[int] = []

    def look() -> bool:
        db.session.rollback()
        seen.append(kept())
        db.session.rollback()
        return True

    look_into(account_id, look)
    assert seen[-1] == BACKLOG
    assert max(later - earlier for earlier, later in pairwise(seen)) <= 7
