"""P05: a full disk is an honest stop: nothing is marked, nothing is said to be received, what was typed is kept."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from helpdesk.checking import machine, parts
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.messaging.collecting import collect_account
from helpdesk.messaging.listening import make_listener
from helpdesk.schedule import Scheduler
from tests.cast import Cast
from tests.faults.filling import FullDisk, full_disk
from tests.faults.mailboxes import articles, fresh, kept, on_script, standing
from tests.faults.test_p04_database_down import last_through, told
from tests.helpdesk.messaging.post import mail_from, tickets
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp import SmtpSink

__all__ = ["full_disk", "told"]

pytestmark = pytest.mark.faults

# Beyond what is kept in a row, so that it needs a file of its own; and of a kind that does not compress away.
LARGE = os.urandom(200_000).hex()
SMALL = os.urandom(20_000).hex()


def limits(full_disk: FullDisk) -> dict[str, tuple[AbstractContextManager[None], str]]:
    return {"row": (full_disk.of_rows(), SMALL), "file": (full_disk.of_files(), LARGE)}


@pytest.mark.parametrize("limit", ["row", "file"])
def test_mail_stays_unmarked_on_its_server_until_there_is_room(
    app: Flask,
    scripted_imap: ScriptedImap,
    clock: StoppedClock,
    settle: Callable[[], None],
    full_disk: FullDisk,
    limit: str,
) -> None:
    account_id = on_script(scripted_imap).id
    # One look before, so that the folder has its row.
    collect_account(account_id)
    full, words = limits(full_disk)[limit]
    mail = scripted_imap.add(mail_from(text=words))
    with full:
        look_in_vain(account_id, limit)
        assert mail.flags == set()
    assert kept() == 0

    clock.advance(timedelta(minutes=20))
    assert collect_account(account_id) == 1
    settle()
    assert (kept(), len(tickets()), mail.flags) == (1, 1, {"\\Seen"})


def look_in_vain(account_id: int, limit: str) -> None:
    if limit == "row":
        with pytest.raises(OperationalError):
            collect_account(account_id)
        db.session.remove()
    else:
        assert collect_account(account_id) == 0


def test_a_mailbox_whose_mail_has_no_room_says_so_and_rings(
    app: Flask, scripted_imap: ScriptedImap, clock: StoppedClock, full_disk: FullDisk
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from(text=LARGE))
    with full_disk.of_files():
        for _ in range(3):
            collect_account(account_id)
            clock.advance(timedelta(minutes=6))
        assert "No space left on device" in fresh(account_id).last_error
        [found] = parts.check_mailboxes()
    assert found.is_ringing
    assert "could not store" in found.what


@pytest.mark.parametrize("limit", ["row", "file"])
def test_the_mail_door_asks_to_try_again_and_has_it_once_afterwards(
    app: Flask, full_disk: FullDisk, limit: str
) -> None:
    full, words = limits(full_disk)[limit]
    with make_listener(app, "127.0.0.1", 0) as listener:
        assert handed_over(listener.port, "First.") == 250
        with full:
            assert handed_over(listener.port, words) in (451, 452)
        assert handed_over(listener.port, words) == 250
    assert kept() == 2


def test_mail_that_was_kept_is_filed_when_there_is_room(
    app: Flask,
    scripted_imap: ScriptedImap,
    clock: StoppedClock,
    settle: Callable[[], None],
    full_disk: FullDisk,
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from(text=SMALL))
    collect_account(account_id)
    with full_disk.of_rows():
        settle()
        db.session.remove()
        assert articles() == 0
        assert standing(account_id) == {"waiting": 1}

    clock.advance(timedelta(hours=1))
    settle()
    assert (articles(), standing(account_id)) == (1, {"done": 1})


@pytest.mark.parametrize(
    ("page", "field"),
    [("/tickets/new", "text"), ("replies", "text"), ("notes", "note_text")],
)
def test_a_form_says_that_nothing_was_received_and_shows_what_was_typed(
    app: Flask, cast: Cast, client: PageClient, full_disk: FullDisk, page: str, field: str
) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject="Lift")
    client.sign_in("ben@borough.example")
    form = a_call(cast) if page == "/tickets/new" else {"version": ticket.version, "seen": "0"}
    form |= {field: f"It stands on floor 2. {SMALL[:8000]}", "csrf_token": client.token()}
    path = page if page.startswith("/") else f"/tickets/{ticket.number}/{page}"
    before = articles()
    with full_disk.of_rows():
        said = client.post(path, form, token=False, status=503).get_data(as_text=True)
    assert "not received" in said
    assert "It stands on floor 2." in said
    assert (articles(), len(tickets())) == (before, 1)


def test_a_file_that_finds_no_room_takes_nothing_of_its_form_along(
    app: Flask, cast: Cast, client: PageClient, full_disk: FullDisk
) -> None:
    client.sign_in("ben@borough.example")
    form = a_call(cast) | {
        "text": "It stands on floor 2.",
        "files": (BytesIO(b"A plan of the lift."), "plan.txt"),
        "csrf_token": client.token(),
    }
    with full_disk.of_files():
        said = client.post("/tickets/new", form, token=False, status=503).get_data(as_text=True)
    assert "not received" in said
    assert "It stands on floor 2." in said
    assert tickets() == []


def test_the_operator_is_mailed_when_no_row_can_be_written_for_a_minute(
    app: Flask, cast: Cast, told: SmtpSink, clock: StoppedClock, full_disk: FullDisk
) -> None:
    scheduler = Scheduler(app)
    with full_disk.of_rows():
        last_through(scheduler, clock, 3)
    [mail] = told.wait_for(1)
    assert "The database cannot be used" in mail.message.get_content()


def test_a_disk_without_room_rings_before_it_is_full(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = machine.shutil.disk_usage("/")._replace(total=1000, used=950, free=50)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _folder: usage)
    assert all(found.is_ringing for found in machine.check_disk())


def handed_over(port: int, words: str) -> int:
    """What the door answers to a mail."""
    with smtplib.SMTP("127.0.0.1", port) as line:
        line.ehlo_or_helo_if_needed()
        line.mail("ada@borough.example")
        code, _words = line.rcpt("help@desk.example")
        if code == 250:
            code, _words = line.data(mail_from(text=words))
    return code


def a_call(cast: Cast) -> dict[str, Any]:
    """What the page of a new ticket asks for beside the text."""
    return {
        "person_id": str(cast.ada.id),
        "subject": "Lift stuck",
        "channel": "phone",
        "group": str(cast.it.id),
        "type": "request",
        "impact": "medium",
        "urgency": "high",
    }
