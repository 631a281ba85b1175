"""The account of the mail door is made once, however many doors start at the same moment."""

from __future__ import annotations

import threading

from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import LOCAL_NAME, local_account, local_address
from helpdesk.messaging.listening import receive
from helpdesk.messaging.models import ChannelAccount, RawMessage
from tests.helpdesk.messaging.post import mail_from, make_account

DOORS = 4


def test_doors_that_start_together_share_one_account_and_refuse_nothing(app: Flask) -> None:
    start = threading.Barrier(DOORS)
    taken: list[str] = []

    def take() -> None:
        with app.app_context():
            start.wait(30)
            try:
                receive("zoe@citizen.example", (local_address(),), mail_from(to=local_address()))
                taken.append("250")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(DOORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert taken == ["250"] * DOORS
    assert len(db.session.scalars(select(ChannelAccount)).all()) == 1
    assert len(db.session.scalars(select(RawMessage)).all()) == DOORS


def test_a_mailbox_that_has_the_name_already_is_left_alone(app: Flask) -> None:
    other = make_account(address="other@borough.example")
    with unit_of_work():
        db.session.get_one(ChannelAccount, other.id).name = LOCAL_NAME
    with unit_of_work():
        made = local_account()
        assert (made.address, made.id) != (other.address, other.id)
        assert made.address == local_address()


def test_an_account_that_somebody_renamed_is_still_the_door_s(app: Flask) -> None:
    with unit_of_work():
        first = local_account()
        first.name = "The front desk"
    with unit_of_work():
        assert local_account().id == first.id
