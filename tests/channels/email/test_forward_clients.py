"""Forwarded mail as the programs of many languages write it: whose it was, when, to whom, about what."""

from datetime import UTC, datetime

import pytest

from channels.email.forwarding import read_forward
from channels.email.parse import parse
from channels.email.written_dates import written_moment
from channels.message import Address
from tests.channels.email.replies import OUTLOOK
from tests.channels.mails import raw_mail

ADA = Address("ada@example.org", "Ada Lovelace")
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAID = "The lamp is broken.\n\nIt is dark."
COMMENT = "Can you take this?"

MARKERS = [
    "---------- Forwarded message ---------",
    "-------- Forwarded Message --------",
    "----- Forwarded Message -----",
    "------- Forwarded Message -------",
    "‐‐‐‐‐‐‐ Forwarded message ‐‐‐‐‐‐‐",
    "Begin forwarded message:",
    "Forwarded message:",
    "----- Forwarded by Ben/Council on 02/03/2026 10:00 -----",
    "-------- Weitergeleitete Nachricht --------",
    "Anfang der weitergeleiteten Nachricht:",
    "-------- Message transféré --------",
    "Début du message réexpédié :",
    "Début du message transféré :",
    "-------- Mensaje reenviado --------",
    "Inicio del mensaje reenviado:",
    "-------- Messaggio Inoltrato --------",
    "Inizio messaggio inoltrato:",
    "-------- Doorgestuurd bericht --------",
    "Begin doorgestuurd bericht:",
    "-------- Przekazana wiadomość --------",
    "Początek przekazywanej wiadomości:",
    "-------- Videresendt meddelelse --------",
    "Start på videresendt besked:",
    "-------- Vidarebefordrat meddelande --------",
    "Vidarebefordrat mejl:",
    "-------- Videresendt melding --------",
    "Videresendt melding:",
    "-------- Välitetty viesti --------",
    "Välitetty viesti alkaa:",
    "-------- Mensagem encaminhada --------",
    "Início da mensagem encaminhada:",
    "-------- Přeposlaná zpráva --------",
    "-------- Iletilmiş İleti --------",
    "-------- Пересылаемое сообщение --------",
    "Начало переадресованного сообщения:",
    "-------- 转发的邮件 --------",
    "-------- Neges a anfonwyd ymlaen --------",
    "-------- رسالة معاد توجيهها --------",
]


def block(labels: tuple[str, str, str, str], mark: str = "") -> str:
    said = (
        "Ada Lovelace <ada@example.org>",
        "Mon, 2 Mar 2026 09:00:00 +0000",
        "Ben <ben@council.example>",
        "Lamp",
    )
    return "\n".join(f"{mark}{label} {value}" for label, value in zip(labels, said, strict=True))  # fmt: skip


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("mark", ["", "> "])
def test_a_marker_above_fields_begins_the_original(marker: str, mark: str) -> None:
    fields = block(OUTLOOK["en-mac"], mark)
    said = "\n".join(f"{mark}{line}" for line in SAID.split("\n"))
    found = read_forward(f"{COMMENT}\n\n{mark}{marker}\n{mark}\n{fields}\n{mark}\n{said}", "Lamp")
    assert found is not None
    assert (found.sender, found.subject, found.text, found.comment) == (ADA, "Lamp", SAID, COMMENT)
    assert [person.address for person in found.recipients] == ["ben@council.example"]
    assert found.sent_at == NINE


@pytest.mark.parametrize("language", OUTLOOK)
def test_the_fields_of_each_language_are_read(language: str) -> None:
    text = (
        f"{COMMENT}\n\n---------- Forwarded message ---------\n{block(OUTLOOK[language])}\n\n{SAID}"
    )
    found = read_forward(text, "Fwd: Lamp")
    assert found is not None
    assert (found.sender, found.subject, found.text) == (ADA, "Lamp", SAID)
    assert [person.address for person in found.recipients] == ["ben@council.example"]
    assert found.sent_at == NINE


@pytest.mark.parametrize("language", OUTLOOK)
def test_a_block_without_a_marker_counts_under_a_forwards_subject(language: str) -> None:
    text = f"{COMMENT}\n\n{block(OUTLOOK[language])}\n\n{SAID}"
    found = read_forward(text, "FW: Lamp")
    assert found is not None
    assert (found.sender, found.comment) == (ADA, COMMENT)
    assert read_forward(text, "Re: Lamp") is None


