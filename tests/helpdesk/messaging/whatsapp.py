"""Somebody on WhatsApp and the graph between us: an account, and its signed calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from channels.meta.door import SIGNATURE, Door
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.models import Group
from tests.channels.whatsapp.events import APP_SECRET, batch, message, status, value
from tests.servers.meta import BUSINESS_ID, NUMBER_ID, TOKEN, Meta


@dataclass
class Phone:
    """The other side: it calls the desk at the account's address, each message with an id of its own."""

    app: Flask
    account: ChannelAccount
    meta: Meta
    said: int = 0
    door: Door = field(default_factory=lambda: Door((APP_SECRET,)))

    def say(self, text: str, **more: Any) -> int:
        """Send a text; returns the status of the answer."""
        return self.send(text={"body": text}, **more)

    def send(self, kind: str = "text", **more: Any) -> int:
        self.said += 1
        return self.call(value(message(kind, **{"name": f"wamid.{self.said}", **more})))

    def report(self, name: str, state: str, **more: Any) -> int:
        """Say what became of a message of the desk."""
        return self.call(value(statuses=[status(name, state, **more)]))

    def call(self, *values: dict[str, Any]) -> int:
        body = batch(*values)
        answer = self.app.test_client().post(
            f"/hooks/{self.account.hook_key}",
            data=body,
            headers={"Content-Type": "application/json", SIGNATURE: self.door.sign(body)},
            base_url=str(self.app.config["DESK_BASE_URL"]),
        )
        return answer.status_code


def make_phone(app: Flask, meta: Meta, group: Group | None = None) -> Phone:
    values = {
        "number_id": NUMBER_ID,
        "business_id": BUSINESS_ID,
        "url": meta.url,
        "app_secret": APP_SECRET,
        "token": TOKEN,
    }
    with unit_of_work():
        account = accounts.create_account(
            kind="whatsapp", name="Council WhatsApp", values=values, group=group
        )
    return Phone(app, account, meta)
