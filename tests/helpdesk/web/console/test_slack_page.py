"""The page on which a Slack workspace is connected."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.models import ChannelAccount
from tests.cast import Cast
from tests.helpdesk.messaging.slackers import connect
from tests.pages import PageClient
from tests.servers.slack import BOT_TOKEN, Workspace


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield
    app.config["DESK_INTERNAL_HOSTS"] = ()


def stored() -> ChannelAccount:
    db.session.rollback()
    return db.session.scalars(select(ChannelAccount).filter_by(kind="slack")).one()


def test_a_new_workspace_leads_to_its_manifest_with_its_own_address(eve: PageClient) -> None:
    answer = eve.post(
        "/mailboxes/new?kind=slack",
        {"name": "Slack", "is_active": "1", "way": "http", "every": "1", "ticket_type": "question"},
    )
    account = stored()
    assert answer.headers["Location"].endswith(f"/mailboxes/{account.id}/slack")
    page = eve.get(f"/mailboxes/{account.id}/slack").get_data(as_text=True)
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert found is not None
    manifest = json.loads(html.unescape(found[1]))
    called = manifest["settings"]["event_subscriptions"]["request_url"]
    assert called == f"http://desk.example/hooks/{account.hook_key}"
    assert "They are listed here once the tokens are pasted." in page


def test_channels_are_chosen_from_those_the_app_sees(
    app: Flask, eve: PageClient, slack: Workspace, inside: None
) -> None:
    slack.members_only.add("C0TALK")
    path = f"/mailboxes/{connect(app, slack).account.id}/slack"
    page = eve.get(path).get_data(as_text=True)
    assert 'value="C0HELP" checked' in page
    assert "(invite the app there)" in page
    assert BOT_TOKEN not in page
    eve.post(path, {"channel": ["C0TALK", "C0HELP"]})
    assert stored().settings["channels"] == "C0TALK C0HELP"
    assert accounts.channel_of(stored()).test_connection() == "Connected to Borough as desk."  # type: ignore[attr-defined]


def test_a_workspace_that_turns_us_away_says_what_to_do(
    app: Flask, eve: PageClient, slack: Workspace, inside: None
) -> None:
    account_id = connect(app, slack).account.id
    slack.revoked = True
    page = eve.get(f"/mailboxes/{account_id}/slack").get_data(as_text=True)
    assert "Install the app in Slack again" in page


def test_a_mailbox_is_no_workspace(eve: PageClient) -> None:
    with unit_of_work():
        account = accounts.create_account(
            kind="webhook", name="Leisure", values={"secret": "a secret that is long enough"}
        )
    assert eve.get(f"/mailboxes/{account.id}/slack", status=404).status_code == 404
