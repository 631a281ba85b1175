"""One ticket: its page, replies, notes, changes, and what happens when two people work on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery
from helpdesk.people.models import Membership, Right
from helpdesk.tickets import commands, customizing
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Attachment, Message, Ticket, Visibility
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from tests.pages import PageClient
from workflows.lifecycle import Status

# Two of them are for what the requester needs and who may speak for them.
# Two of them for what the reader has begun to write here, and what waits to be sent.
TICKET_BUDGET = 21


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def page_of(client: PageClient, ticket: Ticket, query: str = "") -> str:
    return client.get(f"/tickets/{ticket.number}{query}").get_data(as_text=True)


def now(ticket: Ticket) -> Ticket:
    look_again()
    return db.session.get_one(Ticket, ticket.id)


def messages_of(ticket: Ticket) -> list[Message]:
    look_again()
    wanted = select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)
    return list(db.session.scalars(wanted))


def test_the_page_shows_the_conversation_in_order(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    make_reply(ticket, cast.ben, "Have you tried another tray?")
    make_note(ticket, cast.cleo, "Drum unit again.")
    make_words_of(ticket, cast.ada, "Tray two works.")
    page = page_of(ben, ticket)
    places = [
        page.index(text) for text in ("blank pages.", "another tray", "Drum unit", "Tray two")
    ]
    assert places == sorted(places)
    assert "Internal note" in page


def test_a_reply_is_sent_and_sets_the_status(
    ben: PageClient, cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    ben.post(
        f"/tickets/{ticket.number}/replies",
        {
            "text": "Please try again.",
            "cc": "Bob@Example.org; eve.2@example.org",
            "status": "pending_requester",
            "version": str(ticket.version),
            "seen": "0",
        },
    )
    ben_id = cast.ben.id
    settle()
    message = messages_of(ticket)[-1]
    assert (message.text, message.direction) == ("Please try again.", "out")
    assert message.author_id == ben_id
    assert message.recipients["cc"] == ["bob@example.org", "eve.2@example.org"]
    assert now(ticket).status == Status.PENDING_REQUESTER
    sent = db.session.scalars(select(Delivery).where(Delivery.message_id == message.id)).all()
    assert {one.recipients[0] for one in sent} == {
        "ada@borough.example",
        "bob@example.org",
        "eve.2@example.org",
    }


def test_a_note_is_internal(ben: PageClient, ticket: Ticket) -> None:
    ben.post(
        f"/tickets/{ticket.number}/notes",
        {"note_text": "She called as well.", "version": str(ticket.version)},
    )
    assert messages_of(ticket)[-1].visibility is Visibility.INTERNAL


def test_a_reply_to_a_ticket_changed_meanwhile_is_kept_and_not_sent(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    version = ticket.version
    seen = messages_of(ticket)[-1].id
    make_words_of(ticket, cast.ada, "It works now, thank you.")
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["printer"], by=cast.cleo.id, cause="test")
    typed = {"text": "We will send somebody.", "cc": "", "version": str(version), "seen": str(seen)}
    ben.post(f"/tickets/{ticket.number}/replies", typed, status=409)
    assert ben.last is not None
    page = ben.last.get_data(as_text=True)
    assert "This ticket changed while you wrote." in page
    assert "New message from Ada Byrne" in page
    assert "Tags: none is now printer" in page
    assert "We will send somebody.</textarea>" in page
    assert len(messages_of(ticket)) == 2
    again = re.search(r'name="version" value="(\d+)"', page)
    assert again is not None
    ben.post(f"/tickets/{ticket.number}/replies", {**typed, "version": again[1]})
    assert messages_of(ticket)[-1].text == "We will send somebody."


def test_sending_the_same_form_twice_sends_once(ben: PageClient, ticket: Ticket) -> None:
    typed = {"text": "Once.", "version": str(ticket.version), "seen": "0"}
    ben.post(f"/tickets/{ticket.number}/replies", typed)
    ben.post(f"/tickets/{ticket.number}/replies", typed, status=409)
    assert [one.text for one in messages_of(ticket)].count("Once.") == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": "  "}, "Write something first."),
        ({"text": "Hello", "cc": "nobody at all"}, "is not an e-mail address"),
        ({"text": "Hello", "status": "odd"}, "none of the choices"),
        ({"text": "Hello", "status": "closed"}, "cannot become Closed"),
        ({"text": "Hello", "author_id": "1"}, "did not ask for: author_id"),
    ],
)
def test_a_reply_that_cannot_be_sent_comes_back_whole(
    ben: PageClient, ticket: Ticket, fields: dict[str, str], sentence: str
) -> None:
    ben.post(
        f"/tickets/{ticket.number}/replies",
        {"version": str(ticket.version), **fields},
        status=422,
    )
    assert ben.last is not None
    page = ben.last.get_data(as_text=True)
    assert sentence in page.replace("&#39;", "'")
    assert f"{fields['text']}</textarea>" in page
    assert len(messages_of(ticket)) == 1


def test_a_file_that_came_with_a_refused_reply_is_not_lost(ben: PageClient, ticket: Ticket) -> None:
    ben.post(
        f"/tickets/{ticket.number}/replies",
        {
            "text": "See the file.",
            "cc": "not an address",
            "version": str(ticket.version),
            "files": (BytesIO(b"how to change the drum"), "drum.txt", "text/plain"),
        },
        status=422,
    )
    assert ben.last is not None
    token = re.search(r'name="kept" value="([^"]+)" checked', ben.last.get_data(as_text=True))
    assert token is not None
    ben.post(
        f"/tickets/{ticket.number}/replies",
        {"text": "See the file.", "version": str(ticket.version), "kept": token[1]},
    )
    attachment = db.session.scalars(select(Attachment)).one()
    assert (attachment.name, attachment.size) == ("drum.txt", 22)


def test_files_too_large_for_a_form_are_refused_on_the_page(
    ben: PageClient, ticket: Ticket
) -> None:
    fields = {"text": "Large.", "version": str(ticket.version), "csrf_token": ben.token()}
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="large.bin"\r\n\r\n'
    answer = ben.raw.post(
        f"/tickets/{ticket.number}/replies",
        base_url="http://desk.example",
        data=b"".join(parts) + head + b"x" * 29 * 1024 * 1024 + b"\r\n--cut--\r\n",
        content_type="multipart/form-data; boundary=cut",
    )
    assert answer.status_code == 422
    assert "These files are too large." in answer.get_data(as_text=True)


def test_a_closed_ticket_takes_no_reply(ben: PageClient, ticket: Ticket) -> None:
    for status in (Status.RESOLVED, Status.CLOSED):
        with unit_of_work():
            commands.change_status(commands.lock(ticket.id), status, by=None, cause="test")
    version = str(now(ticket).version)
    ben.post(f"/tickets/{ticket.number}/replies", {"text": "Hm", "version": version}, status=422)
    assert "This ticket is closed." in page_of(ben, ticket)


def test_properties_change_together(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    ben.post(
        f"/tickets/{ticket.number}/properties",
        {
            "version": str(ticket.version),
            "status": "in_progress",
            "assignee": str(cast.cleo.id),
            "group": str(cast.it.id),
            "priority": "1",
            "priority_why": "The mayor's office",
            "impact": "high",
            "urgency": "low",
            "type": "problem",
            "tags": "Printer, floor 2",
        },
    )
    changed = now(ticket)
    assert (changed.status, changed.assignee_id, changed.priority) == (
        "assess",
        cast.cleo.id,
        1,
    )
    assert (changed.impact, changed.urgency, changed.type) == ("high", "low", "problem")
    assert [tag.name for tag in changed.tags] == ["floor 2", "printer"]
    page = page_of(ben, ticket)
    assert "Status: New → Being assessed" in page


def test_a_property_that_the_form_does_not_name_stays(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.number}/properties"
    ben.post(path, {"version": str(ticket.version), "assignee": str(cast.ben.id)})
    changed = now(ticket)
    assert (changed.assignee_id, changed.group_id, changed.status) == (
        cast.ben.id,
        cast.it.id,
        "new",
    )


def test_a_change_that_meets_another_is_shown_beside_it(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    version = ticket.version
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.cleo, by=cast.cleo.id, cause="test")
    path = f"/tickets/{ticket.number}/properties"
    ben.post(path, {"version": str(version), "assignee": str(cast.ben.id)}, status=409)
    assert ben.last is not None
    page = ben.last.get_data(as_text=True)
    assert "Assignee: nobody is now Cleo Marsh" in page
    assert f'<option value="{cast.ben.id}" selected>' in page
    assert now(ticket).assignee_id == cast.cleo.id


def test_a_text_that_changed_meanwhile_is_named_by_its_label(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    version, by = ticket.version, cast.cleo.id
    with unit_of_work():
        customizing.add_field(key="call_minutes", label="Length of call", kind="number")
        changed = commands.lock(ticket.id)
        commands.rename(changed, "Blank pages again", by=by, cause="test")
        customizing.set_custom(changed, {"call_minutes": "9"}, by=by, cause="test")
    page = page_of(ben, ticket)
    assert "Length of call was changed" in page
    assert "Subject was changed" in page
    path = f"/tickets/{ticket.number}/properties"
    ben.post(path, {"version": str(version), "assignee": str(cast.ben.id)}, status=409)
    assert ben.last is not None
    notice = ben.last.get_data(as_text=True).partition('role="alert"')[2].partition("</ul>")[0]
    assert "<li>Length of call was changed" in notice
    assert "<li>Subject was changed" in notice


def test_a_change_that_may_not_be_names_its_field(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.number}/properties"
    ben.post(path, {"version": str(ticket.version), "assignee": str(cast.dan.id)}, status=422)
    assert ben.last is not None
    assert 'id="p-assignee-error"' in ben.last.get_data(as_text=True)


def test_a_custom_field_is_shown_and_saved(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    with unit_of_work():
        customizing.add_field(key="asset", label="Asset", kind="text")
        customizing.add_field(key="floors", label="Floors", kind="multi", options=["1", "2"])
        customizing.add_field(key="cost", label="Cost", kind="number")
    path = f"/tickets/{ticket.number}/properties"
    ben.post(
        path,
        {"version": str(ticket.version), "field_asset": "LP-7", "field_floors": ["", "1", "2"]},
    )
    assert now(ticket).custom == {"asset": "LP-7", "floors": ["1", "2"]}
    ben.post(path, {"version": str(now(ticket).version), "field_cost": "much"}, status=422)
    assert ben.last is not None
    assert 'id="p-field_cost-error"' in ben.last.get_data(as_text=True)


def test_a_ticket_moved_out_of_sight_leads_back_to_the_list(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.number}/properties"
    ben.post(path, {"version": str(ticket.version), "group": str(cast.highways.id)})
    assert ben.last is not None
    assert ben.last.location == "/tickets"


def test_a_reader_of_a_group_may_look_and_not_touch(
    client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    with unit_of_work():
        db.session.add(Membership(person_id=cast.dan.id, group_id=cast.it.id, right=Right.READ))
    client.sign_in("dan@borough.example")
    assert 'id="reply-form"' not in page_of(client, ticket)
    for path, field in (("replies", "text"), ("notes", "note_text"), ("properties", "status")):
        client.post(f"/tickets/{ticket.number}/{path}", {field: "x", "version": "1"}, status=403)


def test_somebody_watches_and_no_longer(ben: PageClient, ticket: Ticket) -> None:
    ben.post(f"/tickets/{ticket.number}/watchers", {"add": "neighbour@example.org"})
    watcher = now(ticket).watchers[0]
    assert "neighbour@example.org" in page_of(ben, ticket)
    ben.post(f"/tickets/{ticket.number}/watchers", {"remove": str(watcher.person_id)})
    assert now(ticket).watchers == []


def test_tickets_are_linked_and_parted(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    other = make_ticket(cast.ada, cast.it, subject="Toner is low")
    path = f"/tickets/{ticket.number}/links"
    ben.post(path, {"number": other.number.lower(), "kind": "follows"})
    assert f"<b>{other.number}</b> Toner is low" in page_of(ben, ticket)
    assert "is followed by" in page_of(ben, other)
    ben.post(path, {"remove": str(other.id)})
    assert f"<b>{other.number}</b>" not in page_of(ben, ticket)


def test_a_hidden_ticket_cannot_be_linked(ben: PageClient, cast: Cast, ticket: Ticket) -> None:
    hidden = make_ticket(cast.ada, cast.highways, subject="Secret pothole")
    ben.post(
        f"/tickets/{ticket.number}/links", {"number": hidden.number, "kind": "related"}, status=422
    )
    assert "Secret pothole" not in page_of(ben, ticket)


def test_a_long_conversation_shows_its_newest_sixty(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    for number in range(64):
        make_words_of(ticket, cast.ada, f"Line number {number}.")
    page = page_of(ben, ticket)
    assert page.count("<article") == 60
    assert "Show 5 earlier messages" in page
    assert page_of(ben, ticket, "?messages=120").count("<article") == 65


@pytest.mark.parametrize("messages", [1, 30])
def test_the_ticket_keeps_its_budget_however_long_it_is(
    ben: PageClient, cast: Cast, ticket: Ticket, messages: int
) -> None:
    for number in range(messages):
        file = NewFile(f"{number}.txt", "text/plain", b"x")
        make_reply(ticket, cast.cleo, files=(file,))
        make_ticket(cast.ada, cast.it)
    # What a process remembers for a moment is asked for by the first page only.
    page_of(ben, ticket)
    with counted() as statements:
        page_of(ben, ticket)
    assert len(statements) <= TICKET_BUDGET, "\n\n".join(statements)


def test_a_ticket_of_another_group_is_as_one_that_is_not(ben: PageClient, cast: Cast) -> None:
    hidden = make_ticket(cast.ada, cast.highways)
    told = [
        # A token of the page tells the second in which it was made.
        re.sub('(name="csrf_token" value|data-pass)="[^"]*"', "", answer.get_data(as_text=True))
        for number in (hidden.number, "INC-999999")
        if (answer := ben.get(f"/tickets/{number}", status=404))
    ]
    assert told[0] == told[1]
