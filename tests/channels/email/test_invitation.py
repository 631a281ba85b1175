"""Appointments: what is shown of them, in which clock, and what a mail without words says."""

from datetime import UTC, datetime

import pytest

from channels.email.invitation import read_invitation
from channels.email.parse import parse
from channels.message import Invitation
from tests.channels.mails import raw_mail

CALENDAR = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:visit-1@example.org
DTSTART;TZID=W. Europe Standard Time:20260706T140000
DTEND;TZID=W. Europe Standard Time:20260706T150000
SUMMARY:Visit to the lamp\\, High
  Street
LOCATION:Corner of High Street
ORGANIZER;CN="Lovelace, Ada":mailto:Ada@Example.org
ATTENDEE;CN=Desk;PARTSTAT=NEEDS-ACTION:mailto:help@council.example
DESCRIPTION:Bring a ladder.\\nAnd a lamp.
RRULE:FREQ=WEEKLY
BEGIN:VALARM
DESCRIPTION:not this
END:VALARM
END:VEVENT
BEGIN:VEVENT
SUMMARY:another one
END:VEVENT
END:VCALENDAR
"""


def of(*lines: str, method: str = "") -> Invitation:
    event = "\n".join(lines)
    found = read_invitation(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT", method)
    assert found is not None
    return found


def test_an_invitation_is_read() -> None:
    found = read_invitation(CALENDAR)
    assert found is not None
    assert (found.method, found.summary) == ("REQUEST", "Visit to the lamp, High Street")
    assert (found.starts, found.ends) == ("2026-07-06T14:00", "2026-07-06T15:00")
    assert found.zone == "W. Europe Standard Time"
    assert found.starts_at == datetime(2026, 7, 6, 12, 0, tzinfo=UTC)
    assert found.place == "Corner of High Street"
    assert str(found.organiser) == "Lovelace, Ada <Ada@example.org>"
    assert [person.address for person in found.invited] == ["help@council.example"]
    assert found.description == "Bring a ladder.\nAnd a lamp."
    assert found.repeats == "FREQ=WEEKLY"


@pytest.mark.parametrize(
    ("line", "starts", "zone", "moment"),
    [
        ("DTSTART:20260706T120000Z", "2026-07-06T12:00", "UTC", "2026-07-06T12:00:00+00:00"),
        (
            "DTSTART;TZID=Europe/London:20260706T120000",
            "2026-07-06T12:00",
            "Europe/London",
            "2026-07-06T11:00:00+00:00",
        ),
        (
            "DTSTART;TZID=/vendor.example/20070101/Europe/London:20260706T120000",
            "2026-07-06T12:00",
            "/vendor.example/20070101/Europe/London",
            "2026-07-06T11:00:00+00:00",
        ),
        ("DTSTART;TZID=Our Own Time:20260706T120000", "2026-07-06T12:00", "Our Own Time", None),
        ("DTSTART:20260706T120000", "2026-07-06T12:00", "", None),
        ("DTSTART;VALUE=DATE:20260706", "2026-07-06", "", None),
        ("DTSTART:20269999T999999", "", "", None),
        (
            "DTSTART;TZID=../../etc/passwd:20260706T120000",
            "2026-07-06T12:00",
            "../../etc/passwd",
            None,
        ),
    ],
)
def test_the_clock_is_the_senders(line: str, starts: str, zone: str, moment: str | None) -> None:
    found = of(line)
    assert (found.starts, found.zone) == (starts, zone)
    assert (found.starts_at.isoformat() if found.starts_at else None) == moment


def test_a_duration_gives_the_end() -> None:
    assert of("DTSTART:20260706T233000", "DURATION:PT1H30M").ends == "2026-07-07T01:00"


def test_an_answer_says_which() -> None:
    found = of("ATTENDEE;PARTSTAT=DECLINED:mailto:a@example.org", "SUMMARY:Visit", method="reply")
    assert (found.method, found.answer) == ("REPLY", "DECLINED")


def test_a_calendar_without_an_appointment_is_none() -> None:
    assert read_invitation("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE") is None
    assert read_invitation("no calendar") is None


def test_a_mail_that_is_only_an_invitation_says_so_and_keeps_the_file() -> None:
    kind = "text/calendar; charset=utf-8; method=CANCEL"
    mail = parse(raw_mail(CALENDAR, Content_Type=kind))
    assert mail.invitation is not None
    assert mail.invitation.method == "CANCEL"
    assert mail.text == ""
    assert mail.stand_in.split("\n")[:4] == [
        "An appointment was cancelled: Visit to the lamp, High Street",
        "When: 2026-07-06 14:00 to 15:00 (W. Europe Standard Time)",
        "Where: Corner of High Street",
        "Organiser: Lovelace, Ada <Ada@example.org>",
    ]
    assert [file.name for file in mail.files] == ["invitation-1.ics"]


def test_an_invitation_beside_words_leaves_the_words() -> None:
    body = (
        "--b\nContent-Type: text/plain\n\nPlease come.\n"
        f"--b\nContent-Type: text/calendar; method=REQUEST\n\n{CALENDAR}\n--b--\n"
    )
    mail = parse(raw_mail(body, Content_Type="multipart/alternative; boundary=b"))
    assert (mail.text, mail.stand_in) == ("Please come.", "")
    assert mail.invitation is not None
