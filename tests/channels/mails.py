"""Mails and messages for the tests of the channels: plain functions with defaults."""

from dataclasses import replace
from datetime import UTC, datetime

from channels.message import Address, OutboundMessage

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def raw_mail(body: str = "The lamp is broken.", /, **fields: str) -> bytes:
    """A mail from Ada; `Content_Type="…"` adds or replaces a field, an empty value removes it."""
    header = {
        "From": "Ada Lovelace <ada@example.org>",
        "To": "help@council.example",
        "Subject": "Street lamp",
        "Date": "Mon, 2 Mar 2026 09:00:00 +0000",
        "Message-ID": "<lamp-1@example.org>",
    }
    header |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in header.items() if value]
    return "\r\n".join([*lines, "", body.replace("\n", "\r\n")]).encode()


def reply(**changes: object) -> OutboundMessage:
    """What Ben answers to Ada."""
    message = OutboundMessage(
        from_=Address("help@council.example", "Council Help Desk"),
        to=(Address("ada@example.org", "Ada Lovelace"),),
        subject="Re: Street lamp",
        text="We will send somebody.\n",
        external_id="reply-1@council.example",
        sent_at=NINE,
    )
    return replace(message, **changes)  # type: ignore[arg-type]
