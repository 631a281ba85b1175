"""Every alarm rings when it should and stops when it is over; the operator is mailed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from helpdesk.backup.making import make_backup
from helpdesk.checking import alarms, machine, parts
from helpdesk.checking.desk import check_desk
from helpdesk.core import hold, settings
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db as database
from helpdesk.core.models import OutboxEntry, OutboxState, Slot
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState, RawMessage, RawState
from helpdesk.search import indexing
from helpdesk.search.backend import Health
from tests.cast import Cast
from tests.helpdesk.messaging.post import make_account
from tests.pages import PageClient
from tests.servers.processes import free_port
from tests.servers.smtp import SmtpSink


class Usage(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


@dataclass
class Scene:
    """What a test of an alarm may touch."""

    app: Flask
    clock: StoppedClock
    monkeypatch: pytest.MonkeyPatch
    tmp_path: Path


@pytest.fixture
def scene(
    app: Flask,
    cast: Cast,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Scene:
    """A desk that is well, on a disk with room, with a scheduler that ticks."""
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _folder: Usage(100, 50, 50))
    monkeypatch.setattr(machine, "_database_time", lambda: None)
    # The tests' own PostgreSQL is told to be quick, not safe.
    monkeypatch.setattr(machine, "_weak_on_postgresql", list)
    tick(clock)
    with unit_of_work():
        settings.write(machine.SINCE, clock.now().isoformat())
    return Scene(app, clock, monkeypatch, tmp_path)


def tick(clock: StoppedClock) -> None:
    """A scheduler took a turn just now."""
    with unit_of_work():
        database.session.add(
            Slot(job="tidy", slot=int(clock.now().timestamp()), taken_at=clock.now())
        )


def look() -> set[str]:
    """Take a look, and say what rings after it."""
    findings = list(check_desk())
    database.session.rollback()
    with unit_of_work():
        alarms.note(findings)
    return {alarm.part for alarm in alarms.ringing()}


def add(row: Any) -> Any:
    with unit_of_work():
        database.session.add(row)
    return row


def mend(row: Any, **values: Any) -> None:
    with unit_of_work():
        found = database.session.merge(row)
        for name, value in values.items():
            setattr(found, name, value)


def later(scene: Scene, by: timedelta) -> None:
    """Time passes, and the scheduler goes on ticking."""
    scene.clock.advance(by)
    tick(scene.clock)


def raw(scene: Scene, state: RawState) -> RawMessage:
    account = make_account(address="box@desk.example", name="Box")
    return RawMessage(
        account_id=account.id,
        remote_id="1",
        digest="0" * 64,
        size=1,
        state=state,
        kept_at=scene.clock.now(),
    )


def entry(scene: Scene, **values: Any) -> OutboxEntry:
    return OutboxEntry(
        job="index_ticket",
        subject_id=1,
        due_at=scene.clock.now(),
        created_at=scene.clock.now(),
        **values,
    )


def mailbox_cut_off(scene: Scene) -> Iterator[None]:
    account = make_account(address="box@desk.example", name="Box")
    mend(account, last_error="The server does not answer.", last_good_at=scene.clock.now())
    later(scene, parts.LONGEST_WITHOUT_FETCH + timedelta(seconds=1))
    yield
    mend(account, last_error="", last_good_at=scene.clock.now())
    yield


def mail_unfiled(scene: Scene) -> Iterator[None]:
    waiting = add(raw(scene, RawState.WAITING))
    later(scene, parts.LONGEST_UNFILED + timedelta(seconds=1))
    yield
    mend(waiting, state=RawState.DONE)
    yield


def mail_in_quarantine(scene: Scene) -> Iterator[None]:
    waiting = add(raw(scene, RawState.QUARANTINED))
    yield
    mend(waiting, state=RawState.REJECTED)
    yield


def work_too_late(scene: Scene) -> Iterator[None]:
    owed = add(entry(scene, lane="tell"))
    later(scene, parts.LONGEST_WAIT + timedelta(seconds=1))
    yield
    with unit_of_work():
        database.session.delete(database.session.merge(owed))
    yield


def work_given_up(scene: Scene) -> Iterator[None]:
    owed = add(entry(scene, lane="tell", state=OutboxState.DEAD))
    yield
    mend(owed, state=OutboxState.WAITING)
    yield


def scheduler_silent(scene: Scene) -> Iterator[None]:
    scene.clock.advance(parts.LONGEST_SILENCE + timedelta(seconds=1))
    yield
    tick(scene.clock)
    yield


def mail_unsent(scene: Scene) -> Iterator[None]:
    waiting = add(
        Delivery(
            kind=DeliveryKind.REPLY,
            sender="desk@desk.example",
            recipients=["ada@example.org"],
            subject="Re: Lift",
            text="At noon.",
            external_id="<1@desk.example>",
            created_at=scene.clock.now(),
        )
    )
    later(scene, parts.LONGEST_UNSENT + timedelta(seconds=1))
    yield
    mend(waiting, state=DeliveryState.SENT)
    yield


def mail_on_hold(scene: Scene) -> Iterator[None]:
    with unit_of_work():
        settings.write(hold.SETTING, hold.noted(scene.clock.now()))
    yield
    with unit_of_work():
        hold.lift()
    yield


def search_broken(scene: Scene) -> Iterator[None]:
    well = indexing.health
    scene.monkeypatch.setattr(indexing, "health", lambda: Health(False, 0, "Rebuild it."))
    yield
    scene.monkeypatch.setattr(indexing, "health", well)
    yield


def search_behind(scene: Scene) -> Iterator[None]:
    owed = add(entry(scene, lane="index"))
    later(scene, parts.LONGEST_UNINDEXED + timedelta(seconds=1))
    yield
    with unit_of_work():
        database.session.delete(database.session.merge(owed))
    yield


def disk_full(scene: Scene) -> Iterator[None]:
    scene.monkeypatch.setattr(machine.shutil, "disk_usage", lambda _folder: Usage(100, 91, 9))
    yield
    scene.monkeypatch.setattr(machine.shutil, "disk_usage", lambda _folder: Usage(100, 90, 10))
    yield


def clock_off(scene: Scene) -> Iterator[None]:
    ahead = scene.clock.now() + timedelta(seconds=31)
    scene.monkeypatch.setattr(machine, "_database_time", lambda: ahead)
    yield
    scene.monkeypatch.setattr(machine, "_database_time", scene.clock.now)
    yield


def clock_jumped_back(scene: Scene) -> Iterator[None]:
    scene.clock.advance(-timedelta(hours=2))
    yield
    scene.clock.advance(timedelta(hours=2))
    yield


def no_backup(scene: Scene) -> Iterator[None]:
    later(scene, machine.LONGEST_WITHOUT_BACKUP + timedelta(seconds=1))
    yield
    make_backup(scene.tmp_path / "backups")
    yield


def database_not_durable(scene: Scene) -> Iterator[None]:
    weak = ["synchronous_commit = off"]
    for name in ("_weak_on_postgresql", "_weak_on_sqlite"):
        scene.monkeypatch.setattr(machine, name, lambda: weak)
    yield
    weak.clear()
    yield


ALARMS: dict[str, tuple[str, Callable[[Scene], Iterator[None]]]] = {
    "a mailbox that cannot be read for 15 minutes": ("mailbox", mailbox_cut_off),
    "mail unfiled for 10 minutes": ("filing", mail_unfiled),
    "mail in quarantine": ("quarantine", mail_in_quarantine),
    "work owed for 10 minutes": ("outbox", work_too_late),
    "work given up": ("jobs", work_given_up),
    "no scheduler for 5 minutes": ("schedule", scheduler_silent),
    "mail unsent for 30 minutes": ("deliveries", mail_unsent),
    "mail on hold": ("hold", mail_on_hold),
    "a broken index": ("search", search_broken),
    "an index 5 minutes behind": ("search", search_behind),
    "less than a tenth of the disk free": ("disk", disk_full),
    "a clock 30 seconds off": ("clock", clock_off),
    "a clock that jumped back": ("clock", clock_jumped_back),
    "no backup for 26 hours": ("backup", no_backup),
    "a database that may lose commits": ("durability", database_not_durable),
}


def test_a_desk_that_is_well_rings_nothing(scene: Scene) -> None:
    assert look() == set()


@pytest.mark.parametrize(("part", "story"), ALARMS.values(), ids=ALARMS)
def test_an_alarm_rings_and_stops(
    scene: Scene, part: str, story: Callable[[Scene], Iterator[None]]
) -> None:
    steps = story(scene)
    next(steps)
    assert part in look()
    next(steps)
    assert part not in look()


def test_a_first_error_of_a_mailbox_is_shown_and_does_not_ring_yet(scene: Scene) -> None:
    account = make_account(address="box@desk.example", name="Box")
    mend(account, last_error="The server does not answer.", last_good_at=scene.clock.now())
    assert look() == set()
    assert any(one.part == "mailbox" and not one.is_well for one in check_desk())


@pytest.fixture
def told(scene: Scene, smtp_sink: SmtpSink) -> Iterator[SmtpSink]:
    """The desk's mail server, with an operator to tell."""
    scene.app.config["DESK_SMTP_URL"] = f"smtp://{smtp_sink.host}:{smtp_sink.port}?security=none"
    scene.app.config["DESK_OPERATOR"] = "night@council.example"
    yield smtp_sink
    scene.app.config["DESK_SMTP_URL"] = None
    scene.app.config["DESK_ALARM_SMTP_URL"] = None
    scene.app.config["DESK_OPERATOR"] = ""


