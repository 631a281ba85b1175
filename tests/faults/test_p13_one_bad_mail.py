"""P13: one bad mail stops no other: it waits in quarantine with its reason, and everything else is filed."""

from __future__ import annotations

import logging
import os
import signal
from datetime import timedelta

import pytest

from channels.channel import RawItem
from channels.parser_pool import ParserPool
from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.keeping import body_of, keep
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.setting_aside import refile
from tests.helpdesk.messaging.post import messages_of, tickets

pytestmark = pytest.mark.faults

LANES = ("intake", "slow")
TRIES = 3


def arrive(account: ChannelAccount, *words: str) -> list[int]:
    """Keep a mail for each word; gives their ids, since a worker lets go of the rows of its session."""
    with unit_of_work():
        account = db.session.merge(account)
        kept = [keep(account, RawItem(f"item:{word}", word.encode())) for word in words]
    return [raw.id for raw in kept if raw is not None]


def now(raw_id: int) -> RawMessage:
    return db.session.get_one(RawMessage, raw_id, populate_existing=True)


def work(clock: StoppedClock, rounds: int = 1) -> None:
    """Drain both lanes; between two rounds the pauses after a failure pass."""
    for _ in range(rounds):
        for lane in LANES:
            outbox.drain(lane)
        clock.advance(timedelta(minutes=1))


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Each failed try is logged whole, which is right and no help here."""
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("crash", "ended with code 3"),
        ("raise", "it broke"),
        ("segfault", "signal 11"),
        ("memory", "more memory"),
        ("hang", "not read after"),
    ],
)
def test_what_breaks_the_parser_is_quarantined_after_three_tries(
    breaking: ChannelAccount, clock: StoppedClock, harm: str, words: str
) -> None:
    [bad, good] = arrive(breaking, harm, "good")

    work(clock)
    assert (now(bad).state, now(good).state) == (RawState.WAITING, RawState.DONE)
    work(clock, TRIES)

    raw = now(bad)
    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "breaks-parser")
    assert words in raw.detail
    assert body_of(raw) == harm.encode()
    assert outbox.waiting("intake") + outbox.waiting("slow") == 0


def test_what_takes_long_waits_in_a_lane_of_its_own(
    breaking: ChannelAccount, clock: StoppedClock
) -> None:
    arrive(breaking, "hang", "good")
    outbox.drain("intake")

    assert (outbox.waiting("intake"), outbox.waiting("slow")) == (0, 1)
    assert [ticket.subject for ticket in tickets()] == ["good"]


def test_a_quarantined_mail_is_read_once_more_when_a_person_asks(
    breaking: ChannelAccount, clock: StoppedClock
) -> None:
    [bad] = arrive(breaking, "crash")
    work(clock, TRIES)
    with unit_of_work():
        refile(now(bad))
    work(clock)
    assert now(bad).state is RawState.WAITING
    work(clock, TRIES)
    assert (now(bad).state, now(bad).reason) == (RawState.QUARANTINED, "breaks-parser")


def test_a_child_that_somebody_killed_costs_no_mail(
    breaking: ChannelAccount, hasty_children: ParserPool, clock: StoppedClock
) -> None:
    arrive(breaking, "first")
    work(clock)
    for process_id in hasty_children.process_ids():
        os.kill(process_id, signal.SIGKILL)
    [raw] = arrive(breaking, "second")
    work(clock, 2)
    assert now(raw).state is RawState.DONE


def test_a_child_knows_no_secret_of_the_desk(
    breaking: ChannelAccount, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", "hidden")
    arrive(breaking, "tell")
    work(clock)
    [message] = messages_of(tickets()[0])
    assert "DESK_" not in message.text
    assert "{}" in message.text


def test_a_child_ends_when_the_desk_does() -> None:
    pool = ParserPool()
    pool.parse(
        "email", {}, lambda: RawItem("1", b"From: a@b.example\n\nHello"), timedelta(seconds=60)
    )
    [process_id] = pool.process_ids()
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
