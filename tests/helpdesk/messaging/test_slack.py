"""Slack: what people write there becomes tickets, and what agents answer stands in the thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from channels.slack.client import PAUSES
from helpdesk.core import outbox, vault
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.messaging import talking
from helpdesk.messaging.models import (
    ChannelAccount,
    ChannelThread,
    Delivery,
    DeliveryState,
    RawMessage,
)
from helpdesk.people.models import ContactKind, ContactPoint
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewFile, NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from tests.cast import Cast
from tests.helpdesk.messaging.slackers import Connected, connect
from tests.pages import PageClient
from tests.servers.slack import SIGNING_SECRET, Workspace
from workflows.lifecycle import Status

Settle = Callable[[], None]


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield
    app.config["DESK_INTERNAL_HOSTS"] = ()


@pytest.fixture
def connected(app: Flask, cast: Cast, slack: Workspace, inside: None) -> Connected:
    return connect(app, slack, cast.it)


def tickets() -> list[Ticket]:
    db.session.rollback()
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def texts(ticket: Ticket) -> list[str]:
    found = select(Message.text).where(Message.ticket_id == ticket.id).order_by(Message.id)
    return list(db.session.scalars(found))


def answer(cast: Cast, text: str, *files: NewFile, visibility: str = "public") -> Message:
    """Ben answers the first ticket in its thread, or writes a note on it."""
    with unit_of_work():
        ticket = commands.lock(tickets()[0].id)
        reply = talking.reply_to(ticket)
        assert reply is not None
        public = visibility == "public"
        new = NewMessage(
            text=text,
            direction=Direction.OUT if public else Direction.NOTE,
            visibility=Visibility(visibility),
            channel="slack",
            author=cast.ben,
            recipients={talking.THREAD: reply.thread.id} if public else {},
            files=files,
        )
        return add_message(ticket, new, by=cast.ben.id, cause="test")


def test_a_message_in_a_support_channel_opens_a_ticket_of_its_writer(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    connected.says("C0HELP", "U0ADA", "My printer &amp; scanner are &lt;dead&gt;, <@U0BEN>")
    settle()
    (ticket,) = tickets()
    assert (ticket.channel, ticket.group_id) == ("slack", cast.it.id)
    assert ticket.subject == "My printer & scanner are <dead>, @Ben Okafor"
    assert ticket.requester.name == "Ada Byrne"


def test_an_answer_in_the_desk_stands_in_the_thread(
    connected: Connected, client: PageClient, settle: Settle
) -> None:
    event = connected.says("C0HELP", "U0ADA", "My printer is dead.")
    settle()
    (ticket,) = tickets()
    client.sign_in("ben@borough.example")
    client.post(
        f"/tickets/{ticket.number}/replies",
        {
            "text": "See https://help.example/1.",
            "way": "thread",
            "version": str(ticket.version),
            "seen": "0",
        },
    )
    settle()
    _status, said = connected.space.by_app("C0HELP")
    assert said["thread_ts"] == event["event"]["ts"]
    assert said["text"].startswith("See https://help.example/1.")
    links = [one for one in said["blocks"][0]["elements"][0]["elements"] if one["type"] == "link"]
    assert links == [{"type": "link", "url": "https://help.example/1"}]
    assert db.session.scalars(select(Delivery.state)).all() == [DeliveryState.SENT]


def test_what_follows_in_the_thread_joins_the_ticket(connected: Connected, settle: Settle) -> None:
    first = connected.says("C0HELP", "U0ADA", "My printer is dead.")
    settle()
    connected.says("C0HELP", "U0BEN", "Mine too.", thread_ts=first["event"]["ts"])
    settle()
    (ticket,) = tickets()
    assert texts(ticket) == ["My printer is dead.", "Mine too."]
    assert ticket.messages[1].author_name == "Ben Okafor"


def test_what_is_said_elsewhere_opens_nothing_and_is_not_kept(
    connected: Connected, settle: Settle
) -> None:
    connected.says("C0TALK", "U0ADA", "Lunch?")
    connected.says("C0TALK", "U0BEN", "Yes!", thread_ts="1.000001")
    settle()
    assert tickets() == []
    assert db.session.scalars(select(RawMessage)).all() == []


def test_whoever_writes_to_the_app_directly_has_one_conversation(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    connected.says("D0ADA", "U0ADA", "Hello?")
    connected.says("D0ADA", "U0ADA", "My key does not fit.")
    settle()
    (ticket,) = tickets()
    assert texts(ticket) == ["Hello?", "My key does not fit."]
    answer(cast, "Which door?")
    settle()
    said = connected.space.by_app("D0ADA")[-1]
    assert "thread_ts" not in said
    assert said["text"].startswith("Which door?")


def test_an_emoji_opens_a_ticket_for_whoever_wrote_the_message(
    connected: Connected, settle: Settle
) -> None:
    message = connected.space.write("C0TALK", "U0ADA", "The lift is stuck.")
    item = {"type": "message", "channel": "C0TALK", "ts": message["ts"]}
    for emoji in ("thumbsup", "ticket"):
        event = {"type": "reaction_added", "user": "U0BEN", "reaction": emoji, "item": item}
        connected.tell(connected.space.event(event))
    settle()
    (ticket,) = tickets()
    assert (ticket.subject, ticket.requester.name) == ("The lift is stuck.", "Ada Byrne")


def test_two_emoji_on_one_message_are_one_ticket(connected: Connected, settle: Settle) -> None:
    event = connected.says("C0HELP", "U0ADA", "The lift is stuck.")["event"]
    item = {"type": "message", "channel": "C0HELP", "ts": event["ts"]}
    for user in ("U0BEN", "U0ADA"):
        said = {"type": "reaction_added", "user": user, "reaction": "ticket", "item": item}
        connected.tell(connected.space.event(said))
    settle()
    (ticket,) = tickets()
    assert texts(ticket) == ["The lift is stuck."]


def test_the_shortcut_on_a_message_opens_a_ticket(connected: Connected, settle: Settle) -> None:
    message = connected.space.write("C0TALK", "U0ADA", "The lift is stuck.")
    pressed = {
        "type": "message_action",
        "callback_id": "desk_open_ticket",
        "action_ts": "1700000000.1",
        "user": {"id": "U0BEN"},
        "channel": {"id": "C0TALK", "name": "talk"},
        "message": message,
    }
    assert connected.press(pressed).status_code == 200
    settle()
    (ticket,) = tickets()
    assert ticket.requester.name == "Ada Byrne"


def test_files_come_with_the_message(connected: Connected, settle: Settle) -> None:
    file = connected.space.add_file("jam.png", "image/png", b"\x89PNG jam")
    connected.says("C0HELP", "U0ADA", "", subtype="file_share", files=[file])
    settle()
    (ticket,) = tickets()
    (attachment,) = ticket.messages[0].attachments
    assert (attachment.name, attachment.size) == ("jam.png", 8)


def test_files_go_out_with_the_words_in_one_step(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    event = connected.says("C0HELP", "U0ADA", "How do I print?")
    settle()
    answer(cast, "So <here>.", NewFile("how.txt", "text/plain", b"press the button"))
    settle()
    (shared,) = connected.space.shared
    assert (shared["channel_id"], shared["thread_ts"]) == ("C0HELP", event["event"]["ts"])
    assert shared["initial_comment"].startswith("So &lt;here&gt;.")
    assert [one["body"] for one in connected.space.uploads.values()] == [b"press the button"]


def test_an_edit_stands_beside_what_was_said_before(connected: Connected, settle: Settle) -> None:
    event = connected.says("C0HELP", "U0ADA", "Monday at ten")["event"]
    settle()
    connected.tell(edited(connected, event, "Tuesday at ten"))
    settle()
    (ticket,) = tickets()
    assert texts(ticket) == ["Monday at ten", "Tuesday at ten"]
    original, edit = ticket.messages
    assert (edit.joined_by, edit.facts) == ("edited", {"alters": original.id})


def test_an_edit_that_comes_first_waits_for_what_it_changes(
    connected: Connected, settle: Settle
) -> None:
    said = connected.space.said("C0HELP", "U0ADA", "Monday at ten")
    connected.tell(edited(connected, said["event"], "Tuesday at ten"))
    settle()
    assert tickets() == []
    connected.tell(said)
    settle()
    (ticket,) = tickets()
    assert texts(ticket) == ["Monday at ten", "Tuesday at ten"]


def test_a_deletion_is_noted_and_the_words_stay(connected: Connected, settle: Settle) -> None:
    event = connected.says("C0HELP", "U0ADA", "My password is 1234")["event"]
    settle()
    gone = {
        "type": "message",
        "subtype": "message_deleted",
        "channel": "C0HELP",
        "channel_type": "channel",
        "deleted_ts": event["ts"],
        "event_ts": "1700000009.0",
        "previous_message": {**event},
    }
    connected.tell(connected.space.event(gone))
    settle()
    (ticket,) = tickets()
    first, note = ticket.messages
    assert first.text == "My password is 1234"
    assert (note.visibility, note.direction) == (Visibility.INTERNAL, Direction.NOTE)
    assert "Ada Byrne" in note.text


def test_a_note_never_leaves(connected: Connected, cast: Cast, settle: Settle) -> None:
    connected.says("C0HELP", "U0ADA", "My printer is dead.")
    settle()
    answer(cast, "She always breaks it.", visibility="internal")
    settle()
    said = [one["text"] for one in connected.space.by_app("C0HELP")]
    assert all("breaks" not in one for one in said)


def test_the_thread_shows_the_status_and_changes_it(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    event = connected.says("C0HELP", "U0ADA", "My printer is dead.")["event"]
    settle()
    (ticket,) = tickets()
    (line,) = connected.space.by_app("C0HELP")
    assert (line["thread_ts"], line["text"]) == (event["ts"], f"{ticket.number}: New")
    with unit_of_work():
        commands.change_status(commands.lock(ticket.id), Status.RESOLVED, by=None, cause="test")
    settle()
    (line,) = connected.space.by_app("C0HELP")
    assert line["text"] == f"{ticket.number}: Resolved"


def test_work_that_is_done_twice_is_there_once(
    app: Flask, connected: Connected, settle: Settle
) -> None:
    connected.says("C0HELP", "U0ADA", "My printer is dead.")
    settle()
    raw = db.session.scalars(select(RawMessage)).one()
    thread = db.session.scalars(select(ChannelThread)).one()
    with unit_of_work():
        owe("file_completed", raw.id)
        owe("show_status", thread.id)
    settle()
    (ticket,) = tickets()
    assert texts(ticket) == ["My printer is dead."]
    assert len(connected.space.by_app("C0HELP")) == 1


def test_while_slack_wants_to_be_left_alone_a_message_waits_for_its_turn(
    connected: Connected, clock: StoppedClock, settle: Settle
) -> None:
    connected.space.refusals["users.info"] = [1]
    connected.says("C0HELP", "U0ADA", "My printer is dead.")
    settle()
    assert tickets() == []
    PAUSES.forget()
    clock.advance(timedelta(minutes=1))
    settle()
    assert [one.requester.name for one in tickets()] == ["Ada Byrne"]


def test_a_form_is_shown_and_what_is_sent_is_a_conversation_with_its_sender(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    body = b"command=%2Fdesk&text=my+chair&trigger_id=13.37&user_id=U0ADA&channel_id=C0TALK"
    assert connected.post(body, "application/x-www-form-urlencoded").status_code == 200
    connected.space.wait_for(lambda: connected.space.views)
    (shown,) = connected.space.views
    view = shown["view"]
    assert (shown["trigger_id"], view["type"]) == ("13.37", "modal")
    sent = connected.space.sent(view, "U0ADA", subject="My chair", text="It squeaks.")
    assert connected.press(sent).get_json() == {"response_action": "clear"}
    settle()
    (ticket,) = tickets()
    assert (ticket.subject, texts(ticket)) == ("My chair", ["It squeaks."])
    (line,) = connected.space.by_app("D0ADA")
    assert line["text"] == f"{ticket.number}: New\nMy chair"
    answer(cast, "We bring oil.")
    settle()
    assert connected.space.by_app("D0ADA")[-1]["thread_ts"] == line["ts"]


def test_our_own_words_and_those_of_other_apps_are_not_taken_in(
    connected: Connected, settle: Settle
) -> None:
    connected.says("C0HELP", "U0BOT", "I am the desk.", app_id="A0DESK", bot_id="B0DESK")
    connected.says("C0HELP", "U0BOT", "I am the desk.")
    connected.says("C0HELP", "U0X", "Build failed.", subtype="bot_message", bot_id="B0OTHER")
    connected.says("C0HELP", "U0ADA", "has joined", subtype="channel_join")
    settle()
    assert tickets() == []


def test_a_profile_proves_nothing_unless_the_workspace_is_trusted(
    connected: Connected, settle: Settle
) -> None:
    connected.says("C0HELP", "U0BEN", "Hello.")
    settle()
    kinds = [point.kind for point in tickets()[0].requester.contact_points]
    assert kinds == [ContactKind.HANDLE]


def test_a_trusted_workspace_says_who_somebody_is(
    app: Flask, cast: Cast, slack: Workspace, inside: None, settle: Settle
) -> None:
    connected = connect(app, slack, cast.it, trusted_domains="borough.example")
    connected.says("C0HELP", "U0BEN", "Hello.")
    connected.says("C0HELP", "U0ADA", "Hello.")
    slack.add_user("U0GUEST", "Gus", "ben@borough.example", is_restricted=True)
    connected.says("C0HELP", "U0GUEST", "Hello.")
    settle()
    assert [one.requester_id == cast.ben.id for one in tickets()] == [True, False, False]
    proven = select(ContactPoint.is_proven).where(
        ContactPoint.person_id == cast.ben.id, ContactPoint.kind == ContactKind.HANDLE
    )
    assert db.session.scalar(proven) is True


def test_a_token_that_was_revoked_is_said_in_plain_words_and_nothing_is_lost(
    connected: Connected, settle: Settle
) -> None:
    connected.space.revoked = True
    connected.says("C0HELP", "U0ADA", "My printer is dead.")
    settle()
    (ticket,) = tickets()
    assert ticket.subject == "My printer is dead."
    account = db.session.scalars(select(ChannelAccount)).one()
    assert "Install the app in Slack again" in account.last_error


def test_a_workspace_without_a_token_leaves_no_work_that_fails_for_ever(
    connected: Connected, settle: Settle
) -> None:
    with unit_of_work():
        account = db.session.scalars(select(ChannelAccount)).one()
        account.secrets = vault.seal({"signing_secret": SIGNING_SECRET})
    connected.says("C0HELP", "U0ADA", "My printer is dead.")
    settle()
    assert [one.subject for one in tickets()] == ["My printer is dead."]
    assert outbox.waiting("talk") == 0


def test_the_news_that_the_app_was_removed_is_noted(connected: Connected, settle: Settle) -> None:
    connected.tell(connected.space.event({"type": "app_uninstalled"}))
    account = db.session.scalars(select(ChannelAccount)).one()
    db.session.refresh(account)
    assert "removed" in account.last_error


def edited(connected: Connected, event: dict[str, str], text: str) -> dict[str, object]:
    now = {"type": "message", "user": event["user"], "ts": event["ts"], "text": text}
    return connected.space.event(
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": event["channel"],
            "channel_type": "channel",
            "message": {**now, "edited": {"user": event["user"], "ts": "1700000005.0"}},
            "previous_message": {**now, "text": event["text"]},
        }
    )
