"""The watch sees new mail at once, asks where a server does not tell, and comes back when a line breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from helpdesk.core import leases
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import collecting, presence, watching
from helpdesk.messaging.watching import Watch
from tests.faults.mailboxes import fresh, kept, on_dovecot, on_script
from tests.faults.test_p12_flaky_servers import wait_until
from tests.helpdesk.messaging.post import mail_from
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import Box, Line, ScriptedImap


@pytest.fixture
def watch(app: Flask) -> Iterator[Watch]:
    made = Watch(app)
    yield made
    made.stop()


def is_waiting(watch: Watch) -> Callable[[], bool]:
    return lambda: watch.watched() == 1


def test_new_mail_on_a_real_server_is_seen_at_once(dovecot: Dovecot, watch: Watch) -> None:
    user = dovecot.new_user()
    on_dovecot(dovecot, user)
    watch.start()
    wait_until(is_waiting(watch))
    dovecot.append(user, mail_from())
    # The next look that comes without news is minutes away.
    wait_until(lambda: kept() == 1)


def test_mail_that_was_there_before_is_taken_in(scripted_imap: ScriptedImap, watch: Watch) -> None:
    on_script(scripted_imap)
    scripted_imap.add(mail_from())
    watch.start()
    wait_until(lambda: kept() == 1)


def test_a_server_that_does_not_tell_is_asked(
    scripted_imap: ScriptedImap, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.1)
    scripted_imap.capabilities.remove("IDLE")
    on_script(scripted_imap)
    watch.start()
    scripted_imap.wait_for("SELECT")
    scripted_imap.add(mail_from())
    wait_until(lambda: kept() == 1)


def test_a_folder_that_no_line_tells_of_is_asked(
    scripted_imap: ScriptedImap, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.1)
    scripted_imap.boxes["Junk"] = Box()
    on_script(scripted_imap, imap_folder="INBOX, Junk")
    watch.start()
    wait_until(is_waiting(watch))
    scripted_imap.add(mail_from(), box="Junk")
    wait_until(lambda: kept() == 1)


def test_a_line_that_drops_is_opened_anew(
    scripted_imap: ScriptedImap, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drop(line: Line, _rest: str) -> bool:
        line.hang_up()
        return True

    monkeypatch.setattr(watching, "IDLE_AGAIN_SECONDS", 0.1)
    scripted_imap.on("IDLE", drop, times=1)
    on_script(scripted_imap)
    watch.start()
    wait_until(is_waiting(watch))
    scripted_imap.add(mail_from())
    wait_until(lambda: kept() == 1)


def test_a_line_is_renewed_before_the_server_gives_it_up(
    scripted_imap: ScriptedImap, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "RENEW_AFTER", watching.RENEW_AFTER * 0)
    monkeypatch.setattr(watching, "ROUND_SECONDS", 0.05)
    on_script(scripted_imap)
    watch.start()
    scripted_imap.wait_for("IDLE", count=3)


def test_only_one_of_two_watches_waits(app: Flask, scripted_imap: ScriptedImap) -> None:
    on_script(scripted_imap)
    first, second = Watch(app), Watch(app)
    first.start()
    try:
        wait_until(is_waiting(first))
        second.start()
        wait_until(lambda: presence.is_there(presence.MAIL_WATCH))
        assert second.watched() == 0
    finally:
        first.stop()
    try:
        wait_until(is_waiting(second))
    finally:
        second.stop()


def test_a_mailbox_with_a_wrong_password_is_tried_no_oftener_than_its_pause(
    scripted_imap: ScriptedImap, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(watching, "ROUND_SECONDS", 0.05)
    account_id = on_script(scripted_imap, imap_password="wrong").id
    watch.start()
    wait_until(lambda: fresh(account_id).failures == 1)
    watch.stop()
    assert sum(each.startswith("LOGIN") for each in scripted_imap.commands) == 1


def test_the_schedule_leaves_to_the_watch_what_it_looks_into(
    scripted_imap: ScriptedImap, watch: Watch
) -> None:
    account_id = on_script(scripted_imap).id
    assert list(collecting.accounts_left_alone()) == [account_id]
    watch.start()
    wait_until(is_waiting(watch))
    db.session.rollback()

    assert list(collecting.accounts_left_alone()) == []


def test_a_watch_that_ends_lets_go_of_everything(scripted_imap: ScriptedImap, watch: Watch) -> None:
    account_id = on_script(scripted_imap).id
    watch.start()
    wait_until(is_waiting(watch))
    watch.stop()
    db.session.rollback()

    assert not presence.is_there(presence.MAIL_WATCH)
    assert leases.take(f"watch:{account_id}", "another", watching.LEASE)


def test_a_part_is_there_while_it_says_so(app: Any) -> None:
    door = presence.Presence(app, presence.MAIL_DOOR)
    assert not presence.is_there(presence.MAIL_DOOR)
    door.start()
    wait_until(lambda: presence.is_there(presence.MAIL_DOOR))
    door.stop()
    db.session.rollback()
    assert not presence.is_there(presence.MAIL_DOOR)


def test_a_mailbox_that_is_switched_off_is_let_go(
    scripted_imap: ScriptedImap, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ROUND_SECONDS", 0.05)
    account_id = on_script(scripted_imap).id
    watch.start()
    wait_until(is_waiting(watch))
    with unit_of_work():
        fresh(account_id).is_active = False
    wait_until(lambda: watch.watched() == 0)
