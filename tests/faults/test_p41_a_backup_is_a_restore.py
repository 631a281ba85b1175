"""P41: a backup made under load comes up on an empty machine, in hold, and fetches what came since."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.backup.making import make_backup
from helpdesk.backup.restoring import restore
from helpdesk.core import outbox
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.collecting import collect_account
from helpdesk.messaging.holding import held, release
from helpdesk.messaging.models import Delivery, DeliveryKind, DeliveryState, RawMessage, RawState
from helpdesk.people.models import Person
from helpdesk.schedule import try_deliveries_again
from helpdesk.tickets.models import Attachment, Message, Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.faults.mailboxes import on_dovecot
from tests.helpdesk.messaging.post import mail_from
from tests.makers import make_reply, make_ticket
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpSink
from tests.settling import settle_everything

MakeDesk = Callable[..., Flask]
pytestmark = pytest.mark.faults


@pytest.fixture
def sink(app: Flask, smtp_sink: SmtpSink) -> str:
    return f"smtp://{smtp_sink.host}:{smtp_sink.port}?security=none"


def counts() -> dict[str, int]:
    """How many rows of each kind there are."""
    return {
        kind.__tablename__: db.session.scalar(db.select(db.func.count()).select_from(kind)) or 0
        for kind in (Person, Ticket, Message, Attachment, RawMessage, Delivery)
    }


def test_a_backup_under_load_is_of_one_moment(
    app: Flask, cast: Cast, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    """Whatever was half done elsewhere while it was made, each ticket in it is whole and its journal holds."""
    for number in range(5):
        make_ticket(cast.ada, cast.it, subject=f"Before {number}")
    stop = threading.Event()
    asks, answers = cast.ada.id, cast.ben.id

    def work() -> None:
        with app.app_context():
            ada, ben = db.session.get_one(Person, asks), db.session.get_one(Person, answers)
            while not stop.is_set():
                make_reply(make_ticket(ada, subject="Meanwhile"), ben)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        made = make_backup(tmp_path / "backups")
    finally:
        stop.set()
        worker.join()
    with empty_desk().app_context():
        restore(made)
        assert list(verify_all()) == []
        found = counts()
        tickets = db.session.scalars(db.select(Ticket)).all()
        assert found["ticket"] >= 5
        assert sum(ticket.message_count for ticket in tickets) == found["message"]


def test_a_restored_desk_has_the_same_counts_and_mail_since_comes_in_again(
    app: Flask, cast: Cast, tmp_path: Path, empty_desk: MakeDesk, dovecot: Dovecot
) -> None:
    user = dovecot.new_user()
    account_id = on_dovecot(dovecot, user).id
    for number in range(3):
        dovecot.append(user, mail_from(subject=f"Before {number}"), at=MONDAY)
    collect_account(account_id)
    settle_everything(app)
    made, before = make_backup(tmp_path / "backups"), counts()
    dovecot.append(user, mail_from(subject="Since"), at=MONDAY)
    collect_account(account_id)
    settle_everything(app)

    desk = empty_desk()
    with desk.app_context():
        restore(made)
        assert counts() == before
        assert collect_account(account_id) == 1
        settle_everything(desk)
        subjects = db.session.scalars(db.select(Ticket.subject).order_by(Ticket.id)).all()
        assert subjects == ["Before 0", "Before 1", "Before 2", "Since"]
        states = db.session.scalars(db.select(RawMessage.state).distinct()).all()
        assert states == [RawState.DONE]
        assert list(verify_all()) == []


def test_nothing_leaves_a_restored_desk_until_it_is_released(
    app: Flask, cast: Cast, tmp_path: Path, empty_desk: MakeDesk, sink: str, smtp_sink: SmtpSink
) -> None:
    make_reply(make_ticket(cast.ada, cast.it), cast.ben)
    made = make_backup(tmp_path / "backups")
    desk = empty_desk(DESK_SMTP_URL=sink)
    with desk.app_context():
        restore(made)
        settle_everything(desk)
        assert smtp_sink.received == []
        assert {one.kind for one in held()} >= {DeliveryKind.REPLY}
        with unit_of_work():
            release()
        owe_due(desk)
        assert smtp_sink.wait_for(1)
        assert held() == []


def test_what_may_have_left_before_the_loss_can_be_withdrawn(
    app: Flask, cast: Cast, tmp_path: Path, empty_desk: MakeDesk, sink: str, smtp_sink: SmtpSink
) -> None:
    make_reply(make_ticket(cast.ada, cast.it), cast.ben)
    settle_everything(app)
    with unit_of_work():
        db.session.execute(
            db.update(Delivery).values(state=DeliveryState.WAITING, next_try_at=MONDAY)
        )
    made = make_backup(tmp_path / "backups")
    desk = empty_desk(DESK_SMTP_URL=sink)
    with desk.app_context():
        restore(made)
        waiting = sum(one.before for one in held())
        with unit_of_work():
            assert release(withdraw_old=True) == waiting > 0
        owe_due(desk)
        assert smtp_sink.received == []


def owe_due(desk: Flask) -> None:
    """What the schedule does: owe the deliveries that are due, and settle them."""
    with unit_of_work():
        try_deliveries_again()
    settle_everything(desk)


def test_the_outbox_of_a_restored_desk_is_free(
    app: Flask, cast: Cast, tmp_path: Path, empty_desk: MakeDesk
) -> None:
    """What a worker of the lost desk held is not held any more."""
    make_ticket(cast.ada, cast.it)
    assert outbox.claim("tell", 10)
    made = make_backup(tmp_path / "backups")
    with empty_desk().app_context():
        restore(made)
        assert outbox.claim("tell", 10)
