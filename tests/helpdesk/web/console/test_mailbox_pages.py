"""The pages of a mailbox: connected by a code, its mail with what became of it, old mail stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import presence, signing_in
from helpdesk.messaging.collecting import collect_account, look_into
from helpdesk.messaging.folders import row_of
from helpdesk.messaging.mailbox_models import MailSignIn, SignInState
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.schedule import ask_for_sign_ins
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.faults.mailboxes import on_script
from tests.faults.test_p12_flaky_servers import wait_until
from tests.helpdesk.messaging.post import arrive, mail_from, make_account, tickets
from tests.helpdesk.web.console.budget import counted, look_again
from tests.pages import PageClient
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.token_server import TokenServer


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def seen(client: PageClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def by_token(scripted: ScriptedImap, tokens: TokenServer, **more: str) -> int:
    settings = {**tokens.settings(), "ca_file": tokens.ca_file, **more}
    return on_script(scripted, imap_password="", **settings).id


@pytest.mark.parametrize("rows", [1, 20])
def test_the_mail_of_a_mailbox_keeps_its_budget(eve: PageClient, rows: int) -> None:
    account = make_account()
    account_id = account.id
    for _ in range(rows):
        arrive(account, mail_from())
    with counted() as statements:
        eve.get(f"/mailboxes/{account_id}/mail")
    assert len(statements) <= 11, "\n\n".join(statements)


def test_each_mail_is_listed_with_what_became_of_it(eve: PageClient) -> None:
    account = make_account()
    account_id = account.id
    body = mail_from(subject="Broken lamp")
    arrive(account, body)
    arrive(account, body)
    odd = arrive(account, mail_from(subject="Odd one"))
    with unit_of_work():
        set_aside(db.session.merge(odd), Reason.TOO_LARGE)
    odd_id = odd.id
    page = seen(eve, f"/mailboxes/{account_id}/mail")

    assert "3 fetched" in page
    for words in ("1 filed", "1 duplicate", "1 in quarantine", "0 waiting", "0 rejected"):
        assert words in page
    assert f"/tickets/{tickets()[0].number}" in page
    assert f"/quarantine/{odd_id}" in page
    assert "larger than this desk takes in" in page


@pytest.mark.parametrize(
    ("state", "shown", "hidden"),
    [("duplicate", "Lamp", "Odd one"), ("quarantined", "Odd one", "Lamp")],
)
def test_the_list_is_narrowed_to_one_state(
    eve: PageClient, state: str, shown: str, hidden: str
) -> None:
    account = make_account()
    account_id = account.id
    body = mail_from(subject="Lamp")
    arrive(account, body)
    arrive(account, body)
    odd = arrive(account, mail_from(subject="Odd one"))
    with unit_of_work():
        set_aside(db.session.merge(odd), Reason.TOO_LARGE)
    page = seen(eve, f"/mailboxes/{account_id}/mail?state={state}")

    assert shown in page
    assert hidden not in page


def test_old_mail_is_stopped_and_gone_on_with_on_the_page(
    eve: PageClient, scripted_imap: ScriptedImap
) -> None:
    account_id = on_script(scripted_imap).id
    for _ in range(150):
        scripted_imap.add(mail_from(), at=MONDAY - timedelta(days=100))
    turns = iter([True, True, False])
    look_into(account_id, lambda: next(turns, False))
    page = seen(eve, f"/mailboxes/{account_id}/mail")
    assert "of 150 taken in" in page
    assert "of 150 taken in" in seen(eve, "/mailboxes")

    eve.post(f"/mailboxes/{account_id}/old-mail/stop")
    assert "stopped" in seen(eve, f"/mailboxes/{account_id}/mail")
    eve.post(f"/mailboxes/{account_id}/old-mail/go-on")
    look_again()
    collect_account(account_id)
    look_again()
    row = row_of(account_id, "INBOX")
    assert row is not None
    assert (row.left, row.is_paused) == (0, False)


def test_a_mailbox_is_looked_into_at_once_when_somebody_asks(
    eve: PageClient, scripted_imap: ScriptedImap, settle: Callable[[], None]
) -> None:
    account_id = on_script(scripted_imap).id
    scripted_imap.add(mail_from())
    eve.post(f"/mailboxes/{account_id}/look")
    settle()

    assert len(tickets()) == 1


def test_a_mailbox_is_connected_by_a_code(
    eve: PageClient, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = by_token(scripted_imap, token_server)
    path = f"/mailboxes/{account_id}/connect"
    assert "has to be connected" in seen(eve, "/mailboxes")
    assert "not connected yet" in seen(eve, path)
    assert eve.last is not None
    assert "Refresh" not in eve.last.headers

    eve.post(path)
    page = seen(eve, path)
    assert "WDJB-MJHT" in page
    assert "https://provider.example/device" in page
    assert eve.last.headers["Refresh"] == "6"

    token_server.agree()
    clock.advance(timedelta(seconds=6))
    eve.post(f"{path}/check")
    assert "The mailbox is connected." in seen(eve, path)
    assert "has to be connected" not in seen(eve, "/mailboxes")


def test_a_code_is_asked_for_by_the_schedule_too(
    eve: PageClient,
    scripted_imap: ScriptedImap,
    token_server: TokenServer,
    clock: StoppedClock,
    settle: Callable[[], None],
) -> None:
    account_id = by_token(scripted_imap, token_server)
    eve.post(f"/mailboxes/{account_id}/connect")
    token_server.agree()
    clock.advance(timedelta(seconds=6))
    with unit_of_work():
        ask_for_sign_ins()
    settle()
    look_again()

    assert signing_in.standing_of([account_id])[account_id].state is SignInState.DONE


def test_a_refused_code_is_said_and_can_be_begun_anew(
    eve: PageClient, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = by_token(scripted_imap, token_server)
    path = f"/mailboxes/{account_id}/connect"
    eve.post(path)
    token_server.verdict = "access_denied"
    clock.advance(timedelta(seconds=6))
    eve.post(f"{path}/check")
    page = seen(eve, path)

    assert "The code did not work." in page
    assert "Get a code" in page


def test_a_provider_that_is_away_is_said_in_words(
    eve: PageClient, scripted_imap: ScriptedImap, token_server: TokenServer
) -> None:
    account_id = by_token(scripted_imap, token_server, oauth_device_url="https://127.0.0.1:1/code")
    eve.post(f"/mailboxes/{account_id}/connect")

    assert "Nothing answers at 127.0.0.1:1" in seen(eve, f"/mailboxes/{account_id}/connect")
    assert db.session.get(MailSignIn, account_id) is None


def test_a_mailbox_with_a_password_has_nothing_to_connect(eve: PageClient) -> None:
    account_id = make_account().id

    eve.get(f"/mailboxes/{account_id}/connect", status=404)


def test_saving_a_mailbox_with_tokens_leads_to_its_code(
    eve: PageClient, token_server: TokenServer
) -> None:
    fields = {
        "name": "Help",
        "address": "help@borough.example",
        "imap_host": "127.0.0.1",
        "is_active": "1",
        "action": "save",
        **token_server.settings(),
    }
    answer = eve.post("/mailboxes/new", fields)

    assert answer.headers["Location"].endswith("/connect")


def test_the_page_says_whether_the_mail_door_is_open(app: Any, eve: PageClient) -> None:
    assert "It is not running." in seen(eve, "/mailboxes")
    door = presence.Presence(app, presence.MAIL_DOOR)
    door.start()
    try:
        wait_until(lambda: presence.is_there(presence.MAIL_DOOR))
        assert "It is not running." not in seen(eve, "/mailboxes")
    finally:
        door.stop()


@pytest.mark.parametrize("name", ["ben", "cleo"])
@pytest.mark.parametrize("page", ["mail", "connect"])
def test_only_administrators_see_these_pages(
    client: PageClient, cast: Cast, name: str, page: str
) -> None:
    account_id = make_account().id
    client.sign_in(f"{name}@borough.example")

    client.get(f"/mailboxes/{account_id}/{page}", status=403)


def test_a_new_mailbox_takes_in_only_new_mail_unless_somebody_chooses(eve: PageClient) -> None:
    page = seen(eve, "/mailboxes/new")

    assert '<option value="new" selected>' in page
