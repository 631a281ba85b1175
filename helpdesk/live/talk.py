"""What a widget or a console says over its line, and what becomes of it; sending goes through the same commands as by HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from sqlalchemy.exc import OperationalError

from helpdesk.chat import visiting
from helpdesk.chat.models import Chat
from helpdesk.chat.telling import TOPIC
from helpdesk.chat.visiting import Saying
from helpdesk.core import push
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.hub import Hub
from helpdesk.live.lines import AgentLine, Frame, VisitorLine
from helpdesk.live.passes import actor_with
from helpdesk.people.models import Right

_NUMBER = re.compile(r"[0-9]{1,18}")


class Unwelcome(Exception):
    """Whoever opened the line has not shown that they may."""


async def welcome_visitor(hub: Hub, hello: Mapping[str, Any]) -> VisitorLine:
    """The line of a widget that has shown its token. Raises Unwelcome."""
    token = str(hello.get("token") or "")
    chat_id = await hub.ask(_chat_id, token)
    if chat_id is None:
        raise Unwelcome("This token opens no chat.")
    return VisitorLine(chat_id=chat_id, after=number_in(hello.get("after")), token=token)


async def welcome_agent(hub: Hub, hello: Mapping[str, Any]) -> AgentLine:
    """The line of a console that has shown its pass. Raises Unwelcome."""
    pass_ = str(hello.get("pass") or "")
    actor = await hub.ask(actor_with, pass_)
    if actor is None:
        raise Unwelcome("This pass is not good any more.")
    return AgentLine(actor=actor, pass_=pass_)


async def hear_visitor(hub: Hub, line: VisitorLine, said: Mapping[str, Any]) -> None:
    """Do what a widget asks for."""
    kind = said.get("type")
    if kind == "say":
        line.send(
            await hub.ask(say, line.token, str(said.get("id") or ""), str(said.get("text") or ""))
        )
    elif kind == "read":
        hub.note_shown(line.chat_id, number_in(said.get("id")))
    elif kind == "typing":
        group = await hub.ask(_group_of, line.chat_id)
        news = {
            "typing": "visitor",
            "chat": line.chat_id,
            "group": group,
            "on": bool(said.get("on")),
        }
        push.publish(TOPIC, news)
    elif kind == "ping":
        line.send({"type": "pong"})


async def hear_agent(hub: Hub, line: AgentLine, said: Mapping[str, Any]) -> None:
    """Do what a console asks for."""
    if said.get("type") == "typing":
        chat_id = number_in(said.get("chat"))
        group = await hub.ask(_group_of, chat_id)
        if line.actor is not None and line.actor.holds(group, Right.WORK):
            push.publish(TOPIC, {"typing": "agent", "chat": chat_id, "on": bool(said.get("on"))})
    elif said.get("type") == "ping":
        line.send({"type": "pong"})


def say(token: str, said_id: str, text: str) -> Frame:
    """Say something in the chat of this token; the answer names the message, or why there is none."""
    chat = visiting.chat_of(token)
    if chat is None:
        return {"type": "refused", "id": said_id, "status": 401, "title": ""}
    # Read before the unit begins, which reads it anew.
    language = chat.language
    try:
        with force_locale(language), unit_of_work():
            message = visiting.say(chat, Saying(said_id, text))
            return {"type": "said", "id": said_id, "message": message.id if message else 0}
    except DomainError as error:
        words = " ".join(part for part in (error.title, error.advice) if part)
        return {"type": "refused", "id": said_id, "status": error.status, "title": words}
    except OperationalError:
        # Nothing was kept: the widget says it again.
        return {"type": "refused", "id": said_id, "status": 503, "title": ""}


def number_in(value: object) -> int:
    """A number of a row as a frame names it; 0 for what is none."""
    text = str(value if value is not None else "")
    return int(text) if _NUMBER.fullmatch(text) else 0


def _chat_id(token: str) -> int | None:
    chat = visiting.chat_of(token)
    return chat.id if chat is not None else None


def _group_of(chat_id: int) -> int | None:
    chat = db.session.get(Chat, chat_id)
    return chat.group_id if chat is not None else None
