"""Chats: who waits, those one has taken, and talking in one of them."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import MultipleFileField, StringField

from helpdesk.chat import agents
from helpdesk.chat.availability import GONE_AFTER_HINT, agents_at_work
from helpdesk.chat.models import Chat, ChatState
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.access import access_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console import flow
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.names import read_names
from helpdesk.web.console.uploads import read_files
from helpdesk.web.forms import Form, own_line


class ButtonForm(Form):
    """A button."""


class SwitchForm(Form):
    on = StringField(filters=[own_line])


class SayForm(Form):
    id = StringField(filters=[own_line])
    text = StringField()
    files = MultipleFileField()


@console.get("/chats")
def chats() -> ResponseReturnValue:
    """Who waits, and one's own chats."""
    return _page(None)


@console.get("/chats/<int:chat_id>")
def chat(chat_id: int) -> ResponseReturnValue:
    """One chat, with the list beside it."""
    return _page(agents.access_chat(current_actor(), chat_id))


@console.get("/chats/list")
def chat_list() -> ResponseReturnValue:
    """The list alone, as it is now."""
    asked = request.args.get("open", "")
    return render_template(
        "console/_chat_list.html", **_listed(int(asked) if asked.isdigit() else 0)
    )


@console.get("/chats/<int:chat_id>/flow")
def chat_flow(chat_id: int) -> ResponseReturnValue:
    """What was said in one, as it is now."""
    actor = current_actor()
    found = agents.access_chat(actor, chat_id)
    return render_template("console/_chat_flow.html", **_talk(found, actor))


@console.get("/chats/counts")
def chat_counts() -> ResponseReturnValue:
    """What waits and what is unread; asked now and then where no line can be opened."""
    actor = current_actor()
    if agents.is_on(actor.person_id):
        with unit_of_work():
            agents.note_seen([actor.person_id])
    found = agents.counted(actor)
    return jsonify({"waiting": found.waiting, "unread": found.unread})


@console.post("/chats/switch")
def switch_chats() -> ResponseReturnValue:
    """Be there for chats, or not."""
    form = SwitchForm()
    _check(form)
    if form.on.data not in ("0", "1"):
        raise Invalid(_("Choose one of the buttons."), field="on")
    with unit_of_work():
        agents.switch(current_actor(), is_on=form.on.data == "1")
    return redirect(url_for(".chats"), code=303)


@console.post("/chats/<int:chat_id>/take")
def take_chat(chat_id: int) -> ResponseReturnValue:
    """Take a chat."""
    _check(ButtonForm())
    actor = current_actor()
    found = agents.access_chat(actor, chat_id, to="reply")
    try:
        with unit_of_work():
            agents.take(found, actor)
    except Conflict as refusal:
        flash(f"{refusal.title} {refusal.advice}", "warn")
        return redirect(url_for(".chats"), code=303)
    return redirect(url_for(".chat", chat_id=chat_id), code=303)


@console.post("/chats/<int:chat_id>/put-back")
def put_chat_back(chat_id: int) -> ResponseReturnValue:
    """Let a chat wait for somebody else."""
    _check(ButtonForm())
    found = agents.access_chat(current_actor(), chat_id, to="reply")
    with unit_of_work():
        agents.put_back(found)
    return redirect(url_for(".chats"), code=303)


@console.post("/chats/<int:chat_id>/end")
def end_chat(chat_id: int) -> ResponseReturnValue:
    """End a chat."""
    _check(ButtonForm())
    found = agents.access_chat(current_actor(), chat_id, to="reply")
    with unit_of_work():
        agents.end(found)
    return redirect(url_for(".chat", chat_id=chat_id), code=303)


@console.post("/chats/<int:chat_id>/say")
def say_in_chat(chat_id: int) -> ResponseReturnValue:
    """Say something to the visitor."""
    actor, form = current_actor(), SayForm()
    found = agents.access_chat(actor, chat_id, to="reply")
    try:
        _check(form)
        files = read_files(form.files.data or (), (), person_id=actor.person_id)
        with unit_of_work():
            agents.answer(
                found,
                actor,
                said_id=(form.id.data or secrets.token_hex(8))[:64],
                text=(form.text.data or "").strip(),
                files=files,
            )
    except (Invalid, Conflict) as error:
        return _page(found, typed=form.text.data or "", error=error), error.status
    return redirect(url_for(".chat", chat_id=chat_id, _anchor="end"), code=303)


def _page(found: Chat | None, *, typed: str = "", error: DomainError | None = None) -> str:
    actor = current_actor()
    talk = _talk(found, actor) if found is not None else {"chat": None}
    return render_template(
        "console/chats.html",
        **talk,
        **_listed(found.id if found is not None else 0),
        is_on=agents.is_on(actor.person_id),
        has_chats=bool(store.current(Kind.CHAT)),
        typed=typed,
        error=" ".join(filter(None, [error.title, error.advice])) if error else "",
        said_id=secrets.token_hex(12),
    )


def _listed(open_id: int) -> dict[str, Any]:
    actor = current_actor()
    found = agents.live_chats(actor)
    unread = agents.unread(actor)
    rows = [_row(one, unread.get(one.id, 0)) for one in found]
    return {
        "open_id": open_id,
        "waiting": [row for row in rows if row["state"] == ChatState.WAITING],
        "mine": [row for row in rows if row["agent_id"] == actor.person_id],
        "others": [row for row in rows if row["agent_id"] not in (None, actor.person_id)],
        "unread_total": sum(unread.values()),
    }


def _row(one: Chat, unread: int) -> dict[str, Any]:
    ticket = one.ticket
    return {
        "id": one.id,
        "state": one.state,
        "name": one.name or _("Visitor"),
        "line": ticket.last_line if ticket else "",
        "by_agent": bool(ticket and ticket.last_direction == "out"),
        "at": ticket.last_activity_at if ticket else one.opened_at,
        "since": one.waiting_since,
        "group": one.group.name if one.group else "",
        "agent_id": one.agent_id,
        "agent": one.agent.name if one.agent else "",
        "unread": unread,
        "is_here": is_here(one),
    }


def is_here(one: Chat) -> bool:
    """Whether the visitor's page is open, as far as was heard of it."""
    return clock.now() - one.seen_at < GONE_AFTER_HINT


def _talk(found: Chat, actor: Actor) -> dict[str, Any]:
    assert found.ticket is not None, "A chat that an agent sees has a ticket."
    ticket = access_ticket(actor, found.ticket.number)
    conversation = flow.read_conversation(ticket)
    names = read_names(
        {ticket.requester_id, ticket.assignee_id, found.agent_id}, watching=ticket.id
    )
    items = flow.draw(ticket, conversation, (), names, actor=actor, numbers={})
    newest = conversation.messages[-1].id if conversation.messages else 0
    if newest > found.agent_read_id and found.agent_id == actor.person_id:
        with unit_of_work():
            agents.note_read(found, newest, actor)
    return {
        "chat": found,
        "ticket": ticket,
        "flow": items,
        "newest": newest,
        "is_here": is_here(found),
        "is_mine": found.agent_id == actor.person_id and found.state is ChatState.TAKEN,
        "may_work": actor.holds(ticket.group_id, Right.WORK),
        "visitor": found.name or _("Visitor"),
        "page_words": found.page.partition("://")[2].rstrip("/"),
        "requester_url": url_for("console.person", person_id=ticket.requester_id),
        "colleagues": len(agents_at_work(found.group_id)),
    }


def _check(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
