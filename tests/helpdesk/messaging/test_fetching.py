"""Files of conversations: fetched once, checked, tried again, told of when they cannot be had; and ours on their way out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from channels.message import RemoteFile
from channels.whatsapp.channel import WhatsAppChannel
from helpdesk.core import files, outbox
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging import fetching
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.policy import MailPolicy
from helpdesk.messaging.policy import write as write_policy
from helpdesk.messaging.talk_models import AwaitedFile, FileState
from helpdesk.tickets.models import Attachment, Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.whatsapp import Phone, make_phone
from tests.pages import PageClient
from tests.servers.meta import NUMBER_ID, TOKEN, Lying, Meta

Settle = Callable[[], None]
PICTURE = b"\xff\xd8\xff a picture of a bin"


@pytest.fixture
def phone(app: Flask, cast: Cast, meta: Meta) -> Iterator[Phone]:
    app.config["DESK_INTERNAL_HOSTS"] = ("localhost",)
    meta.files["77"] = Lying("image/jpeg", PICTURE)
    yield make_phone(app, meta, cast.it)
    app.config["DESK_INTERNAL_HOSTS"] = ()


def send_picture(phone: Phone, settle: Settle, kind: str = "image", **more: str) -> None:
    phone.send(kind, **{kind: {"id": "77", "mime_type": "image/jpeg", **more}})
    settle()


def awaited() -> AwaitedFile:
    return db.session.scalars(select(AwaitedFile).execution_options(populate_existing=True)).one()


def the_page(client: PageClient) -> str:
    client.sign_in("ben@borough.example")
    ticket = db.session.scalars(select(Ticket)).one()
    return client.get(f"/tickets/{ticket.number}").get_data(as_text=True)


def test_a_picture_is_fetched_and_lies_beside_its_message(
    phone: Phone, client: PageClient, settle: Settle
) -> None:
    send_picture(phone, settle, caption="My bin")
    (attachment,) = db.session.scalars(select(Attachment)).all()
    assert files.open_file(attachment.digest).read() == PICTURE
    assert (attachment.name, attachment.content_type) == ("picture.jpg", "image/jpeg")
    page = the_page(client)
    assert "My bin" in page
    assert "picture.jpg" in page
    assert "being fetched" not in page
    entry = db.session.scalars(select(Entry).where(Entry.event == "FileAttached")).one()
    assert entry.after["files"] == [attachment.digest]


def test_a_file_keeps_the_name_it_was_sent_with(phone: Phone, meta: Meta, settle: Settle) -> None:
    meta.files["77"] = Lying("application/pdf", b"%PDF")
    send_picture(phone, settle, "document", filename="../../letter.pdf")
    (attachment,) = db.session.scalars(select(Attachment)).all()
    assert "/" not in attachment.name
    assert attachment.name.endswith("letter.pdf")


def test_fetched_twice_it_is_there_once(phone: Phone, settle: Settle) -> None:
    send_picture(phone, settle)
    fetching.fetch(awaited().id)
    with unit_of_work():
        awaited().state = FileState.WAITING
        fetching.give_up(awaited().id, RuntimeError("late"))
    fetching.fetch(awaited().id)
    assert len(db.session.scalars(select(Attachment)).all()) == 1


def test_while_meta_is_away_the_message_says_that_it_is_tried_again(
    phone: Phone, meta: Meta, client: PageClient
) -> None:
    meta.files["77"] = Lying("image/jpeg", PICTURE, status=503)
    phone.send("image", image={"id": "77", "mime_type": "image/jpeg"})
    outbox.drain("intake")
    outbox.drain("collect")
    assert (awaited().state, awaited().tries) == (FileState.WAITING, 1)
    assert "The desk tries again" in the_page(client)


def test_what_cannot_be_fetched_is_told_and_can_be_tried_again(
    phone: Phone, meta: Meta, client: PageClient, settle: Settle
) -> None:
    lying = meta.files.pop("77")
    send_picture(phone, settle)
    page = the_page(client)
    assert "A picture could not be fetched." in page
    row = awaited()
    ticket = db.session.scalars(select(Ticket)).one()
    meta.files["77"] = lying
    client.post(f"/tickets/{ticket.number}/messages/{row.message_id}/files/{row.id}", {})
    settle()
    assert awaited().state is FileState.FETCHED
    assert "could not be fetched" not in the_page(client)


def test_somebody_who_may_not_see_the_ticket_fetches_nothing(
    phone: Phone, meta: Meta, client: PageClient, settle: Settle
) -> None:
    meta.files.pop("77")
    send_picture(phone, settle)
    row = awaited()
    ticket = db.session.scalars(select(Ticket)).one()
    client.sign_in("dan@borough.example")
    where = f"/tickets/{ticket.number}/messages/{row.message_id}/files/{row.id}"
    client.post(where, {}, status=404)
    assert awaited().state is FileState.FAILED


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "image/svg+xml", "application/x-msdownload", "", "text/javascript"],
)
def test_a_type_that_could_act_by_itself_is_not_taken_in(
    phone: Phone, meta: Meta, settle: Settle, content_type: str
) -> None:
    meta.files["77"] = Lying(content_type, b"<script>alert(1)</script>")
    phone.send("document", document={"id": "77", "mime_type": content_type})
    settle()
    assert awaited().state is FileState.FAILED
    assert "not taken in" in awaited().words
    assert db.session.scalars(select(Attachment)).all() == []


def test_a_file_that_is_too_large_is_not_read(phone: Phone, meta: Meta, settle: Settle) -> None:
    with unit_of_work():
        write_policy(MailPolicy(largest_mail=1024))
    meta.files["77"] = Lying("image/jpeg", b"x" * 2048)
    send_picture(phone, settle)
    assert awaited().state is FileState.FAILED
    assert not any(one.path.startswith("/files/") for one in meta.asked)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://169.254.169.254/latest",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://evilfbsbx.com/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_nothing_is_fetched_from_anywhere_but_meta(meta: Meta, url: str) -> None:
    settings = {"number_id": NUMBER_ID, "url": meta.url, "internal_hosts": "localhost"}
    graph = WhatsAppChannel(settings, {"token": TOKEN})._graph
    with pytest.raises(Exception, match="no server of Meta"):
        graph.fetch(url, 1000, with_token=True)


def test_a_reference_that_leads_elsewhere_is_refused(meta: Meta) -> None:
    settings = {"number_id": NUMBER_ID, "url": meta.url, "internal_hosts": "localhost"}
    channel = WhatsAppChannel(settings, {"token": TOKEN})
    with pytest.raises(Exception, match="which file"):
        channel.fetch_file(RemoteFile("../me?fields=token"), 1000)
    assert meta.asked == []


def test_our_picture_follows_the_words_and_what_whatsapp_does_not_take_goes_as_a_link(
    phone: Phone, meta: Meta, client: PageClient, settle: Settle
) -> None:
    phone.say("Where is it?")
    settle()
    client.sign_in("ben@borough.example")
    ticket = db.session.scalars(select(Ticket)).one()
    sent = {
        "text": "Here.",
        "version": str(ticket.version),
        "seen": "0",
        "files": [
            (io.BytesIO(PICTURE), "map.jpg", "image/jpeg"),
            (io.BytesIO(b"0101"), "plan.dwg", "application/acad"),
        ],
    }
    client.post(f"/tickets/{ticket.number}/replies", sent)
    settle()
    words, picture = meta.sent
    assert words["type"] == "text"
    assert words["text"]["body"].startswith("Here.")
    assert "plan.dwg" in words["text"]["body"]
    assert "/fetch/" in words["text"]["body"]
    assert picture["image"] == {"id": "4490709327384033"}
    assert [one.state.value for one in db.session.scalars(select(Delivery))] == ["sent", "sent"]
