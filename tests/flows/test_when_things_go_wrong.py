"""Bad input gets a clear word and loses nothing: wrong passwords, unreadable mail, imports twice, two of everything."""

from __future__ import annotations

import mailbox
import threading
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import func, select

from helpdesk import schedule
from helpdesk.checking import alarms
from helpdesk.core.db import db
from helpdesk.core.models import OutboxEntry, Slot
from helpdesk.messaging.importing import import_mail
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.tickets.models import Message, Ticket
from tests.flows.letters import letter, open_mailbox, post, ticket_about
from tests.flows.live import LiveDesk, worker_running
from tests.servers.imap import ImapServer
from tests.servers.processes import Keeper

NOBODY = b"Subject: Nobody wrote this\r\nTo: help@borough.example\r\n\r\nA scan is attached.\r\n"


def count(desk: LiveDesk, kind: type[Ticket | Message]) -> int:
    return desk.ask(lambda: db.session.scalar(select(func.count()).select_from(kind)) or 0)


def come_to_rest(desk: LiveDesk) -> None:
    """Wait until nothing kept is unfiled and nothing is owed."""
    waiting = select(RawMessage.id).where(RawMessage.state == RawState.WAITING).limit(1)
    owed = select(OutboxEntry.id).limit(1)
    desk.wait_for(
        lambda: db.session.scalar(waiting) is None and db.session.scalar(owed) is None, within=30
    )


def test_a_mailbox_with_a_wrong_password_says_so_on_its_page_and_in_the_check(
    live_desk: LiveDesk, imap_server: ImapServer
) -> None:
    open_mailbox(
        live_desk,
        imap_host=imap_server.host,
        imap_port=imap_server.port,
        imap_user=imap_server.user,
        imap_password="a wrong guess",
        ca_file=imap_server.ca_file,
    )
    live_desk.collect()
    failed = select(ChannelAccount.last_error).where(ChannelAccount.last_error != "")
    said = live_desk.wait_for(lambda: db.session.scalar(failed))

    page = live_desk.pages_of("eve").get("/mailboxes").get_data(as_text=True)
    code, check = live_desk.command("check")

    assert "password" in said
    assert "does not answer" in page
    assert said.split(":")[0] in page
    assert code == 1
    assert said in check


def test_a_mail_nobody_can_be_answered_waits_in_quarantine_and_is_filed_when_asked(
    live_desk: LiveDesk,
) -> None:
    open_mailbox(live_desk)
    live_desk.hand_in(NOBODY, to="help@borough.example", sender="")
    held = select(RawMessage.id).where(RawMessage.state == RawState.QUARANTINED)
    raw_id = live_desk.wait_for(lambda: db.session.scalar(held))
    eve = live_desk.pages_of("eve")

    page = eve.get(f"/quarantine/{raw_id}").get_data(as_text=True)
    raw = eve.get(f"/quarantine/{raw_id}/raw").get_data()
    eve.post(f"/quarantine/{raw_id}/file")
    come_to_rest(live_desk)

    assert "Nobody wrote this" in eve.get("/quarantine").get_data(as_text=True)
    assert "It names no sender who could be answered." in page
    assert raw.endswith(NOBODY)


def test_an_import_called_twice_from_file_mbox_and_maildir_doubles_nothing(
    live_desk: LiveDesk, tmp_path: Path
) -> None:
    mails = [letter(f"Old mail {number}") for number in range(6)]
    paths = an_archive(tmp_path, mails)

    kept = [live_desk.ask(lambda path=path: import_mail(path).kept) for path in paths]
    said = [live_desk.command("mail", "import", str(path))[1].splitlines()[0] for path in paths]
    come_to_rest(live_desk)

    assert kept == [1, 3, 2]
    assert said == [
        "1 mails found: 0 taken in, 1 known already.",
        "3 mails found: 0 taken in, 3 known already.",
        "2 mails found: 0 taken in, 2 known already.",
    ]
    assert count(live_desk, Ticket) == 6
    assert live_desk.flaws() == []


def an_archive(folder: Path, mails: list[EmailMessage]) -> tuple[Path, Path, Path]:
    file, mbox, maildir = folder / "one.eml", folder / "three.mbox", folder / "two"
    file.write_bytes(bytes(mails[0]))
    box = mailbox.mbox(mbox)
    for mail in mails[1:4]:
        box.add(mail)
    box.close()
    directory = mailbox.Maildir(maildir)
    for mail in mails[4:]:
        directory.add(mail)
    return file, mbox, maildir


def test_two_schedulers_take_each_turn_once(live_desk: LiveDesk) -> None:
    taken: list[str] = []

    def keep_schedule() -> None:
        for _ in range(5):
            taken.extend(live_desk.ask(schedule.tick))

    both = [threading.Thread(target=keep_schedule) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    turns = select(func.count()).select_from(Slot).where(Slot.job != alarms.WATCH)
    slots = live_desk.ask(lambda: db.session.scalar(turns))
    assert len(taken) == slots
    assert set(taken) == {periodic.name for periodic in schedule.SCHEDULE}


def test_two_workers_file_each_mail_once(
    live_desk: LiveDesk, keeper: Keeper, tmp_path: Path
) -> None:
    open_mailbox(live_desk)
    second = tmp_path / "second"
    second.mkdir()
    with worker_running(live_desk.app, keeper, second):
        for number in range(20):
            post(live_desk, letter(f"Mail {number}"))
        ticket_about(live_desk, "Mail 19")
        come_to_rest(live_desk)

    assert count(live_desk, Ticket) == 20
    # One receipt, since a person is told once a day, whoever of the two had its job.
    assert len(live_desk.sink.wait_for(1)) == 1
    assert live_desk.flaws() == []
