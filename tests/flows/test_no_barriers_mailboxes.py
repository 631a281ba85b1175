"""The pages of a mailbox in every state, looked at by axe in both themes, wide and narrow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.mailbox_models import MailFolder, MailSignIn, SignInState
from helpdesk.messaging.models import RawMessage, RawState
from tests.flows.letters import letter, open_mailbox, post
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import look_at, say

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WORDS = "imap.example:993 refused the token for “help@borough.example”: status 400, scope mail."


@pytest.fixture
def mailboxes(live_desk: LiveDesk) -> tuple[LiveDesk, list[int]]:
    """A desk with four mailboxes that sign in with tokens, one in each state, and mail of every kind in the first."""
    ids = [open_mailbox(live_desk)]
    for number, state in enumerate(SignInState):
        ids.append(
            open_mailbox(
                live_desk,
                address=f"box{number}@borough.example",
                imap_host="imap.example",
                imap_sign_in="microsoft",
            )
        )
        live_desk.ask(lambda state=state, account_id=ids[-1]: put_in_state(account_id, state))
    post(live_desk, letter("The lamp is out", "Since Monday."))
    live_desk.hand_in(b"Subject: Nobody\r\n\r\nScan.\r\n", to="help@borough.example", sender="")
    held = select(RawMessage.id).where(RawMessage.state == RawState.QUARANTINED)
    live_desk.wait_for(lambda: db.session.scalar(held))
    live_desk.ask(lambda: put_folder(ids[0]))
    return live_desk, ids


def put_in_state(account_id: int, state: SignInState) -> None:
    with unit_of_work():
        db.session.add(
            MailSignIn(
                account_id=account_id,
                state=state,
                words=WORDS if state in (SignInState.FAILED, SignInState.NEEDED) else "",
                user_code="WDJB-MJHT",
                link="https://provider.example/device",
                ends_at=clock.now() + timedelta(minutes=15),
                changed_at=clock.now(),
            )
        )


def put_folder(account_id: int) -> None:
    with unit_of_work():
        db.session.add(
            MailFolder(
                account_id=account_id,
                name="INBOX",
                uid_validity=1,
                news_since=clock.now(),
                notes={},
                exists=10_412,
                backlog=10_000,
                left=8_800,
                looked_at=clock.now(),
                warning="The server gave the number 7 to more than one mail. Have the mailbox repaired.",
            )
        )


def test_the_pages_of_mailboxes_have_no_barrier(
    mailboxes: tuple[LiveDesk, list[int]], browser_page: Page
) -> None:
    desk, ids = mailboxes
    desk.sign_in(browser_page, "eve")
    paths = ["/mailboxes", f"/mailboxes/{ids[0]}/mail", f"/mailboxes/{ids[1]}/mail"]
    paths += [f"/mailboxes/{each}/connect" for each in ids[1:]]
    paths += [f"/mailboxes/{ids[1]}", f"/mailboxes/{ids[0]}/mail?state=duplicate"]
    say(look_at(desk, browser_page, paths))
