"""Mail that no person wrote: told apart, tied to what it speaks of, and never guessed at lightly."""

import pytest

from channels.email.parse import parse
from channels.message import Automation, InboundMessage
from tests.channels.mails import raw_mail

DSN = """--r
Content-Type: text/plain

I am sorry to tell you that your message could not be delivered.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; Ada@Example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}
--r
Content-Type: message/rfc822

From: help@council.example
To: ada@example.org
Subject: Re: Street lamp
Message-ID: <reply-1@council.example>

We will send somebody.
--r--
"""


def report(action: str, status: str, words: str) -> InboundMessage:
    body = DSN.format(action=action, status=status, words=words)
    kind = "multipart/report; report-type=delivery-status; boundary=r"
    sender = "Mail Delivery System <MAILER-DAEMON@mx.example.org>"
    return parse(raw_mail(body, From=sender, Content_Type=kind, Subject="Undelivered Mail"))


def test_a_bounce_names_its_recipient_and_the_message_it_speaks_of() -> None:
    mail = report("failed", "5.1.1", "550 5.1.1 <ada@example.org>: user unknown")
    assert mail.automation is Automation.BOUNCE
    assert mail.report is not None
    assert mail.report.recipients == ("Ada@example.org",)
    assert mail.report.original_message_id == "reply-1@council.example"
    assert mail.report.permanent
    assert mail.report.dead_addresses == ("Ada@example.org",)
    assert mail.report.failures[0].reason == "550 5.1.1 <ada@example.org>: user unknown"


@pytest.mark.parametrize(
    ("status", "words", "permanent", "dead"),
    [
        ("5.2.2", "552 5.2.2 mailbox full", True, False),
        ("5.7.1", "554 5.7.1 blocked, see our policy", True, False),
        ("4.2.2", "452 4.2.2 mailbox full", False, False),
        ("5.0.0", "550 5.1.1 no such user", True, True),
        ("5.1.2", "host not found", True, True),
    ],
)
def test_an_address_is_dead_only_if_nobody_is_there(
    status: str, words: str, permanent: bool, dead: bool
) -> None:
    found = report("failed", status, words).report
    assert found is not None
    assert found.permanent is permanent
    assert bool(found.dead_addresses) is dead


def test_a_delay_is_no_bounce() -> None:
    mail = report("delayed", "4.4.1", "connection timed out")
    assert mail.automation is Automation.DELAY
    assert mail.report is not None
    assert not mail.report.permanent


def test_a_delivery_receipt_is_no_bounce() -> None:
    assert report("delivered", "2.0.0", "250 ok").automation is Automation.RECEIPT


def test_a_bounce_in_plain_words_is_read() -> None:
    body = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its recipients.\n"
        "This is a permanent error. The following address failed:\n\n  ada@example.org\n"
        "    SMTP error after RCPT TO:<ada@example.org>: 550 5.1.1 unknown user\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        "Message-ID: <reply-1@council.example>\nFrom: help@council.example\nTo: bob@example.org\n"
    )
    mail = parse(
        raw_mail(body, From="Mailer-Daemon@mx.example.org", Subject="Mail delivery failed")
    )
    assert mail.automation is Automation.BOUNCE
    assert mail.report is not None
    assert mail.report.recipients == ("ada@example.org",)
    assert mail.report.original_message_id == "reply-1@council.example"


@pytest.mark.parametrize(
    ("fields", "automation"),
    [
        ({"Auto_Submitted": "auto-replied"}, Automation.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated"}, Automation.AUTO_GENERATED),
        ({"Auto_Submitted": "AUTO-REPLIED (vacation)"}, Automation.OUT_OF_OFFICE),
        ({"X_Autoreply": "yes"}, Automation.AUTO_REPLY),
        ({"Precedence": "auto_reply"}, Automation.AUTO_REPLY),
        ({"Precedence": "bulk"}, Automation.BULK),
        ({"List_Id": "<talk.example.org>"}, Automation.MAILING_LIST),
        ({"Subject": "Out of office: Street lamp"}, Automation.OUT_OF_OFFICE),
        ({"Subject": "Automatic reply: Street lamp"}, Automation.OUT_OF_OFFICE),
        ({"Subject": "Automatische Antwort: Lampe"}, Automation.OUT_OF_OFFICE),
        (
            {"Subject": "Abwesenheitsnotiz", "Auto_Submitted": "auto-replied"},
            Automation.OUT_OF_OFFICE,
        ),
    ],
)
def test_an_answering_machine_is_told_by_its_headers(
    fields: dict[str, str], automation: Automation
) -> None:
    assert parse(raw_mail(**fields)).automation is automation


@pytest.mark.parametrize(
    "fields",
    [
        {"Subject": "Delivery failed"},
        {"Subject": "Your parcel: delivery failed", "From": "news@parcels.example"},
        {"Subject": "Re: Out of office: Street lamp"},
        {"Subject": "Fwd: Undelivered Mail Returned to Sender"},
        {"Subject": "Message could not be delivered"},
        {"Auto_Submitted": "no"},
        {"X_Autoreply": "no"},
    ],
)
def test_a_person_is_not_taken_for_a_machine(fields: dict[str, str]) -> None:
    assert parse(raw_mail("My recycling could not be collected.", **fields)).automation is None


@pytest.mark.parametrize(
    "fields",
    [
        {"X_Auto_Response_Suppress": "OOF, DR"},
        {"List_Unsubscribe": "<mailto:leave@example.org>"},
        {"Return_Path": "<>"},
        {"Precedence": "list"},
    ],
)
def test_a_wish_for_no_answer_is_seen(fields: dict[str, str]) -> None:
    assert parse(raw_mail(**fields)).answer_unwanted
    assert not parse(raw_mail()).answer_unwanted


def test_a_complaint_is_told_from_a_bounce() -> None:
    body = (
        "--f\nContent-Type: text/plain\n\nabuse report\n--f\n"
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\n"
        "Original-Rcpt-To: ada@example.org\n--f\nContent-Type: message/rfc822\n\n"
        "Message-ID: <reply-1@council.example>\n\nhello\n--f--\n"
    )
    kind = "multipart/report; report-type=feedback-report; boundary=f"
    mail = parse(raw_mail(body, Content_Type=kind))
    assert mail.automation is Automation.FEEDBACK
    assert mail.report is not None
    assert mail.report.feedback_type == "abuse"
    assert mail.report.original_message_id == "reply-1@council.example"
