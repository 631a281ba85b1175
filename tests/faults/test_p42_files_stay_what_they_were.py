"""P42: a file that was changed or lost is refused with clear words, and named by the check."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from helpdesk.checking.files import check_files
from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Ticket
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient

PLAN = b"A plan of the ward."


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    plan = NewFile("plan.txt", "text/plain", PLAN, "", False)
    return make_ticket(cast.ada, cast.it, files=(plan,))


@pytest.fixture
def place(ticket: Ticket, data_dir: Path) -> Path:
    """Where the file of the ticket lies."""
    digest = db.session.scalars(db.select(Attachment.digest)).one()
    return next((data_dir / "files").rglob(digest + "*"))


def change_a_byte(place: Path) -> None:
    body = bytearray(place.read_bytes())
    body[len(body) // 2] ^= 1
    place.write_bytes(bytes(body))


@pytest.mark.parametrize("harm", [change_a_byte, Path.unlink], ids=["changed", "lost"])
def test_it_is_refused_with_clear_words_and_the_ticket_still_opens(
    client: PageClient, ticket: Ticket, place: Path, harm: object
) -> None:
    client.sign_in("ben@borough.example")
    key = db.session.scalars(db.select(Attachment.key)).one()
    assert callable(harm)
    harm(place)
    page = client.get(f"/files/{key}", status=503).text
    assert "not" in page
    assert PLAN.decode() not in page
    client.get(f"/tickets/{ticket.number}")


@pytest.mark.parametrize("harm", [change_a_byte, Path.unlink], ids=["changed", "lost"])
def test_the_check_names_it_and_its_ticket(
    app: Flask, ticket: Ticket, place: Path, harm: object
) -> None:
    assert list(check_files()) == []
    assert callable(harm)
    harm(place)
    [damage] = check_files()
    assert damage.tickets == (ticket.number,)


@pytest.mark.parametrize("harm", [change_a_byte, Path.unlink], ids=["changed", "lost"])
def test_the_same_bytes_kept_again_mend_it(ticket: Ticket, place: Path, harm: object) -> None:
    assert callable(harm)
    harm(place)
    files.keep(PLAN)
    assert list(check_files()) == []
