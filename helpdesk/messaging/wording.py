"""The words and the form of what the desk writes: subject, plain text and the HTML made from it."""

from __future__ import annotations

import re
from html import escape

from flask_babel import gettext as _

from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import single_line

_ANSWER = re.compile(r"^(?:(?:re|aw|sv|antw|fwd?|wg)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\[[A-Z]{1,8}-\d+\]")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")


def reply_subject(ticket: Ticket) -> str:
    """“Re: Printer broken [INC-1042]”; the number is for people, and proves nothing."""
    plain = _NUMBER.sub("", _ANSWER.sub("", ticket.subject)).strip()
    return f"Re: {single_line(plain, 400)} [{ticket.number}]"


def signed(text: str, signature: str) -> str:
    """A text with the group's signature under the line that mail programs know as its mark."""
    body = text.strip()
    return f"{body}\n\n-- \n{signature.strip()}\n" if signature.strip() else f"{body}\n"


def receipt_subject(ticket: Ticket) -> str:
    """Fixed words and the number; nothing that the sender wrote (S18)."""
    return str(_("We received your message [%(number)s]", number=ticket.number))


def receipt_text(ticket: Ticket, desk: str) -> str:
    """Fixed words and the number; nothing that the sender wrote (S18)."""
    return "\n\n".join(
        (
            _("Thank you for your message. It has arrived, and somebody will look at it."),
            _("Its number is %(number)s.", number=ticket.number),
            _("If you want to add something, answer this mail."),
            f"{desk}\n",
        )
    )


def too_large_subject(ticket: Ticket) -> str:
    """Fixed words and the number, as in a receipt."""
    return str(_("Your message was too large [%(number)s]", number=ticket.number))


def too_large_text(ticket: Ticket, desk: str, largest: int) -> str:
    """What is missing of a mail that was too large, and what its sender can do; `largest` in bytes."""
    return "\n\n".join(
        (
            _("Your message was too large for us. Only its beginning arrived, without its files."),
            _("Its number is %(number)s.", number=ticket.number),
            _(
                "Please answer this mail and send the files in smaller parts: we take up to %(most)d MB at once.",
                most=largest // 1_000_000,
            ),
            f"{desk}\n",
        )
    )


def html_of(text: str) -> str:
    """The same words as HTML: escaped, its paragraphs kept, its links made links."""
    parts = [part for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip("\n")) if part]
    body = "".join(f"<p>{_lines(part)}</p>" for part in parts)
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"></head>'
        f'<body style="font-family: sans-serif; line-height: 1.5">{body}</body></html>\n'
    )


def _lines(part: str) -> str:
    return "<br>\n".join(_with_links(line) for line in part.split("\n"))


def _with_links(line: str) -> str:
    out: list[str] = []
    end = 0
    for found in _LINK.finditer(line):
        link = escape(found[0], quote=True)
        out += [escape(line[end : found.start()]), f'<a href="{link}">{link}</a>']
        end = found.end()
    return "".join(out) + escape(line[end:])
