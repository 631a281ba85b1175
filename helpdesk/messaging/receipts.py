"""Whether a message gets an automatic answer: never a machine, never in doubt, never too often (S18, S19)."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import throttle
from helpdesk.core.db import db
from helpdesk.messaging import looping
from helpdesk.messaging.accounts import RECEIPTS, is_our_address, setting
from helpdesk.messaging.joining import ANSWER_UNWANTED, ARCHIVE
from helpdesk.messaging.models import RawMessage
from helpdesk.messaging.policy import MailPolicy
from helpdesk.people.reachability import undeliverable
from helpdesk.tickets.models import Message

CEILING = "receipts"
WEB = "web"
HOUR = timedelta(hours=1)


def may_be_answered(first: Message) -> bool:
    """Automatic mail gets no answer (RFC 3834, section 2), nor doubtful senders, nor mail of long ago.

    Nor does a message that an agent moved out of a ticket: whoever wrote it was told when it came.
    """
    if first.automation is not None or first.moved_from_id is not None:
        return False
    # Who gave a form a number or a house to be reached at has no mail, whoever else may be known by that number.
    if first.channel == WEB and "@" not in first.author_address:
        return False
    # A form proves no address, so its receipt holds nothing of what was typed, and the limits are all that protects it.
    if first.unverified and first.channel != WEB:
        return False
    raw = db.session.get(RawMessage, first.raw_id) if first.raw_id is not None else None
    if raw is None:
        return True
    unwanted = raw.envelope.get(ANSWER_UNWANTED) or raw.envelope.get(ARCHIVE)
    return not unwanted and bool(setting(raw.account, RECEIPTS))


def may_go_to(address: str, policy: MailPolicy, what: str = "receipt") -> bool:
    """Count one more automatic answer to this address, and whether it may go.

    Above the ceiling of an hour no answer goes to anybody, and what is refused counts too: while a flood lasts, nobody
    whose address was forged hears from us (the breaker). The messages themselves are all kept.
    """
    if is_our_address(address) or undeliverable(address) is not None:
        return False
    within_day = throttle.hit(f"{what}:{address}", policy.receipts_a_day, timedelta(days=1))
    if not within_day or not looping.may_answer(address):
        return False
    return throttle.hit(CEILING, policy.receipts_an_hour, HOUR)


def are_paused(policy: MailPolicy) -> bool:
    """Whether so many people wrote within the hour that automatic answers rest."""
    return throttle.is_reached(CEILING, policy.receipts_an_hour, HOUR)
