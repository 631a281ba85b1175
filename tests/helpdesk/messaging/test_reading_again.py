"""Quarantine in bulk, at a terminal, and the invariants of mail."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, insert, update

from helpdesk.cli.quarantine import quarantine
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.core.models import OutboxEntry
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import balancing
from helpdesk.messaging.models import RawMessage, RawState
from helpdesk.messaging.setting_aside import (
    Reason,
    fit,
    read_all_again,
    reasons_waiting,
    set_aside,
)
from helpdesk.tickets.models import Message
from tests.cast import Cast
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, messages_of, tickets
from tests.pages import PageClient


def set_aside_some(*reasons: Reason) -> list[int]:
    """Mails that failed for these reasons and would be filed now."""
    account = make_account()
    ids = []
    for reason in reasons:
        raw = arrive(account, mail_from())
        with unit_of_work():
            row = db.session.get_one(RawMessage, raw.id)
            db.session.execute(update(RawMessage).values(message_id=None, ticket_id=None))
            set_aside(row, reason, fit("It failed."))
            row.content_digest = None
        ids.append(raw.id)
    return ids


def state_of(raw_id: int) -> RawState:
    return db.session.get_one(RawMessage, raw_id, populate_existing=True).state


def test_all_of_the_quarantine_is_read_again(app: Flask, settle: Callable[[], None]) -> None:
    ids = set_aside_some(Reason.FAILED, Reason.BREAKS_PARSER)
    assert read_all_again() == 2
    settle()
    assert [state_of(one) for one in ids] == [RawState.DONE, RawState.DONE]


def test_only_what_waits_for_one_reason_is_read_again(app: Flask) -> None:
    first, second = set_aside_some(Reason.FAILED, Reason.BREAKS_PARSER)
    assert read_all_again(Reason.FAILED) == 1
    assert (state_of(first), state_of(second)) == (RawState.WAITING, RawState.QUARANTINED)
    assert reasons_waiting() == {"breaks-parser": 1}


def test_what_must_still_wait_comes_back(app: Flask, settle: Callable[[], None]) -> None:
    raw = arrive(make_account(), mail_from("Nobody at all"))
    raw_id = raw.id
    assert read_all_again() == 1
    settle()
    assert state_of(raw_id) is RawState.QUARANTINED
    assert tickets() == []


def test_more_than_a_unit_of_work_bears_are_read_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account()
    arrive(account, mail_from("Nobody at all"))
    template = db.session.scalars(db.select(RawMessage)).one()
    columns = {
        column.key: getattr(template, column.key)
        for column in RawMessage.__table__.columns
        if column.key not in ("id", "remote_id")
    }
    with unit_of_work():
        rows = [{**columns, "remote_id": f"copy:{number}"} for number in range(119)]
        db.session.execute(insert(RawMessage), rows)
    assert read_all_again() == 120


def test_who_may_not_manage_mailboxes_reads_nothing_again(app: Flask, cast: Cast) -> None:
    with pytest.raises(Refused):
        read_all_again(actor=cast.actor("ben"))


def test_an_administrator_reads_all_of_a_reason_again_on_the_page(
    app: Flask, client: PageClient, cast: Cast
) -> None:
    [raw_id] = set_aside_some(Reason.FAILED)
    client.sign_in("eve@borough.example")
    assert "The desk failed to file it. (1)" in client.get("/quarantine").get_data(as_text=True)
    client.post("/quarantine/again", data={"reason": "failed"})
    assert state_of(raw_id) is RawState.WAITING


def test_a_reason_that_there_is_not_is_refused(app: Flask, client: PageClient, cast: Cast) -> None:
    client.sign_in("eve@borough.example")
    assert client.post("/quarantine/again", data={"reason": "odd"}, status=422) is not None


def test_the_quarantine_is_listed_and_read_again_at_a_terminal(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["helpdesk.cli.main"], "make_app", lambda: app)
    [raw_id] = set_aside_some(Reason.FAILED)
    listed = CliRunner().invoke(quarantine).output
    assert "The desk failed to file it. It failed." in listed
    assert "Printer broken" in CliRunner().invoke(quarantine, ["raw", str(raw_id)]).output
    CliRunner().invoke(quarantine, ["again", "--reason", "failed"])
    assert state_of(raw_id) is RawState.WAITING


def test_the_books_of_a_desk_that_works_are_balanced(
    app: Flask, settle: Callable[[], None]
) -> None:
    account = make_account()
    arrive(account, mail_from())
    arrive(db.session.merge(account), mail_from("Nobody at all"))
    settle()
    assert list(balancing.imbalances()) == []


def breaks(invariant: str) -> bool:
    db.session.rollback()
    return invariant in {one.invariant for one in balancing.imbalances()}


def test_each_broken_invariant_is_named(app: Flask) -> None:
    raw = arrive(make_account(), mail_from())
    raw_id = raw.id
    [message] = messages_of(tickets()[0])
    copied = {
        column.key: getattr(message, column.key)
        for column in Message.__table__.columns
        if column.key != "id"
    }
    with unit_of_work():
        db.session.execute(insert(Message), [copied])
    assert breaks("I3")
    with unit_of_work():
        db.session.execute(update(RawMessage).values(message_id=None))
    assert breaks("I2")
    with unit_of_work():
        db.session.execute(
            update(RawMessage).values(state=RawState.WAITING, settled_at=clock.now())
        )
        db.session.execute(delete(OutboxEntry))
    assert breaks("I4")
    assert breaks("I5")
    with unit_of_work():
        db.session.execute(update(RawMessage).values(state=RawState.QUARANTINED, reason=""))
    assert breaks("I6")
    assert raw_id
