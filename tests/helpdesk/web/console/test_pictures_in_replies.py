"""Pictures in replies: taken at once, for one agent on one ticket; sent, shown, kept and taken out with the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from channels.email.compose import compose
from helpdesk import schedule
from helpdesk.composing import drafts, pictures, planning
from helpdesk.composing.models import PlannedReply, PlannedState, WaitingPicture
from helpdesk.core import files
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.outgoing import outbound_of
from helpdesk.redaction import doing, finding
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Attachment, Ticket
from tests.cast import Cast
from tests.helpdesk.messaging.answers import merge
from tests.helpdesk.web.console.budget import look_again
from tests.helpdesk.web.console.test_formatting import answer_on, held, reply
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.rasters import gif, jpeg, png, webp
from tests.servers.smtp import SmtpSink

PNG = png(1280, 720)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(cast.ada, cast.it)


def put(client: PageClient, ticket: Ticket, body: bytes = PNG, name: str = "door.png") -> str:
    """Put a picture in as the editor does, and have its address."""
    form = {"picture": (BytesIO(body), name)}
    said = client.post(f"/tickets/{ticket.number}/pictures", form, status=200).get_json()
    return str(said["url"])


def shows(address: str) -> str:
    return f'<div>Press <img src="{address}" alt="the door"> here</div>'


def test_a_picture_goes_with_the_mail_where_it_stands(
    ben: PageClient, ticket: Ticket, settle: Callable[[], None]
) -> None:
    address = put(ben, ticket)
    assert ben.get(address).data == PNG
    reply(ben, ticket, html=shows(address))
    settle()
    sent = answer_on(ticket)
    (file,) = sent.attachments
    assert sent.text == "Press [picture: the door] here"
    assert (file.name, file.content_type, file.is_inline) == ("door.png", "image/png", True)
    mail = db.session.scalars(select(Delivery).where(Delivery.message_id == sent.id)).one()
    parts = list(compose(outbound_of(mail)[0]).walk())
    kinds = [part.get_content_type() for part in parts]
    assert kinds[:3] == ["multipart/alternative", "text/plain", "multipart/related"]
    assert parts[-1]["Content-ID"] == f"<{file.content_id}>"
    assert parts[-1].get_content_disposition() == "inline"
    assert f'src="cid:{file.content_id}"' in (mail.html or "")
    for page in ("", "/print"):
        shown = ben.get(f"/tickets/{ticket.number}{page}").text
        assert f'src="/files/{file.key}?inline=1" alt="the door" width="640" height="360"' in shown


def test_the_mail_server_is_given_the_picture_in_its_place(
    app: Flask,
    ben: PageClient,
    ticket: Ticket,
    settle: Callable[[], None],
    smtp_sink: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = f"smtp://{smtp_sink.host}:{smtp_sink.port}?security=none"
    monkeypatch.setitem(app.config, "DESK_SMTP_URL", address)
    reply(ben, ticket, html=shows(put(ben, ticket)))
    settle()
    (received,) = [one for one in smtp_sink.wait_for() if b"image/png" in one.content]
    parts = list(received.message.walk())
    assert [part.get_content_type() for part in parts] == [
        *("multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png")
    ]
    html, picture = parts[3].get_content(), parts[4]
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html
    assert 'width="640" height="360"' in html
    assert picture.get_payload(decode=True) == PNG
    assert f"/tickets/{ticket.number}/pictures/" not in received.content.decode()


def test_once_it_was_sent_whoever_may_see_the_ticket_may_see_the_picture(
    ben: PageClient, client: PageClient, cast: Cast, ticket: Ticket
) -> None:
    address = put(ben, ticket)
    reply(ben, ticket, html=shows(address))
    file = f"/files/{answer_on(ticket).attachments[0].key}?inline=1"
    client.sign_in("cleo@borough.example")
    assert client.get(file).data == PNG
    client.get(address, status=404)
    client.sign_in("dan@borough.example")
    client.get(file, status=404)


def test_the_size_is_that_of_the_bytes_whatever_was_posted(ben: PageClient, ticket: Ticket) -> None:
    html = shows(put(ben, ticket)).replace(">", ' width="9999" height="1">')
    reply(ben, ticket, html=html)
    assert 'width="640" height="360"' in (answer_on(ticket).html or "")
    assert "9999" not in (answer_on(ticket).html or "")


def test_what_was_taken_out_of_the_text_is_not_sent(ben: PageClient, ticket: Ticket) -> None:
    put(ben, ticket)
    reply(ben, ticket, html="<div>as <b>said</b></div>")
    assert answer_on(ticket).attachments == []


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        (jpeg(), "a.png", "image/jpeg"),
        (gif(), "", "image/gif"),
        (webp(), "../../x.webp", "image/webp"),
    ],
)
def test_the_bytes_say_what_a_picture_is(
    ben: PageClient, ticket: Ticket, body: bytes, name: str, kind: str
) -> None:
    shown = ben.get(put(ben, ticket, body, name or "blob"))
    assert shown.mimetype == kind
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (SVG, "no picture that can stand in the text"),
        (b"", "no picture that can stand in the text"),
        (PNG[:20], "no picture that can stand in the text"),
        (png(60_000, 60_000), "too large"),
        (PNG + b"\0" * 1000, "too large"),
    ],
)
def test_what_cannot_stand_in_the_text_is_refused_in_words(
    ben: PageClient, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, body: bytes, said: str
) -> None:
    monkeypatch.setattr(pictures, "LARGEST", 1000)
    form = {"picture": (BytesIO(body), "door.png")}
    path = f"/tickets/{ticket.number}/pictures"
    assert said in ben.post(path, form, status=422).get_json()["error"]
    assert db.session.scalar(select(func.count(WaitingPicture.id))) == 0


def test_pictures_of_others_and_of_other_tickets_are_refused(
    ben: PageClient, cast: Cast, ticket: Ticket
) -> None:
    other = make_ticket(cast.ada, cast.it, subject="Another")
    with unit_of_work():
        key = pictures.keep(cast.cleo.id, ticket, "hers.png", PNG).key
    hers = f"/tickets/{ticket.number}/pictures/{key}"
    elsewhere = put(ben, other)
    moved = elsewhere.replace(other.number, ticket.number)
    for address in (hers, moved):
        ben.get(address, status=404)
    for address in (hers, moved, elsewhere):
        page = reply(ben, ticket, html=shows(address), status=422)
        assert "A picture in the text is no longer here." in page
        page = reply(ben, ticket, html=shows(address), undo="10", status=422)
        assert held(page) == shows(address)
    assert db.session.scalar(select(func.count(Attachment.id))) == 0


def test_pictures_from_elsewhere_are_removed(ben: PageClient, ticket: Ticket) -> None:
    html = '<b>See</b> <img src="https://evil.example/t.gif"><img src="data:image/png;base64,AA">'
    reply(ben, ticket, html=html)
    assert (answer_on(ticket).html, answer_on(ticket).attachments) == ("<b>See</b> ", [])


def test_the_same_picture_waits_once(ben: PageClient, ticket: Ticket) -> None:
    assert put(ben, ticket) == put(ben, ticket, name="again.png")


def test_a_draft_keeps_its_picture_and_what_no_words_show_goes_after_a_month(
    ben: PageClient, cast: Cast, ticket: Ticket, clock: StoppedClock
) -> None:
    address = put(ben, ticket)
    path = f"/tickets/{ticket.number}/drafts/reply"
    ben.post(path, {"text": "", "html": shows(address), "writer": "w", "known": "0"}, status=200)
    assert months_later(clock) == 1
    digest = db.session.scalars(select(WaitingPicture.digest)).one()
    assert files.store().exists(digest)
    with unit_of_work():
        drafts.discard(cast.ben.id, ticket.id, "reply")
    assert months_later(clock) == 0
    assert not files.store().exists(digest)


def test_bytes_that_a_message_names_too_stay_when_the_picture_no_longer_waits(
    ben: PageClient, ticket: Ticket, clock: StoppedClock
) -> None:
    reply(ben, ticket, html=shows(put(ben, ticket)))
    assert months_later(clock) == 0
    assert files.store().exists(answer_on(ticket).attachments[0].digest)


def months_later(clock: StoppedClock) -> int:
    """How many pictures wait when the schedule has looked again."""
    clock.advance(pictures.KEPT_FOR + timedelta(days=1))
    with unit_of_work():
        schedule.tidy()
    look_again()
    return db.session.scalar(select(func.count(WaitingPicture.id))) or 0


def test_a_reply_that_waits_keeps_its_picture_taken_back_or_sent(
    ben: PageClient, ticket: Ticket, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    address = put(ben, ticket)
    reply(ben, ticket, html=shows(address), undo="10")
    look_again()
    planned = db.session.scalars(select(PlannedReply)).one()
    ben.post(f"/tickets/{ticket.number}/planned/{planned.id}/back")
    page = ben.get(f"/tickets/{ticket.number}").text
    assert address in page
    reply(ben, ticket, html=shows(address), undo="10")
    leave(clock, settle)
    (file,) = answer_on(ticket).attachments
    assert f"cid:{file.content_id}" in (answer_on(ticket).html or "")


def leave(clock: StoppedClock, settle: Callable[[], None]) -> None:
    clock.advance(timedelta(seconds=10))
    with unit_of_work():
        planning.owe_due()
    settle()


def test_a_reply_that_waits_takes_its_picture_along_in_a_merge(
    ben: PageClient,
    cast: Cast,
    ticket: Ticket,
    clock: StoppedClock,
    settle: Callable[[], None],
) -> None:
    target = make_ticket(cast.ada, cast.it, subject="The same")
    reply(ben, ticket, html=shows(put(ben, ticket)), undo="10")
    merge(ticket, target)
    leave(clock, settle)
    assert [file.name for file in answer_on(target).attachments] == ["door.png"]


def test_redaction_takes_the_picture_out_of_all_words_and_out_of_the_store(
    ben: PageClient, cast: Cast, ticket: Ticket, settle: Callable[[], None]
) -> None:
    address = put(ben, ticket)
    reply(ben, ticket, html=shows(address))
    reply(ben, ticket, html=f"<b>again</b> {shows(address)}", undo="60")
    path = f"/tickets/{ticket.number}/drafts/reply"
    ben.post(path, {"text": "", "html": shows(address), "writer": "w", "known": "0"}, status=200)
    settle()
    message = answer_on(ticket)
    (file,) = message.attachments
    digest, shown = file.digest, [file.id]
    with unit_of_work():
        locked, again = lock(ticket.id), answer_on(ticket)
        seen = finding.find(locked, again, "", shown).state
        doing.redact(locked, again, "", shown, "a face", seen=seen, by=cast.cleo.id, cause="test")
    settle()
    look_again()
    planned = db.session.scalars(select(PlannedReply)).one()
    draft = drafts.of_ticket(cast.ben.id, ticket.id)["reply"]
    mail = db.session.scalars(select(Delivery).where(Delivery.message_id == message.id)).one()
    texts = [answer_on(ticket).text, planned.text, draft.text, mail.text]
    htmls = [answer_on(ticket).html, planned.html, draft.details["html"], mail.html]
    assert not [one for one in (*texts, *htmls) if one is None or "the door" in one]
    assert planned.state is PlannedState.WAITING
    assert not files.store().exists(digest)
    ben.get(address, status=404)
