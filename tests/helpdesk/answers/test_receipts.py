"""A receipt may point to an answer: by fixed words and a link, where the service allows it."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db as database
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.preparing import send_receipt
from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.makers import make_ticket


def receipt_to(cast: Cast, text: str) -> str:
    ticket = make_ticket(cast.ada, subject="Bins", text=text)
    with unit_of_work():
        delivery = send_receipt(ticket.id)
        assert isinstance(delivery, Delivery)
        return delivery.text


def test_a_receipt_points_to_a_service_that_allows_it(cast: Cast) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY, receipts=True)

    said = receipt_to(cast, "When is my bin collected? SECRET words")

    assert "Bin collection day, http://desk.example/answers/bin-day" in said
    assert "SECRET" not in said


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "When is my bin collected?"),
        ({"receipts": True}, "My neighbour keeps a llama"),
        ({"receipts": True, "audience": "internal"}, "When is my bin collected?"),
        ({"receipts": True, "active": False}, "When is my bin collected?"),
    ],
)
def test_other_receipts_are_as_they_were(cast: Cast, more: dict[str, object], text: str) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY, **more)

    assert "/answers/" not in receipt_to(cast, text)
    database.session.rollback()
