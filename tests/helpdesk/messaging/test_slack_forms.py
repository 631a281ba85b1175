"""The desk's own forms in Slack: chosen, followed question by question, checked at their fields, and sent once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.lines import Lines
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.slackers import Connected, connect
from tests.helpdesk.web.portal.visiting import CARS, PHOTO, make_form, make_questions
from tests.servers.slack import Workspace
from workflows.lifecycle import Status

Settle = Callable[[], None]
WHERE = {"where-line1": "14 Alder Row", "where-town": "Ambridge", "where-postcode": "ab1 2cd"}


@pytest.fixture
def connected(app: Flask, cast: Cast, slack: Workspace) -> Iterator[Connected]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    yield connect(app, slack)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def asks(connected: Connected, words: str = "") -> dict[str, Any]:
    """Ada asks for a form; what is shown to her."""
    body = f"command=%2Fdesk&text={words}&trigger_id=13.37&user_id=U0ADA&channel_id=C0TALK"
    assert connected.post(body.encode(), "application/x-www-form-urlencoded").status_code == 200
    return next_view(connected)


def next_view(connected: Connected) -> dict[str, Any]:
    connected.space.wait_for(lambda: connected.space.views)
    view: dict[str, Any] = connected.space.views.pop(0)["view"]
    return view


def sends(connected: Connected, view: dict[str, Any], **values: Any) -> Any:
    said = connected.space.sent(view, "U0ADA", **values)
    return connected.press(said).get_json()


def labels(view: dict[str, Any]) -> list[str]:
    return [one["label"]["text"] for one in view["blocks"] if one["type"] == "input"]


def kinds(view: dict[str, Any]) -> list[str]:
    return [one["element"]["type"] for one in view["blocks"] if one["type"] == "input"]


def ticket() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket)).one()


def test_a_form_of_the_desk_asks_in_slack_what_it_asks_on_the_portal(
    connected: Connected,
) -> None:
    make_questions(
        {"name": "bin", "kind": "choice", "label": "Which bin?", "options": ["Food", "Glass"]},
        {
            "name": "days",
            "kind": "several",
            "label": "Which days?",
            "options": list("abcdefghijkl"),
        },
        {"name": "day", "kind": "date", "label": "Since when?"},
        {"name": "mail", "kind": "email", "label": "E-mail?"},
        {"name": "phone", "kind": "phone", "label": "Telephone?"},
        {"name": "more", "kind": "long_text", "label": "What happened?", "hint": "In your words."},
        PHOTO,
    )
    view = asks(connected, "It+smells")
    assert kinds(view) == [
        "radio_buttons",
        "multi_static_select",
        "datepicker",
        "email_text_input",
        "plain_text_input",
        "plain_text_input",
        "file_input",
    ]
    assert view["title"]["text"] == "Missed bin"
    told = next(one for one in view["blocks"] if one["block_id"] == "more")
    assert told["element"]["initial_value"] == "It smells"
    assert told["hint"]["text"] == "In your words."


def test_an_answer_opens_the_question_that_depends_on_it(connected: Connected) -> None:
    make_form()
    view = asks(connected)
    assert "Does it smell?" not in labels(view)
    assert next(one for one in view["blocks"] if one["block_id"] == "bin")["dispatch_action"]
    connected.press(connected.space.changed_form(view, "U0ADA", bin="food"))
    changed = next_view(connected)
    assert labels(changed)[1] == "Does it smell?"
    (told,) = connected.space.called("views.update")
    assert (told["hash"], told["view_id"][0]) == ("156.abc", "V")


def test_a_form_that_is_sent_before_the_question_came_asks_it_then(connected: Connected) -> None:
    make_form()
    said = sends(connected, asks(connected), bin="food", **WHERE)
    assert said["response_action"] == "update"
    assert "Does it smell?" in labels(said["view"])
    assert db.session.scalars(select(RawMessage)).all() == []


def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_kept(
    connected: Connected,
) -> None:
    make_questions({"name": "phone", "kind": "phone", "label": "Telephone?"})
    said = sends(connected, asks(connected), phone="none")
    assert said == {
        "response_action": "errors",
        "errors": {"phone": "Type a telephone number, such as 01632 960 001."},
    }
    assert db.session.scalars(select(RawMessage)).all() == []


def test_what_is_sent_becomes_a_ticket_as_the_form_says(
    connected: Connected, cast: Cast, settle: Settle
) -> None:
    make_form(ticket_type="incident")
    view = asks(connected)
    assert sends(connected, view, bin="glass", **WHERE) == {"response_action": "clear"}
    settle()
    sent = ticket()
    assert (sent.subject, sent.type) == ("Missed bin: 14 Alder Row Ambridge AB1 2CD", "incident")
    assert (sent.group_id, sent.requester.name) == (cast.it.id, "Ada Byrne")
    assert [one.name for one in sent.tags] == ["bins"]
    assert sent.messages[0].text.startswith("Which bin?\nGlass\n\nWhere is it?\n14 Alder Row")


def test_a_form_that_slack_hands_over_twice_is_one_ticket(
    connected: Connected, settle: Settle
) -> None:
    make_form()
    said = connected.space.sent(asks(connected), "U0ADA", bin="glass", **WHERE)
    connected.press(said)
    connected.press(said)
    settle()
    assert ticket().subject.startswith("Missed bin")


def test_files_of_a_form_stand_on_the_ticket(connected: Connected, settle: Settle) -> None:
    make_questions(PHOTO)
    file = connected.space.add_file("bin.png", "image/png", b"\x89PNG bin")
    sends(connected, asks(connected), photo=[file])
    settle()
    (attachment,) = ticket().messages[0].attachments
    assert (attachment.name, attachment.size) == ("bin.png", 8)


def test_one_more_of_a_group_is_added_by_a_button(connected: Connected, settle: Settle) -> None:
    make_questions(CARS)
    view = asks(connected)
    one = {"cars.0.plate": "AB12 CDE", "cars.0.since": "2026-03-27"}
    connected.press(connected.space.changed_form(view, "U0ADA", press="cars", **one))
    more = next_view(connected)
    assert labels(more)[2:] == ["Number plate (2)", "Since when? (2)"]
    assert all(block["block_id"] != "cars" for block in more["blocks"])
    wrong = sends(connected, more, **one, **{"cars.1.since": "2026-03-28"})
    assert wrong["errors"] == {"cars.1.plate": "Type an answer."}
    sends(connected, more, **one, **{"cars.1.plate": "X1", "cars.1.since": "2026-03-28"})
    settle()
    assert "1. AB12 CDE, 27 March 2026\n2. X1, 28 March 2026" in ticket().messages[0].text


def test_of_several_forms_one_is_chosen_first(connected: Connected, settle: Settle) -> None:
    make_form()
    make_form("light", title="Broken street light", group="", subject="", called={})
    make_form("own", title="Only for staff", signed_in_only=True, called={})
    view = asks(connected, "light")
    (asked,) = [one["element"]["options"] for one in view["blocks"]]
    assert [one["text"]["text"] for one in asked] == ["Broken street light", "Missed bin"]
    said = sends(connected, view, form="light")
    assert (said["response_action"], said["view"]["title"]["text"]) == (
        "push",
        "Broken street light",
    )
    settle()
    assert db.session.scalars(select(RawMessage)).all() == []
    sends(connected, said["view"], bin="glass", **WHERE)
    settle()
    assert ticket().subject == "Broken street light"


def test_a_form_that_is_changed_meanwhile_is_read_as_it_was_shown(
    connected: Connected, settle: Settle
) -> None:
    make_questions({"name": "old", "kind": "text", "label": "Of old?"})
    view = asks(connected)
    make_questions({"name": "new", "kind": "text", "label": "Of late?"})
    sends(connected, view, old="Yes, of old.")
    settle()
    assert ticket().messages[0].text == "Of old?\nYes, of old."


def test_a_form_and_the_status_speak_the_language_of_the_workspace(
    app: Flask, connected: Connected, settle: Settle
) -> None:
    make_form(ticket_type="question")
    with unit_of_work():
        account = db.session.scalars(select(ChannelAccount).filter_by(kind="slack")).one()
        account.settings = {**account.settings, "language": "cy"}
    view = asks(connected)
    assert (view["title"]["text"], view["submit"]["text"]) == ("Bin heb ei gasglu", "Anfon")
    sends(connected, view, bin="glass", **WHERE)
    settle()
    number = ticket().number
    (line,) = connected.space.by_app("D0ADA")
    assert line["text"].startswith(f"{number}: Newydd")
    with unit_of_work():
        commands.change_status(commands.lock(ticket().id), Status.RESOLVED, by=None, cause="test")
    settle()
    assert connected.space.by_app("D0ADA")[0]["text"].startswith(f"{number}: Wedi'i ddatrys")


def test_on_a_line_a_form_is_answered_with_the_envelope(
    app: Flask, connected: Connected, settle: Settle
) -> None:
    make_questions({"name": "phone", "kind": "phone", "label": "Telephone?"})
    view = asks(connected)
    space = connected.space
    with unit_of_work():
        account = db.session.scalars(select(ChannelAccount).filter_by(kind="slack")).one()
        account.settings = {**account.settings, "way": "socket"}
    lines = Lines(app)
    lines.go_round()
    space.wait_for(lambda: space.sockets)
    try:
        said = space.sent(view, "U0ADA", phone="none")
        space.sockets[-1].send({"envelope_id": "e-1", "type": "interactive", "payload": said})
        space.wait_for(lambda: "e-1" in space.acknowledged)
    finally:
        lines.stop()
    assert space.payloads["e-1"]["errors"]["phone"].startswith("Type a telephone number")
