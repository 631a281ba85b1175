"""P30: a worker that is killed in a job of any kind: another takes it over when the lease ends, and its effect is there once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from helpdesk.core import outbox
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, OutboxState
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.jobs import JOBS
from tests.cast import Cast
from tests.faults.crashes import KILLED, Machine
from tests.faults.lost_work import WORK, Work, World
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp import SmtpSink
from tests.servers.token_server import TokenServer

pytestmark = pytest.mark.faults


@pytest.fixture
def world(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    smtp_sink: SmtpSink,
    dovecot: Dovecot,
    scripted_imap: ScriptedImap,
    token_server: TokenServer,
) -> World:
    return World(app, cast, clock, smtp_sink, dovecot, scripted_imap, token_server)


# Jobs that no test here kills yet, and where they are run twice, stopped half-way or by two at once.
ELSEWHERE = {
    "answer_in_thread": "answers/test_in_threads.py",
    "back_test": "automation/test_back_testing.py",
    "count_view": "views/test_counting.py",
    "catch_up_ticket": "sla/test_recording.py",
    "fetch_file": "messaging/test_fetching.py",
    "index_article": "knowledge/test_reviewing.py",
    "mail_chat": "chat/test_leaving.py",
    "file_completed": "messaging/test_slack.py",
    "offer_waiting": "routing/test_at_once.py",
    "prove_timers": "sla/test_proving.py",
    "read_feeds_of": "sla/test_feeds.py",
    "reckon_usual_times": "contact_forms/test_usual.py",
    "run_timed_rules": "automation/test_timed.py",
    "send_visitor_link": "messaging/test_visitor_mails.py",
    "forget_redacted": "redaction/test_forgetting.py",
    "settle_states": "tickets/test_lifecycles.py",
    "show_status": "messaging/test_slack.py",
    "spread_edit": "sla/test_spreading.py",
    "spread_timed_rule": "automation/test_timed.py",
    "sweep_timers": "sla/test_sweeping.py",
    "tell_of_call_back": "phone/test_call_backs.py",
    "tell_of_deadlines": "sla/test_sweeping.py",
    "tell_of_planned": "composing/test_planning.py",
    "tell_of_review": "knowledge/test_reviewing.py",
    "tell_of_translations": "knowledge/test_reviewing.py",
    "tell_of_trouble": "automation/test_triggers.py",
    "wake_ticket": "tickets/test_lifecycles.py",
    "what_if": "sla/test_what_if.py",
}


def test_no_kind_of_job_is_left_out() -> None:
    assert WORK.keys() | ELSEWHERE.keys() == JOBS.keys()
    assert not WORK.keys() & ELSEWHERE.keys()
    helpdesk = Path(__file__).parent.parent / "helpdesk"
    assert [path for path in ELSEWHERE.values() if not (helpdesk / path).is_file()] == []


@pytest.mark.parametrize("job", WORK)
def test_the_work_of_a_killed_worker_takes_effect_once(
    machine: Machine, world: World, smtp_sink: SmtpSink, job: str
) -> None:
    work = WORK[job](world)
    owe_alone(job, work.subject_id)
    smtp_sink.received.clear()

    killed = machine.run("work", deadly=job)
    held, half = states_of(job), look_at(work)
    done = machine.run("work", backs_up=job == "back_up")

    assert (killed, done) == (KILLED, 0), machine.complained
    assert OutboxState.RUNNING in held
    assert half != work.once or not JOBS[job].atomic
    assert look_at(work) == work.once
    assert states_of(job) == []


def test_while_the_lease_lasts_nobody_else_takes_the_work(
    machine: Machine, world: World, clock: StoppedClock
) -> None:
    work = WORK["send_receipt"](world)
    owe_alone("send_receipt", work.subject_id)
    assert machine.run("work", deadly="send_receipt") == KILLED

    clock.set(machine.at + outbox.LEASE / 2)
    assert outbox.due_lanes() == set()
    clock.advance(outbox.LEASE)
    assert outbox.due_lanes() == {"tell"}


def owe_alone(job: str, subject_id: int) -> None:
    """Owe this and nothing else."""
    with unit_of_work():
        db.session.execute(delete(OutboxEntry))
        owe(job, subject_id)


def states_of(job: str) -> list[OutboxState]:
    """How the entries of a job stand now."""
    db.session.rollback()
    return list(db.session.scalars(select(OutboxEntry.state).where(OutboxEntry.job == job)))


def look_at(work: Work) -> object:
    """The effect as it is committed now."""
    db.session.rollback()
    return work.effect()
