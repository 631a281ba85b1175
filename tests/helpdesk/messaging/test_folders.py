"""What is taken in from a mailbox that holds mail already; folders, limits, and what becomes of mail that is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import collecting
from helpdesk.messaging.accounts import UnfitSettings, edit_account
from helpdesk.messaging.collecting import collect_account, look_into
from helpdesk.messaging.folders import pause_backlog, row_of
from helpdesk.messaging.mailbox_models import MailFolder
from helpdesk.messaging.models import ChannelAccount, RawMessage
from tests.conftest import MONDAY
from tests.faults.mailboxes import fresh, kept, on_script
from tests.helpdesk.messaging.post import deliveries, mail_from, messages_of, tickets
from tests.servers.scripted_imap import ScriptedImap

LONG_AGO = MONDAY - timedelta(days=400)


def folder_of(account_id: int, name: str = "INBOX") -> MailFolder:
    db.session.expire_all()
    row = row_of(account_id, name)
    assert row is not None
    return row


def rewish(account_id: int, **more: Any) -> None:
    with unit_of_work():
        account = db.session.get_one(ChannelAccount, account_id)
        values = {**account.settings, **more}
        edit_account(account, name=account.name, values=values, group=None, is_active=True)


@pytest.mark.parametrize(
    ("wish", "count"),
    [
        ({"take_in": "all"}, 3),
        ({"take_in": "new"}, 1),
        ({"take_in": "since", "take_in_since": "2026-11-01"}, 2),
    ],
)
def test_old_mail_is_taken_in_as_was_wished(
    app: Any, scripted_imap: ScriptedImap, wish: dict[str, str], count: int
) -> None:
    account_id = on_script(scripted_imap, **wish).id
    for at in (LONG_AGO, MONDAY - timedelta(days=3), MONDAY):
        scripted_imap.add(mail_from(), at=at)

    assert collect_account(account_id) == count
    assert collect_account(account_id) == 0


def test_a_later_wish_brings_in_what_was_passed_over(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    account_id = on_script(scripted_imap, take_in="new").id
    scripted_imap.add(mail_from(), at=LONG_AGO)
    assert collect_account(account_id) == 0

    rewish(account_id, take_in="all")

    assert collect_account(account_id) == 1


def test_old_mail_keeps_its_date_and_nobody_is_answered(
    app: Any, scripted_imap: ScriptedImap, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from("zoe@citizen.example"), at=LONG_AGO)
    scripted_imap.add(mail_from("yan@citizen.example"), at=MONDAY)
    collect_account(account_id)
    settle()

    old, new = tickets()
    assert old.created_at < new.created_at == MONDAY
    assert messages_of(old)
    assert [one.recipients for one in deliveries()] == [["yan@citizen.example"]]


def test_a_date_that_is_none_is_refused(app: Any, scripted_imap: ScriptedImap) -> None:
    with pytest.raises(UnfitSettings) as unfit:
        on_script(scripted_imap, take_in="since", take_in_since="yesterday")
    assert "take_in_since" in unfit.value.problems


def test_progress_is_known_and_the_import_can_be_stopped_and_goes_on(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    account_id = on_script(scripted_imap).id
    for _ in range(150):
        scripted_imap.add(mail_from(), at=LONG_AGO)
    turns = iter([True, True, False])

    assert look_into(account_id, lambda: next(turns, False)).more
    row = folder_of(account_id)
    assert (row.backlog, 0 < row.left < 150) == (150, True)

    left = row.left
    with unit_of_work():
        pause_backlog(account_id, True)
    scripted_imap.add(mail_from(), at=MONDAY)
    assert collect_account(account_id) == 1

    with unit_of_work():
        pause_backlog(account_id, False)
    assert collect_account(account_id) == left
    assert (folder_of(account_id).left, kept()) == (0, 151)


def test_mail_is_taken_in_oldest_first(app: Any, scripted_imap: ScriptedImap) -> None:
    account_id = on_script(scripted_imap).id
    for number in range(30):
        scripted_imap.add(mail_from(subject=f"Mail {number}"))
    collect_account(account_id)

    subjects = db.session.scalars(select(RawMessage.subject).order_by(RawMessage.id)).all()
    assert subjects == [f"Mail {number}" for number in range(30)]


def test_a_mailbox_where_nothing_happened_costs_one_command(
    app: Any, scripted_imap: ScriptedImap
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())
    collect_account(account_id)
    scripted_imap.commands.clear()
    collect_account(account_id)

    said = {command.split()[0] for command in scripted_imap.commands}
    assert said <= {"CAPABILITY", "LOGIN", "SELECT", "LOGOUT"}


def test_between_full_searches_only_higher_numbers_are_asked_for(
    app: Any, scripted_imap: ScriptedImap
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())
    collect_account(account_id)
    scripted_imap.add(mail_from())
    scripted_imap.commands.clear()

    assert collect_account(account_id) == 1
    assert "UID SEARCH UID 2:*" in scripted_imap.commands


def test_several_folders_are_read_each_by_its_own_numbers(
    app: Any, scripted_imap: ScriptedImap
) -> None:
    account_id = on_script(scripted_imap, imap_folder="INBOX, Junk").id
    scripted_imap.add(mail_from(), uid=1)
    scripted_imap.add(mail_from(), uid=1, box="Junk")

    assert collect_account(account_id) == 2


def test_what_an_earlier_version_kept_is_not_fetched_again(
    app: Any, scripted_imap: ScriptedImap
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())
    collect_account(account_id)
    with unit_of_work():
        db.session.delete(folder_of(account_id))
    scripted_imap.commands.clear()

    assert collect_account(account_id) == 0
    assert not any("BODY.PEEK" in command for command in scripted_imap.commands)


def test_kept_mail_stays_unless_somebody_wished_otherwise(
    app: Any, scripted_imap: ScriptedImap
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())
    collect_account(account_id)

    assert len(scripted_imap.boxes["INBOX"].mails) == 1


def test_kept_mail_is_moved_where_that_was_wished(app: Any, scripted_imap: ScriptedImap) -> None:
    account_id = on_script(scripted_imap, imap_after="move", imap_moved_to="Done").id
    scripted_imap.add(mail_from())
    collect_account(account_id)

    assert not scripted_imap.boxes["INBOX"].mails
    assert len(scripted_imap.boxes["Done"].mails) == 1


def test_kept_mail_is_deleted_after_the_days_that_were_wished_and_no_sooner(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    more = {"imap_after": "delete", "imap_delete_after_days": 10, "imap_whole_up_to_mb": 1}
    account_id = on_script(scripted_imap, **more).id
    scripted_imap.add(mail_from())
    scripted_imap.add(mail_from()).size = 5_000_000
    collect_account(account_id)
    clock.advance(timedelta(days=9))
    collect_account(account_id)
    assert len(scripted_imap.boxes["INBOX"].mails) == 2

    clock.advance(timedelta(days=2))
    collect_account(account_id)

    # Of the larger one the desk holds the head only, so it stays.
    assert [mail.uid for mail in scripted_imap.boxes["INBOX"].mails] == [2]


def test_a_mail_that_the_server_will_not_give_is_tried_again_and_told(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())

    def refuse(line: Any, rest: str) -> bool:
        if "BODY" not in rest:
            return False
        line.end("NO cannot read it")
        return True

    scripted_imap.on("UID FETCH", refuse, times=3)
    assert collect_account(account_id) == 0
    assert "cannot read it" in folder_of(account_id).warning
    assert fresh(account_id).last_error == ""

    clock.advance(timedelta(minutes=20))
    scripted_imap.behave_well()
    assert collect_account(account_id) == 1
    assert folder_of(account_id).warning == ""


def test_a_look_ends_when_its_time_is_over_and_more_is_owed(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock
) -> None:
    account_id = on_script(scripted_imap).id
    for _ in range(60):
        scripted_imap.add(mail_from())

    def slow(line: Any, _rest: str) -> bool:
        clock.advance(collecting.LONGEST_LOOK)
        return False

    scripted_imap.on("UID STORE", slow, times=1)
    assert collect_account(account_id) == 20
    assert collect_account(account_id) == 40
