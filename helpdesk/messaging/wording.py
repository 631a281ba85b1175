"""The words of what the desk writes by itself: subjects, receipts and their like."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import single_line

_ANSWER = re.compile(r"^(?:(?:re|aw|sv|antw|fwd?|wg)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\[[A-Z]{1,8}-\d+\]")


def reply_subject(ticket: Ticket) -> str:
    """“Re: Printer broken [INC-1042]”; the number is for people, and proves nothing."""
    plain = _NUMBER.sub("", _ANSWER.sub("", ticket.subject)).strip()
    return f"Re: {single_line(plain, 400)} [{ticket.number}]"


def aside_subject(subject: str, ticket: Ticket, *, is_answer: bool) -> str:
    """The subject of a side conversation with the number, which is for people and proves nothing."""
    plain = single_line(_NUMBER.sub("", subject), 400).strip()
    answer = "Re: " if is_answer and not _ANSWER.match(plain) else ""
    return f"{answer}{plain} [{ticket.number}]"


def receipt_subject(ticket: Ticket) -> str:
    """Fixed words and the number; nothing that the sender wrote (S18)."""
    return str(_("We received your message [%(number)s]", number=ticket.number))


def receipt_text(ticket: Ticket, desk: str, link: str = "") -> str:
    """Fixed words and the number; nothing that the sender wrote (S18). `link` is where they follow what becomes of it."""
    follow = [_("To see where it stands, follow this link:") + f"\n{link}"] if link else []
    return "\n\n".join(
        (
            _("Thank you for your message. It has arrived, and somebody will look at it."),
            _("Its number is %(number)s.", number=ticket.number),
            *follow,
            _("If you want to add something, answer this mail."),
            f"{desk}\n",
        )
    )


def rule_subject(ticket: Ticket) -> str:
    """Fixed words and the number, as in a receipt."""
    return str(_("About your request [%(number)s]", number=ticket.number))


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