def test_the_operator_is_mailed_once(scene: Scene, told: SmtpSink) -> None:
    add(entry(scene, lane="tell", state=OutboxState.DEAD))
    assert alarms.keep_watch()
    later(scene, timedelta(minutes=10))
    assert alarms.keep_watch()
    mails = told.wait_for(1)
    assert len(mails) == 1
    assert mails[0].recipients == ("night@council.example",)
    assert mails[0].sender in ("", "<>")
    assert mails[0].message["Auto-Submitted"] == "auto-generated"
    assert "was given up" in mails[0].message.get_content()


def test_administrators_are_mailed_when_no_operator_is_named(
    scene: Scene, told: SmtpSink, cast: Cast
) -> None:
    scene.app.config["DESK_OPERATOR"] = ""
    add(entry(scene, lane="tell", state=OutboxState.DEAD))
    alarms.keep_watch()
    assert told.wait_for(1)[0].recipients == (cast.eve.contact_points[0].value,)


def test_two_processes_take_one_look_a_minute(scene: Scene, told: SmtpSink) -> None:
    add(entry(scene, lane="tell", state=OutboxState.DEAD))
    assert [alarms.keep_watch(), alarms.keep_watch()] == [True, False]
    assert len(told.wait_for(1)) == 1


def test_the_mail_goes_by_the_second_server_when_the_first_is_the_fault(
    scene: Scene, told: SmtpSink
) -> None:
    scene.app.config["DESK_ALARM_SMTP_URL"] = scene.app.config["DESK_SMTP_URL"]
    scene.app.config["DESK_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}?security=none"
    add(entry(scene, lane="tell", state=OutboxState.DEAD))
    alarms.keep_watch()
    assert len(told.wait_for(1)) == 1


def test_a_mail_that_could_not_leave_is_tried_again(scene: Scene, told: SmtpSink) -> None:
    works = scene.app.config["DESK_SMTP_URL"]
    scene.app.config["DESK_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}?security=none"
    add(entry(scene, lane="tell", state=OutboxState.DEAD))
    alarms.keep_watch()
    assert alarms.ringing()[0].told_at is None
    scene.app.config["DESK_SMTP_URL"] = works
    later(scene, alarms.TRY_AGAIN_AFTER)
    alarms.keep_watch()
    assert len(told.wait_for(1)) == 1


def test_an_alarm_that_comes_back_within_the_hour_mails_nobody_again(
    scene: Scene, told: SmtpSink
) -> None:
    owed = add(entry(scene, lane="tell", state=OutboxState.DEAD))
    alarms.keep_watch()
    mend(owed, state=OutboxState.WAITING, due_at=scene.clock.now() + timedelta(days=9))
    later(scene, timedelta(minutes=1))
    alarms.keep_watch()
    mend(owed, state=OutboxState.DEAD)
    later(scene, timedelta(minutes=1))
    alarms.keep_watch()
    assert len(told.wait_for(1)) == 1


def test_an_administrator_sees_on_every_page_what_rings(
    scene: Scene, client: PageClient, cast: Cast
) -> None:
    add(entry(scene, lane="tell", state=OutboxState.DEAD))
    look()
    client.sign_in("eve@borough.example")
    assert "1 job was given up" in client.get("/tickets").text
    assert "Ringing now" in client.get("/health").text


def test_an_agent_is_not_troubled_with_alarms(scene: Scene, client: PageClient, cast: Cast) -> None:
    add(entry(scene, lane="tell", state=OutboxState.DEAD))
    look()
    client.sign_in("ben@borough.example")
    assert "given up" not in client.get("/tickets").text
