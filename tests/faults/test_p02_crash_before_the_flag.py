"""P02: a crash between the commit and the flag is harmless: no second ticket, no second receipt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpdesk.core.clock import StoppedClock
from helpdesk.messaging.collecting import collect_account
from tests.conftest import MONDAY
from tests.faults.mailboxes import articles, fresh, kept, on_dovecot, on_script
from tests.helpdesk.messaging.post import deliveries, mail_from, tickets
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import Line, ScriptedImap


def pull_the_plug(line: Line, _rest: str) -> bool:
    line.hang_up()
    return True


def test_a_mail_that_was_kept_and_not_marked_is_known(
    app: Any, scripted_imap: ScriptedImap, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap).id
    mail = scripted_imap.add(mail_from())
    scripted_imap.on("UID STORE", pull_the_plug, times=1)

    collect_account(account_id)
    assert (kept(), mail.flags, fresh(account_id).failures) == (1, set(), 1)
    settle()

    assert collect_account(account_id) == 0
    settle()
    assert (kept(), len(tickets()), articles(), len(deliveries())) == (1, 1, 1, 1)
    assert mail.flags == {"\\Seen"}


def test_a_body_is_not_asked_for_twice(app: Any, scripted_imap: ScriptedImap) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())
    scripted_imap.on("UID STORE", pull_the_plug, times=1)

    collect_account(account_id)
    collect_account(account_id)

    assert sum("BODY.PEEK" in each for each in scripted_imap.commands) == 1


def test_on_a_real_server_the_mail_is_kept_before_it_is_marked(app: Any, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    account_id = on_dovecot(dovecot, user).id
    dovecot.append(user, mail_from(), mail_from(), at=MONDAY)

    assert [collect_account(account_id), collect_account(account_id)] == [2, 0]
    assert all(b"\\Seen" in flags for flags in dovecot.flags(user))
