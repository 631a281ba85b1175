"""What becomes of a mail that is too large: its head and beginning stand on a ticket, and say so (P14)."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from channels.message import InboundMessage
from helpdesk.messaging.keeping import HEADERS_ONLY
from helpdesk.messaging.models import RawMessage

LONGEST_BEGINNING = 4_000


def shortened(raw: RawMessage, inbound: InboundMessage) -> InboundMessage:
    """The message without its files and with the beginning of its text, after words on what is missing."""
    words = _missing_words(raw)
    beginning = (inbound.visible_text or inbound.text).strip()[:LONGEST_BEGINNING]
    text = f"{words}\n\n{beginning} …" if beginning else words
    return replace(
        inbound,
        text=text,
        visible_text=text,
        quoted_text="",
        signature="",
        html=None,
        files=(),
        forwarded=None,
    )


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1_000_000:.1f} MB"


def _missing_words(raw: RawMessage) -> str:
    if raw.envelope.get(HEADERS_ONLY):
        return str(
            _(
                "This mail of %(size)s was too large to be fetched. Only its headers were read; "
                "the mail itself is still in the mailbox %(mailbox)s.",
                size=megabytes(raw.size),
                mailbox=raw.account.name,
            )
        )
    return str(
        _(
            "This mail of %(size)s was too large to be taken in whole. Here is its beginning, without "
            "its files. All of it is kept, and an administrator can download it.",
            size=megabytes(raw.size),
        )
    )
