"""A chat to test with, and a visitor who talks in it by plain requests."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.chat import agents, visiting
from helpdesk.chat.models import Chat
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor
from helpdesk.tickets.models import Message
from tests.cast import Cast
from tests.pages import Browser

SITE = "https://www.borough.example"
CHAT: dict[str, Any] = {"title": "Borough chat", "origins": [SITE], "group": "IT support"}


def make_chat(name: str = "borough", **more: Any) -> None:
    with unit_of_work():
        store.save(Kind.CHAT, name, {**CHAT, **more}, by=None, cause="test")


def switch_on(actor: Actor) -> None:
    with unit_of_work():
        agents.switch(actor, is_on=True)


def take(chat: Chat, cast: Cast, name: str = "ben") -> None:
    with unit_of_work():
        agents.take(chat, cast.actor(name))


def answer(chat: Chat, cast: Cast, text: str, name: str = "ben", **more: Any) -> Message:
    with unit_of_work():
        said_id = secrets.token_hex(8)
        return agents.answer(chat, cast.actor(name), said_id=said_id, text=text, **more)


@dataclass
class Visitor:
    """Somebody at the widget; their token is their own."""

    app: Flask
    chat_name: str = "borough"
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    said: int = 0

    def start(self, text: str = "Where is my bin?", **more: Any) -> TestResponse:
        return self.post(f"{self.chat_name}/start", {"id": "first-saying", "text": text, **more})

    def say(self, text: str, *, id: str = "") -> TestResponse:
        self.said += 1
        return self.post("say", {"id": id or f"saying-{self.said:04}", "text": text})

    def poll(self, after: int = 0) -> dict[str, Any]:
        told: dict[str, Any] = self.post("poll", {"after": after}).get_json()
        return told

    def heard(self) -> list[str]:
        return [one["text"] for one in self.poll()["messages"]]

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        client = Browser(self.app, self.app.response_class, use_cookies=False)
        base = str(self.app.config["DESK_BASE_URL"])
        proof = {"Authorization": f"Bearer {self.token}", "Origin": base, **headers}
        given = {"data": body} if isinstance(body, dict) and "files" in body else {"json": body}
        return client.post(f"/chat/api/{path}", headers=proof, base_url=base, **given)

    @property
    def chat(self) -> Chat:
        digest = visiting.digest_of(self.token)
        # Requests have sessions of their own; what was read before is old.
        db.session.rollback()
        return db.session.scalars(
            select(Chat)
            .where(Chat.token_digest == digest)
            .execution_options(populate_existing=True)
        ).one()