@pytest.mark.parametrize(
    "subject",
    ["Fwd: Lamp", "FW: Lamp", "WG: Lampe", "TR : Lampadaire", "RV: Farola", "I: Lampione", "Doorst: Lamp",
     "PD: Lampa", "VS: Lampe", "VB: Lampa", "ENC: Lâmpada", "[External] FW: Lamp", "转发: 路灯", "YML: Lamp"],
)  # fmt: skip
def test_the_subject_of_a_forward_is_known(subject: str) -> None:
    text = f"{COMMENT}\n\n{block(OUTLOOK['en'])}\n\n{SAID}"
    assert read_forward(text, subject) is not None


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("Ben Day <ben@x.example>; Cleo <cleo@x.example>", ["ben@x.example", "cleo@x.example"]),
        ("Day, Ben <ben@x.example>, cleo@x.example", ["ben@x.example", "cleo@x.example"]),
        ("ben@x.example <ben@x.example>", ["ben@x.example"]),
        ("Ben <ben@x.example<mailto:ben@x.example>>", ["ben@x.example"]),
        ("Ben [mailto:ben@x.example]", ["ben@x.example"]),
        ("Ben (ben@x.example)", ["ben@x.example"]),
        ('"Day, Ben" <ben@x.example>', ["ben@x.example"]),
        ("Ben Day", []),
    ],
)
def test_everybody_in_a_list_is_read(written: str, people: list[str]) -> None:
    fields = f"From: Ada <ada@example.org>\nSent: 2 March 2026 09:00\nTo: {written}\nSubject: Lamp"
    found = read_forward(f"-----Original Message-----\n{fields}\n\n{SAID}", "FW: Lamp")
    assert found is not None
    assert [person.address for person in found.recipients] == people


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Mon, 2 Mar 2026 09:00:00 +0000", NINE),
        ("Montag, 2. März 2026 10:00 MEZ", NINE),
        ("lundi 2 mars 2026 09:00 GMT", NINE),
        ("2 Maw 2026 9:00 AM UTC", NINE),
        ("2 marca 2026 09:00:00 UTC", NINE),
        ("2026-03-02 09:00 GMT", NINE),
        ("2 March 2026 09:00", None),
        ("02/03/2026 09:00 UTC", None),
        ("yesterday", None),
        ("31 February 2026 09:00 UTC", None),
    ],
)
def test_a_date_is_a_moment_only_where_that_is_sure(written: str, moment: datetime | None) -> None:
    assert written_moment(written) == moment


def test_a_clock_without_a_zone_is_the_forwarders() -> None:
    text = f"---------- Forwarded message ---------\n{block(OUTLOOK['en'])}\n\n{SAID}"
    text = text.replace("Mon, 2 Mar 2026 09:00:00 +0000", "Mon, 2 Mar 2026 at 10:00")
    mail = parse(raw_mail(text, Subject="Fwd: Lamp", Date="Mon, 2 Mar 2026 12:00:00 +0100"))
    assert mail.forwarded is not None
    assert mail.forwarded.sent_at == NINE
    assert mail.forwarded.date == "Mon, 2 Mar 2026 at 10:00"


ATTACHED = (
    "--a\nContent-Type: text/plain\n\nCan you take this?\n--a\nContent-Type: message/rfc822\n\n"
    "From: Ada Lovelace <ada@example.org>\nTo: ben@council.example\nSubject: Lamp\n"
    "Date: Mon, 2 Mar 2026 09:00:00 +0000\nMessage-ID: <lamp-0@example.org>\n\n"
    "The lamp is broken.\n--a--\n"
)


def test_an_original_that_was_attached_is_offered_too() -> None:
    kind = "multipart/mixed; boundary=a"
    mail = parse(raw_mail(ATTACHED, Content_Type=kind, From="ben@council.example"))
    found = mail.forwarded
    assert found is not None
    assert (found.sender, found.subject, found.text) == (ADA, "Lamp", "The lamp is broken.")
    assert (found.sent_at, found.message_id, found.attached) == (NINE, "lamp-0@example.org", True)
    assert found.comment == COMMENT
    assert mail.visible_text == COMMENT
    assert len(mail.files) == 1


def test_of_several_attached_mails_none_is_the_original() -> None:
    one = ATTACHED.split("--a\n")[2].removesuffix("--a--\n")
    body = f"--a\nContent-Type: text/plain\n\nAll of these.\n--a\n{one}--a\n{one}--a--\n"
    assert parse(raw_mail(body, Content_Type="multipart/mixed; boundary=a")).forwarded is None


def test_of_a_forward_of_a_forward_the_outer_one_is_read() -> None:
    inner = f"---------- Forwarded message ---------\n{block(OUTLOOK['en'])}\n\n{SAID}"
    outer = "From: Bob <bob@example.net>\nSent: 2 March 2026 10:00\nTo: Ben\nSubject: FW: Lamp"
    found = read_forward(f"{COMMENT}\n\n{outer}\n\n{inner}", "FW: Lamp")
    assert found is not None
    assert found.sender.address == "bob@example.net"
