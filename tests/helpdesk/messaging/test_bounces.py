"""A report on a mail of ours is tied to it: no new ticket, no answer (P28)."""

from __future__ import annotations

from channels.message import Address, Automation, DeliveryReport, FailedRecipient, InboundMessage
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import tokens
from helpdesk.messaging.bounces import note_report
from helpdesk.messaging.models import Delivery, DeliveryState, RawMessage, RawState
from helpdesk.messaging.preparing import prepare_message
from tests.cast import Cast
from tests.helpdesk.messaging.post import (
    HELP,
    arrive,
    mail_from,
    make_account,
    messages_of,
    tickets,
)
from tests.makers import make_reply, make_ticket


def sent_delivery(cast: Cast) -> Delivery:
    message = make_reply(make_ticket(cast.ada, cast.it), cast.ben)
    with unit_of_work():
        [delivery] = prepare_message(message.id)
        delivery.state = DeliveryState.SENT
    return delivery


def bounce(
    *,
    original: str | None = None,
    to: str = HELP,
    permanent: bool | None = True,
    automation: Automation = Automation.BOUNCE,
) -> InboundMessage:
    failed = FailedRecipient(
        "ada@borough.example", "5.1.1", permanent=permanent, reason="no mailbox"
    )
    return InboundMessage(
        "bounce@mx.example",
        Address("mailer-daemon@mx.example"),
        (Address(to),),
        "Undelivered",
        "It could not be delivered.",
        automation=automation,
        report=DeliveryReport((failed,), original_message_id=original),
    )


def noted(inbound: InboundMessage) -> RawMessage:
    """A raw message that the report is read from; what it says is `inbound`."""
    raw = arrive(make_account(), mail_from(headers={"Auto-Submitted": "auto-replied"}))
    with unit_of_work():
        note_report(raw, inbound)
    return raw


def test_a_bounce_fails_the_delivery_it_names(cast: Cast) -> None:
    delivery = sent_delivery(cast)

    raw = noted(bounce(original=f"<{delivery.external_id}>"))

    assert delivery.state is DeliveryState.FAILED
    assert "no mailbox" in delivery.last_error
    assert "no mailbox" in messages_of(tickets()[0])[-1].text
    assert (raw.state, raw.reason, raw.ticket_id) == (RawState.DONE, "bounce", delivery.ticket_id)
    assert len(tickets()) == 1


def test_a_bounce_to_the_reply_token_fails_that_delivery(cast: Cast) -> None:
    delivery = sent_delivery(cast)
    assert delivery.ticket_id is not None
    to = tokens.reply_address(HELP, tokens.make(delivery.ticket_id, cast.ada.id))

    noted(bounce(to=to))

    assert delivery.state is DeliveryState.FAILED


def test_a_second_bounce_writes_no_second_note(cast: Cast) -> None:
    delivery = sent_delivery(cast)
    report = bounce(original=delivery.external_id)
    raw = noted(report)
    with unit_of_work():
        note_report(raw, report)

    assert len(messages_of(tickets()[0])) == 3


def test_a_bounce_for_now_fails_nothing(cast: Cast) -> None:
    delivery = sent_delivery(cast)

    noted(bounce(original=delivery.external_id, permanent=False))

    assert delivery.state is DeliveryState.SENT
    assert "no mailbox" in delivery.last_error


def test_a_report_of_delay_fails_nothing(cast: Cast) -> None:
    delivery = sent_delivery(cast)

    noted(bounce(original=delivery.external_id, automation=Automation.DELAY))

    assert delivery.state is DeliveryState.SENT


def test_a_bounce_of_nothing_we_sent_is_set_aside(cast: Cast) -> None:
    delivery = sent_delivery(cast)

    raw = noted(bounce(original="unknown@elsewhere.example"))

    assert (raw.state, raw.reason) == (RawState.REJECTED, "bounce")
    assert delivery.state is DeliveryState.SENT


def test_a_read_receipt_is_set_aside(cast: Cast) -> None:
    raw = noted(bounce(automation=Automation.RECEIPT))

    assert (raw.state, raw.reason) == (RawState.REJECTED, "automatic")


def report_on(delivery: Delivery, *, to: str = HELP) -> bytes:
    """A delivery report as a mail server writes it (RFC 3464)."""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n"
        f"To: {to}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Date: Mon, 16 Nov 2026 10:05:00 +0000\r\n"
        "Message-ID: <report@mx.example>\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThe mail could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; ada@borough.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 unknown mailbox\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: {delivery.sender}\r\nMessage-ID: <{delivery.external_id}>\r\n"
        f"Subject: {delivery.subject}\r\n\r\nPlease try again.\r\n--b--\r\n"
    ).encode()


def test_a_report_as_servers_write_it_finds_its_delivery_and_opens_nothing(cast: Cast) -> None:
    delivery = sent_delivery(cast)

    raw = arrive(make_account(), report_on(delivery))

    assert (raw.state, raw.reason) == (RawState.DONE, "bounce")
    assert delivery.state is DeliveryState.FAILED
    assert "unknown mailbox" in delivery.last_error
    assert len(tickets()) == 1


def test_a_report_nobody_can_place_opens_nothing(cast: Cast) -> None:
    delivery = sent_delivery(cast)
    body = report_on(delivery).replace(delivery.external_id.encode(), b"other@elsewhere.example")

    raw = arrive(make_account(), body)

    assert (raw.state, raw.reason) == (RawState.REJECTED, "bounce")
    assert len(tickets()) == 1
