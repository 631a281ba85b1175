"""An agent's answer as it leaves: its headers, its words, its copies; and never a note (S12)."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import tokens
from helpdesk.messaging.models import DeliveryKind, DeliveryState
from helpdesk.messaging.preparing import prepare_message
from helpdesk.messaging.queries import bytes_of
from helpdesk.messaging.thread import outgoing_message
from helpdesk.tickets.commands import watch
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Ticket
from tests.cast import Cast, make_person
from tests.helpdesk.messaging.post import HELP, arrive, deliveries, mail_from, make_account, tickets
from tests.makers import make_note, make_reply, make_ticket
from tests.servers.smtp import SmtpSink

CANARY = "canary-7f3a-internal"

Settle = Callable[[], None]


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def ticket_by_mail(cast: Cast) -> Ticket:
    arrive(
        make_account(cast.it, display_name="Borough council"), mail_from(message_id="a@c.example")
    )
    return tickets()[0]


def test_an_answer_reaches_the_requester_with_the_right_headers(
    cast: Cast, sink: SmtpSink, settle: Settle
) -> None:
    ticket = ticket_by_mail(cast)
    token, number = tokens.make(ticket.id, cast.ada.id), ticket.number
    make_reply(ticket, cast.ben, "Please try <again>.\n\nhttps://borough.example/printers")
    settle()

    received = next(each for each in sink.wait_for(2) if "Re:" in each.message["Subject"])
    mail = received.message
    assert received.recipients == ("ada@borough.example",)
    assert received.sender == tokens.reply_address(HELP, token)
    assert mail["From"] == f"Ben at Borough council <{HELP}>"
    assert mail["To"] == "ada@borough.example"
    assert mail["Reply-To"] == tokens.reply_address(HELP, token)
    assert mail["Subject"] == f"Re: Printer broken [{number}]"
    assert mail["In-Reply-To"] == "<a@c.example>"
    assert mail["References"].split()[0] == "<a@c.example>"
    assert tokens.in_message_ids([mail["Message-ID"].strip("<>")]) is not None
    assert mail["Auto-Submitted"] is None
    assert text_of(mail, "plain").startswith("Please try <again>.")
    html = text_of(mail, "html")
    assert "Please try &lt;again&gt;." in html
    assert '<a href="https://borough.example/printers"' in html


def test_the_answer_of_the_requester_joins_by_our_headers(
    cast: Cast, sink: SmtpSink, settle: Settle
) -> None:
    make_reply(ticket_by_mail(cast), cast.ben)
    settle()
    sent = next(each.message for each in sink.wait_for(2) if "Re:" in each.message["Subject"])

    raw = arrive(
        make_account(address="other@borough.example"),
        mail_from("Somebody <new@elsewhere.example>", headers={"In-Reply-To": sent["Message-ID"]}),
    )

    assert raw.ticket_id == tickets()[0].id
    assert len(tickets()) == 1


def test_without_a_server_an_answer_stays_on_the_page_sent_mail(cast: Cast, settle: Settle) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben)
    settle()

    reply = next(each for each in deliveries() if each.kind is DeliveryKind.REPLY)
    assert (reply.state, reply.via) == (DeliveryState.SENT, "local")
    assert b"Please try again." in (bytes_of(reply) or b"")


def test_every_recipient_gets_a_copy_with_a_token_of_their_own(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        wes = make_person("Wes", "wes@citizen.example")
        watch(ticket, wes, by=None, cause="test")
        watch(ticket, cast.cleo, by=None, cause="test")
    message = make_reply(ticket, cast.ben, recipients={"cc": ["Boss@Citizen.example"]})

    with unit_of_work():
        prepare_message(message.id)

    prepared = deliveries()
    assert [each.recipients for each in prepared] == [
        ["ada@borough.example"],
        ["boss@citizen.example"],
        ["wes@citizen.example"],
    ]
    assert len({each.headers["reply_to"] for each in prepared}) == 3
    assert all(each.headers["cc"] == ["boss@citizen.example"] for each in prepared)
    assert not any("wes@citizen.example" in each.headers["to"] for each in prepared)


def test_preparing_twice_sends_once(cast: Cast) -> None:
    message = make_reply(make_ticket(cast.ada, cast.it), cast.ben)
    for _ in range(2):
        with unit_of_work():
            prepare_message(message.id)

    assert len(deliveries()) == 1


def test_we_never_write_to_our_own_address(cast: Cast) -> None:
    make_account()
    ticket = make_ticket(cast.ada, cast.it)
    message = make_reply(
        ticket, cast.ben, recipients={"cc": [HELP, f"help+{'a' * 32}@borough.example"]}
    )

    with unit_of_work():
        prepare_message(message.id)

    assert [each.recipients for each in deliveries()] == [["ada@borough.example"]]


def test_a_note_cannot_be_prepared_or_found_by_the_sending_side(cast: Cast) -> None:
    note = make_note(make_ticket(cast.ada, cast.it), cast.ben)

    with unit_of_work():
        assert prepare_message(note.id) == []
    assert outgoing_message(note.id) is None
    assert deliveries() == []


def test_a_canary_in_a_note_is_in_nothing_that_leaves(
    cast: Cast, sink: SmtpSink, settle: Settle
) -> None:
    ticket = ticket_by_mail(cast)
    make_note(ticket, cast.cleo, CANARY)
    make_reply(ticket, cast.ben)
    make_note(ticket, cast.ben, CANARY)
    make_reply(ticket, cast.ben, "One more thing.")
    settle()

    for each in sink.wait_for(3):
        whole = each.content + text_of(each.message, "plain").encode()
        assert CANARY.encode() not in whole
        assert CANARY not in text_of(each.message, "html")


def test_files_go_with_the_answer(cast: Cast, sink: SmtpSink, settle: Settle) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    make_reply(ticket, cast.ben, files=(NewFile("Formulář.pdf", "application/pdf", b"%PDF-1.4"),))
    settle()

    mail = next(each.message for each in sink.wait_for(1) if "Re:" in each.message["Subject"])
    [attachment] = mail.iter_attachments()
    assert attachment.get_filename() == "Formulář.pdf"
    assert attachment.get_content() == b"%PDF-1.4"


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\x00"])
def test_a_line_break_in_a_subject_or_a_name_makes_no_header(
    cast: Cast, sink: SmtpSink, settle: Settle, break_: str
) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject=f"Printer{break_}Bcc: evil@evil.example")
    make_reply(
        ticket, cast.ben, recipients={"cc": [f"a{break_}b@evil.example".replace("\x00", "\t")]}
    )
    settle()

    mails = [each.message for each in sink.wait_for(1) if "Re:" in each.message["Subject"]]
    assert [mail["Bcc"] for mail in mails] == [None]
    assert [mail["Cc"] for mail in mails] == [None]


def test_the_group_signs(cast: Cast) -> None:
    with unit_of_work():
        cast.it.signature = "IT support\nTown Hall"
    message = make_reply(make_ticket(cast.ada, cast.it), cast.ben)

    with unit_of_work():
        [delivery] = prepare_message(message.id)

    assert delivery.text.endswith("-- \nIT support\nTown Hall\n")


def test_the_kept_copy_is_a_mail_like_the_one_sent(cast: Cast, settle: Settle) -> None:
    make_reply(make_ticket(cast.ada, cast.it), cast.ben)
    settle()

    reply = next(each for each in deliveries() if each.kind is DeliveryKind.REPLY)
    mail = message_from_bytes(bytes_of(reply) or b"", policy=default)
    assert mail["Message-ID"] == f"<{reply.external_id}>"
