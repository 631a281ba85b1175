"""Mailboxes: settings checked, secrets sealed, and the one that a mail is for."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from channels.channel import ChannelError
from helpdesk.core import vault
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging import accounts
from helpdesk.messaging.accounts import UnfitSettings, create_account, edit_account
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.outlets import LOCAL, outlet_for
from tests.cast import Cast
from tests.helpdesk.messaging.post import HELP, make_account
from tests.servers.imap import ImapServer

SECRET = "hunter2-imap"


def test_secrets_are_sealed_and_stand_in_no_setting_and_no_journal(app: Any) -> None:
    account = make_account(imap_host="mail.example", imap_password=SECRET)

    entries = db.session.scalars(select(Entry)).all()
    assert vault.unseal(account.secrets) == {"imap_password": SECRET}
    assert SECRET not in str(account.settings) + account.secrets
    assert all(SECRET not in f"{entry.before}{entry.after}" for entry in entries)
    assert [entry.event for entry in entries] == ["AccountCreated"]


def test_a_secret_left_blank_stays_what_it_was(app: Any) -> None:
    account = make_account(imap_host="mail.example", imap_password=SECRET)
    with unit_of_work():
        values = {"address": HELP, "imap_host": "other.example", "imap_password": ""}
        edit_account(account, name="New name", values=values, group=None, is_active=False)

    assert vault.unseal(account.secrets) == {"imap_password": SECRET}
    assert (account.name, account.settings["imap_host"], account.is_active) == (
        "New name",
        "other.example",
        False,
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"address": ""}, "address"),
        ({"address": "no address"}, "address"),
        ({"address": HELP, "imap_port": "many"}, "imap_port"),
        ({"address": HELP, "imap_port": "70000"}, "imap_port"),
        ({"address": HELP, "smtp_security": "magic"}, "smtp_security"),
        ({"address": HELP, "ticket_type": "party"}, "ticket_type"),
        ({"address": HELP, "display_name": "a\r\nBcc: x"}, "display_name"),
    ],
)
def test_unfit_settings_are_refused_by_field(app: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(UnfitSettings) as refused, unit_of_work():
        create_account(name="Mailbox", values=values)

    assert field in refused.value.problems


def test_a_name_and_an_address_are_taken_once(app: Any) -> None:
    make_account()

    with pytest.raises(Conflict), unit_of_work():
        create_account(name=f"Mailbox {HELP}", values={"address": "b@borough.example"})
    with pytest.raises(UnfitSettings), unit_of_work():
        create_account(name="Another", values={"address": HELP.upper()})


def test_only_who_manages_mailboxes_may_make_one(cast: Cast) -> None:
    with pytest.raises(Refused), unit_of_work():
        create_account(name="Mine", values={"address": HELP}, actor=cast.actor("cleo"))


def test_a_recipient_with_a_token_belongs_to_its_mailbox(app: Any) -> None:
    make_account(address="planning@borough.example")
    account = make_account()

    found = accounts.account_for_recipient(["x@y.example", f"Help+{'a' * 32}@borough.example"])

    assert found is not None
    assert found.id == account.id


def test_the_local_account_is_made_once(app: Any) -> None:
    for _ in range(2):
        with unit_of_work():
            accounts.local_account()

    [account] = db.session.scalars(select(ChannelAccount))
    assert account.address == "help@desk.example"


def test_the_connection_is_tried_with_what_was_typed(app: Any, imap_server: ImapServer) -> None:
    account = make_account(
        imap_host=imap_server.host,
        imap_port=imap_server.port,
        imap_user=imap_server.user,
        imap_password=imap_server.password,
        ca_file=imap_server.ca_file,
    )

    assert "INBOX" in accounts.test_connection(account)
    with pytest.raises(ChannelError, match="password"):
        accounts.try_settings(
            "email", {**account.settings, "imap_password": "wrong"}, account=account
        )


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example", "smtp://a:b:c"])
def test_a_wrong_address_of_the_server_says_how_to_write_it(app: Flask, url: str) -> None:
    app.config["DESK_SMTP_URL"] = url
    try:
        with pytest.raises(ChannelError, match="DESK_SMTP_URL"):
            outlet_for(None)
    finally:
        app.config["DESK_SMTP_URL"] = None


def test_an_account_with_a_server_of_its_own_sends_by_it(app: Flask) -> None:
    own, none = make_account(smtp_host="mail.example"), make_account(address="b@borough.example")

    assert outlet_for(own).via == "email"
    assert outlet_for(none).via == LOCAL
