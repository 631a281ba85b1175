"""A service of another kind that talks to the desk: an account, and its signed calls."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from channels.webhook import signing
from helpdesk.core import clock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import accounts
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.models import Group

SECRET = "a secret that both sides know"


@dataclass
class Service:
    """The other side: it calls the desk at the account's address, each call with an id of its own."""

    app: Flask
    account: ChannelAccount
    calls: int = 0
    secret: str = field(default=SECRET, repr=False)

    def say(self, text: str, *, who: str = "user-7", talk: str = "talk-3", **more: Any) -> int:
        """Send a message; returns the status of the answer."""
        number = self.calls + 1
        said = {
            "id": f"m-{number}",
            "sender": {"id": who, "name": "Ada Byrne"},
            "conversation": talk,
            "text": text,
            **more,
        }
        return self.call(said)

    def call(self, said: Any, **headers: str) -> int:
        self.calls += 1
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        keys = [signing.key_of(self.secret)]
        signed = signing.sign(f"call-{self.calls}", body, at=clock.now(), keys=keys)
        return self.post(body, {**signed, **headers})

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        answer = self.app.test_client().post(
            f"/hooks/{self.account.hook_key}",
            data=body,
            headers={"Content-Type": "application/json", **headers},
            base_url=str(self.app.config["DESK_BASE_URL"]),
        )
        return answer.status_code


def make_service(
    app: Flask, group: Group | None = None, *, name: str = "Leisure", url: str = ""
) -> Service:
    with unit_of_work():
        account = accounts.create_account(
            kind="webhook",
            name=name,
            values={"url": url, "secret": SECRET, "ticket_type": "question"},
            group=group,
        )
    return Service(app, account)
