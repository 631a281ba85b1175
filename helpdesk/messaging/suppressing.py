"""Addresses that mail came back from for good: nothing is sent there until somebody says otherwise."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from helpdesk.messaging.failing import fail, partly_fail
from helpdesk.messaging.models import Delivery
from helpdesk.messaging.turns import wake
from helpdesk.people.reachability import (
    mark_reachable,
    mark_undeliverable,
    undeliverable_among,
)

# Set on a delivery that a person wants sent in spite of the mark; and on one that the mark held back.
DESPITE = "despite_mark"
SUPPRESSED = "suppressed"

# No such mailbox, host or name (RFC 3463, 3.2); 5.1.8 speaks of the sender and says nothing of the recipient.
_DEAD = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b")


def leave_out_unreachable(delivery: Delivery) -> bool:
    """Take out the recipients whom mail does not reach; True when nobody is left, and the ticket says so."""
    if delivery.headers.get(DESPITE):
        return False
    marked = undeliverable_among(str(address) for address in delivery.recipients)
    if not marked:
        return False
    said = {address: _in_words(why) for address, why in marked.items()}
    rest = [address for address in delivery.recipients if address not in marked]
    delivery.headers = {**delivery.headers, SUPPRESSED: sorted(marked)}
    if rest:
        partly_fail(delivery, said)
        delivery.headers = {
            **delivery.headers,
            "to": delivery.headers.get("to") or list(delivery.recipients),
        }
        delivery.recipients = rest
        return False
    fail(delivery, "; ".join(said.values()))
    wake(delivery)
    return True


def mark_if_dead(address: str, words: str) -> None:
    """Mark an address of which the server says that it does not exist."""
    if _DEAD.search(words):
        mark_undeliverable(address, words, cause="delivery")


def forget_marks(delivery: Delivery) -> None:
    """A mail that a person sent in spite of the mark was taken over: its addresses are good again."""
    if delivery.headers.get(DESPITE):
        for address in delivery.recipients:
            mark_reachable(str(address), cause="delivery")


def _in_words(why: str) -> str:
    return str(
        _(
            "It was not sent, since earlier mail to this address came back: %(why)s",
            why=why or _("no reason was given"),
        )
    )
