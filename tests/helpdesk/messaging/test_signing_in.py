"""Tokens of mailboxes: a code is typed, tokens are kept sealed and renewed, and a lost permission is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from channels.channel import ChannelError
from helpdesk.core import vault
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import signing_in
from helpdesk.messaging.accounts import edit_account
from helpdesk.messaging.collecting import collect_account
from helpdesk.messaging.mailbox_models import MailSignIn, SignInState
from helpdesk.messaging.models import ChannelAccount
from tests.faults.mailboxes import fresh, on_dovecot, on_script
from tests.helpdesk.messaging.post import mail_from
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.token_server import USER, TokenServer


def with_tokens(server: ScriptedImap, tokens: TokenServer, **more: str) -> int:
    settings = {**tokens.settings(), "ca_file": tokens.ca_file, **more}
    return on_script(server, imap_password="", **settings).id


def state_of(account_id: int) -> MailSignIn:
    return db.session.get_one(MailSignIn, account_id, populate_existing=True)


def secrets_of(account_id: int) -> dict[str, str]:
    return vault.unseal(fresh(account_id).secrets)


def connect(account_id: int, tokens: TokenServer, clock: StoppedClock) -> None:
    signing_in.begin(account_id)
    tokens.agree()
    clock.advance(timedelta(seconds=6))
    signing_in.ask(account_id)


def test_a_code_is_shown_until_it_is_typed_and_then_the_mailbox_is_read(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    scripted_imap.tokens = token_server.good
    scripted_imap.add(mail_from())
    signing_in.begin(account_id)
    assert (state_of(account_id).state, state_of(account_id).user_code) == (
        SignInState.WAITING,
        "WDJB-MJHT",
    )
    clock.advance(timedelta(seconds=6))
    assert list(signing_in.sign_ins_due()) == [account_id]
    signing_in.ask(account_id)
    assert state_of(account_id).state is SignInState.WAITING

    token_server.agree()
    clock.advance(timedelta(seconds=6))
    signing_in.ask(account_id)

    assert state_of(account_id).state is SignInState.DONE
    assert collect_account(account_id) == 1


def test_the_provider_is_not_asked_more_often_than_it_wants(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    signing_in.begin(account_id)
    for _ in range(3):
        signing_in.ask(account_id)
    token_server.verdict = "slow_down"
    clock.advance(timedelta(seconds=6))
    signing_in.ask(account_id)
    clock.advance(timedelta(seconds=6))
    signing_in.ask(account_id)

    assert len([each for each in token_server.asked if each["path"] == "/token"]) == 1


@pytest.mark.parametrize("verdict", ["access_denied", "expired_token"])
def test_a_refused_code_is_over_and_said(
    app: Any,
    scripted_imap: ScriptedImap,
    token_server: TokenServer,
    clock: StoppedClock,
    verdict: str,
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    signing_in.begin(account_id)
    token_server.verdict = verdict
    clock.advance(timedelta(seconds=6))
    signing_in.ask(account_id)

    row = state_of(account_id)
    assert (row.state, bool(row.words), row.sealed) == (SignInState.FAILED, True, "")


def test_a_code_that_nobody_types_lapses(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    signing_in.begin(account_id)
    clock.advance(timedelta(minutes=16))
    signing_in.ask(account_id)

    assert state_of(account_id).state is SignInState.FAILED


def test_a_new_refresh_token_is_kept_before_the_old_one_is_missed(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    scripted_imap.tokens = token_server.good
    connect(account_id, token_server, clock)
    first = secrets_of(account_id)[signing_in.REFRESH]
    for _ in range(3):
        clock.advance(timedelta(hours=2))
        collect_account(account_id)

    held = secrets_of(account_id)
    assert held[signing_in.REFRESH] != first
    assert held[signing_in.REFRESH] in token_server.refresh_tokens
    assert fresh(account_id).last_error == ""


def test_a_good_token_is_used_until_its_time_is_over(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = with_tokens(scripted_imap, token_server, oauth_flow="client")
    scripted_imap.tokens = token_server.good
    for _ in range(3):
        collect_account(account_id)

    assert len(token_server.asked) == 1


def test_a_token_that_is_refused_before_its_time_is_asked_for_anew_at_once(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer
) -> None:
    account_id = with_tokens(scripted_imap, token_server, oauth_flow="client")
    scripted_imap.tokens = token_server.good
    collect_account(account_id)
    token_server.forget()
    scripted_imap.add(mail_from())

    assert collect_account(account_id) == 1


def test_a_permission_that_ended_is_said_and_asks_for_a_person(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    scripted_imap.tokens = token_server.good
    connect(account_id, token_server, clock)
    token_server.refresh_tokens.clear()
    clock.advance(timedelta(hours=2))
    collect_account(account_id)

    assert "Connect the mailbox again" in fresh(account_id).last_error
    assert state_of(account_id).state is SignInState.NEEDED


def test_no_token_lies_in_the_open(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer, clock: StoppedClock
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    connect(account_id, token_server, clock)
    account = fresh(account_id)
    row = state_of(account_id)

    shown = f"{account.settings} {account.secrets} {row.sealed} {row.words} {account.last_error}"
    for secret in (*token_server.good, *token_server.refresh_tokens, "device-1"):
        assert secret not in shown


@pytest.mark.parametrize(("change", "is_kept"), [("smtp_host", True), ("oauth_client_id", False)])
def test_a_permission_outlives_every_change_but_of_what_it_is_for(
    app: Any,
    scripted_imap: ScriptedImap,
    token_server: TokenServer,
    clock: StoppedClock,
    change: str,
    is_kept: bool,
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    connect(account_id, token_server, clock)
    with unit_of_work():
        account = db.session.get_one(ChannelAccount, account_id)
        values = {**account.settings, change: "other.example"}
        edit_account(account, name=account.name, values=values, group=None, is_active=True)

    assert (signing_in.REFRESH in secrets_of(account_id)) is is_kept


def test_a_real_server_that_asks_the_provider_lets_us_in(
    app: Any, dovecot: Dovecot, token_server: TokenServer
) -> None:
    more = {**token_server.settings(oauth_flow="client"), "ca_file": token_server.ca_file}
    account = on_dovecot(dovecot, USER, **{**more, "imap_password": ""})
    account_id = account.id
    dovecot.append(USER, mail_from())

    assert collect_account(account_id) >= 1
    token_server.forget()
    assert collect_account(account_id) == 0
    assert fresh(account_id).last_error == ""


def test_a_mailbox_that_was_never_connected_says_so(
    app: Any, scripted_imap: ScriptedImap, token_server: TokenServer
) -> None:
    account_id = with_tokens(scripted_imap, token_server)
    with pytest.raises(ChannelError, match="not connected yet"):
        signing_in.access_token(account_id)
