"""A Slack workspace that is connected to the desk, and what it calls."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from slack_sdk.signature import SignatureVerifier
from werkzeug.test import TestResponse

from helpdesk.core import clock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts, showing
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.models import Group
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Workspace


@dataclass
class Connected:
    """The workspace as the desk knows it."""

    app: Flask
    space: Workspace
    account: ChannelAccount

    def says(self, channel: str, user: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody writes, and Slack calls the desk; returns the event."""
        event = self.space.said(channel, user, text, **more)
        assert self.tell(event).status_code == 200
        return event

    def tell(self, said: dict[str, Any]) -> TestResponse:
        """Call the desk with JSON, as the Events API does."""
        return self.post(json.dumps(said).encode(), "application/json")

    def press(self, said: dict[str, Any]) -> TestResponse:
        """Call the desk with a form that holds JSON, as shortcuts and modals do."""
        body = urlencode({"payload": json.dumps(said)}).encode()
        return self.post(body, "application/x-www-form-urlencoded")

    def presses(self, channel: str, user: str, name: str) -> None:
        """Somebody presses a button below what the app said."""
        assert self.press(self.space.pressed(channel, user, name)).status_code == 200

    def post(self, body: bytes, kind: str, headers: dict[str, str] | None = None) -> TestResponse:
        signed = signed_by_slack(body) if headers is None else headers
        return self.app.test_client().post(
            f"/hooks/{self.account.hook_key}",
            data=body,
            headers={"Content-Type": kind, **signed},
            base_url=str(self.app.config["DESK_BASE_URL"]),
        )


def signed_by_slack(body: bytes, *, secret: str = SIGNING_SECRET, late: int = 0) -> dict[str, str]:
    """The headers that Slack's own library would expect."""
    timestamp = str(int(clock.now().timestamp()) - late)
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": str(signature)}


def connect(app: Flask, space: Workspace, group: Group | None = None, **settings: Any) -> Connected:
    values = {
        "url": space.url,
        "channels": "C0HELP",
        "bot_token": BOT_TOKEN,
        "app_token": APP_TOKEN,
        "signing_secret": SIGNING_SECRET,
        "every": True,
        "ticket_type": "question",
        **settings,
    }
    with unit_of_work():
        account = accounts.create_account(kind="slack", name="Slack", values=values, group=group)
    showing.forget_accounts()
    return Connected(app, space, account)
