"""Over the real wire: a gateway, real WebSockets, streams of events; each thing said comes once."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.passes import make_pass
from helpdesk.people.commands import end_sessions
from helpdesk.people.models import Person, WebSession
from helpdesk.people.sessions import begin_session
from tests.helpdesk.chat.visitors import Visitor, answer, make_chat, switch_on, take
from tests.helpdesk.live.conftest import LiveLines


@pytest.fixture
def visitor(lines: LiveLines) -> Visitor:
    make_chat()
    switch_on(lines.cast.actor("ben"))
    visitor = Visitor(lines.app)
    assert visitor.start("Where is my bin?").status_code == 200
    return visitor


def pass_of(person: Person) -> str:
    with unit_of_work():
        begin_session(db.session.get_one(Person, person.id))
    session = db.session.query(WebSession).filter_by(person_id=person.id).one()
    return make_pass(session.id)


def test_an_answer_comes_over_the_line_at_once(lines: LiveLines, visitor: Visitor) -> None:
    wire = lines.wire({"type": "hello", "token": visitor.token, "after": 0})
    wire.wait_for(lambda one: one["type"] == "state")
    take(visitor.chat, lines.cast)
    answer(visitor.chat, lines.cast, "We look after it.")
    wire.wait_for(lambda one: one["type"] == "state" and one["state"] == "taken")
    wire.wait_for(lambda one: "We look after it." in wire.texts())
    assert wire.texts() == ["Where is my bin?", "We look after it."]
    wire.close()


def test_what_is_said_over_the_line_is_confirmed_with_its_message(
    lines: LiveLines, visitor: Visitor
) -> None:
    wire = lines.wire({"type": "hello", "token": visitor.token})
    wire.send({"type": "say", "id": "over-the-wire", "text": "It is green."})
    said = wire.wait_for(lambda one: one["type"] == "said")
    assert said["id"] == "over-the-wire"
    assert visitor.poll()["messages"][-1]["id"] == said["message"]
    wire.close()


def test_a_line_that_was_lost_goes_on_where_it_stood(lines: LiveLines, visitor: Visitor) -> None:
    wire = lines.wire({"type": "hello", "token": visitor.token})
    first = wire.wait_for(lambda one: one["type"] == "messages")["items"][-1]["id"]
    wire.close()
    answer(visitor.chat, lines.cast, "While you were away.")
    again = lines.wire({"type": "hello", "token": visitor.token, "after": first})
    again.wait_for(lambda one: one["type"] == "messages")
    assert again.texts() == ["While you were away."]
    again.close()


def test_events_over_plain_http_say_the_same_and_name_what_they_end_with(
    lines: LiveLines, visitor: Visitor
) -> None:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{lines.port}/live/events",
        headers={"Authorization": f"Bearer {visitor.token}", "Origin": lines.url},
    )
    with urllib.request.urlopen(asked, timeout=10) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        named, data = stream.readline().decode(), stream.readline().decode()
    items = json.loads(data.removeprefix("data: "))["items"]
    assert items[0]["text"] == "Where is my bin?"
    assert named == f"id: {items[-1]['id']}\n"


def test_a_console_is_rung_for_chats_that_it_may_see(lines: LiveLines, visitor: Visitor) -> None:
    ben = lines.wire({"type": "hello", "pass": pass_of(lines.cast.ben)})
    dan = lines.wire({"type": "hello", "pass": pass_of(lines.cast.dan)})
    for wire in (ben, dan):
        wire.wait_for(lambda one: one["type"] == "changed")
    chat_id = visitor.chat.id
    visitor.say("Hello?")
    ben.wait_for(lambda one: chat_id in one.get("chats", ()))
    assert not [one for one in dan.frames if chat_id in one.get("chats", ())]
    ben.close()
    dan.close()


def test_typing_is_seen_on_the_other_side_and_kept_nowhere(
    lines: LiveLines, visitor: Visitor
) -> None:
    widget = lines.wire({"type": "hello", "token": visitor.token})
    console = lines.wire({"type": "hello", "pass": pass_of(lines.cast.ben)})
    stranger = lines.wire({"type": "hello", "pass": pass_of(lines.cast.dan)})
    for wire, kind in ((widget, "state"), (console, "changed"), (stranger, "changed")):
        wire.wait_for(lambda one, kind=kind: one["type"] == kind)  # type: ignore[misc]
    chat_id = visitor.chat.id
    widget.send({"type": "typing", "on": True})
    assert console.wait_for(lambda one: one["type"] == "typing")["chat"] == chat_id
    stranger.send({"type": "typing", "chat": chat_id, "on": True})
    console.send({"type": "typing", "chat": chat_id, "on": True})
    widget.wait_for(lambda one: one["type"] == "typing")
    assert [one["type"] for one in widget.frames].count("typing") == 1
    assert "typing" not in [one["type"] for one in stranger.frames]
    for wire in (widget, console, stranger):
        wire.close()


def test_a_pass_is_void_once_its_session_ended(lines: LiveLines, visitor: Visitor) -> None:
    pass_ = pass_of(lines.cast.ben)
    with unit_of_work():
        end_sessions(db.session.get_one(Person, lines.cast.ben.id))
    wire = lines.wire({"type": "hello", "pass": pass_})
    wire._thread.join(60)
    assert wire.closed_with == 4401


def test_a_desk_of_ones_own_machine_is_ours_under_each_of_its_names(
    lines: LiveLines, visitor: Visitor
) -> None:
    # The conftest's desk says that its pages stand at 127.0.0.1; many type localhost.
    wire = lines.wire({"type": "hello", "token": visitor.token}, origin="http://localhost:9")
    assert wire.wait_for(lambda one: one["type"] == "state")
    wire.close()


@pytest.mark.parametrize(
    "origin", ["http://evil.example:9", "http://localhost:10", "http://localhost.evil.example:9"]
)
def test_a_page_that_is_not_ours_opens_no_line(
    lines: LiveLines, visitor: Visitor, origin: str
) -> None:
    wire = lines.wire({"type": "hello", "token": visitor.token}, origin=origin)
    wire._thread.join(60)
    assert (wire.frames, wire.closed_with) == ([], 403)


@pytest.mark.parametrize("hello", ['{"token": "no"}', "no frame", "[]", '{"type": "hello"}'])
def test_who_shows_nothing_is_shown_nothing(lines: LiveLines, hello: str) -> None:
    wire = lines.wire(hello)
    wire._thread.join(60)
    assert wire.frames == []
    assert wire.closed_with in (4400, 4401)


def test_a_stream_without_a_token_is_refused(lines: LiveLines) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"http://127.0.0.1:{lines.port}/live/events", timeout=10)
