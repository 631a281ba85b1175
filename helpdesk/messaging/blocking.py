"""Senders whose mail is turned away: who blocked whom, when, and why."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.remembering import Remembered
from helpdesk.core.unit_of_work import record
from helpdesk.messaging.accounts import is_our_address
from helpdesk.messaging.events import SenderBlocked, SenderUnblocked
from helpdesk.messaging.models import BlockedSender
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.addresses import normalise_email
from helpdesk.tickets.naming import single_line

MOST_BLOCKED = 20_000
LONGEST_NOTE = 200
# An address that no mail has, by which a domain is brought into its one form.
_ANY = "any"


def block(pattern: str, note: str = "", *, actor: Actor | None = None) -> BlockedSender:
    """Turn away mail from an address, or with a leading @ from a domain and all below it.

    Raises Invalid for what is neither, and Conflict for what is blocked already.
    """
    require(actor, Deed.MANAGE_SETTINGS)
    wanted = tidy(pattern)
    if is_our_address(wanted):
        raise Invalid(
            _("This is an address of the desk itself."),
            _("The desk never takes in its own mail."),
            field="pattern",
        )
    if db.session.scalar(select(BlockedSender.id).where(BlockedSender.pattern == wanted)):
        raise Conflict(_("%(who)s is blocked already.", who=wanted), "")
    blocked = BlockedSender(
        pattern=wanted,
        note=single_line(note, LONGEST_NOTE),
        blocked_by_id=id_of(actor),
        blocked_at=clock.now(),
    )
    db.session.add(blocked)
    db.session.flush()
    _patterns.forget()
    record(
        SenderBlocked(
            actor_id=id_of(actor),
            cause="console",
            subject_id=blocked.id,
            personal={"pattern": wanted, "note": blocked.note},
        )
    )
    return blocked


def unblock(blocked_id: int, *, actor: Actor | None = None) -> str:
    """Take mail from there in again; returns what was blocked. Raises NotFound."""
    require(actor, Deed.MANAGE_SETTINGS)
    blocked = db.session.get(BlockedSender, blocked_id)
    if blocked is None:
        raise NotFound(_("This sender is not blocked."), _("Look at the list again."))
    pattern = blocked.pattern
    db.session.delete(blocked)
    _patterns.forget()
    record(
        SenderUnblocked(
            actor_id=id_of(actor),
            cause="console",
            subject_id=blocked_id,
            personal={"pattern": pattern},
        )
    )
    return pattern


def blocked_senders(actor: Actor | None) -> Sequence[tuple[BlockedSender, str]]:
    """What is blocked and the name of who did it, the newest first."""
    require(actor, Deed.MANAGE_SETTINGS)
    rows = db.session.scalars(
        select(BlockedSender)
        .options(joinedload(BlockedSender.blocked_by))
        .order_by(BlockedSender.id.desc())
        .limit(MOST_BLOCKED)
    )
    return [(row, row.blocked_by.name if row.blocked_by else "") for row in rows]


def blocked_by(address: str) -> str | None:
    """The entry that blocks mail from this address, or None."""
    known = _patterns()
    if not known:
        return None
    folded = address.casefold()
    labels = folded.rpartition("@")[2].split(".")
    domains = ("@" + ".".join(labels[place:]) for place in range(len(labels)))
    return next((one for one in (folded, *domains) if one in known), None)


def tidy(pattern: str) -> str:
    """The one form of an address or a domain. Raises Invalid."""
    text = pattern.strip()
    if not text:
        raise Invalid(_("Give an address or a domain."), field="pattern")
    if not text.startswith("@"):
        text = text if "@" in text else f"@{text}"
    try:
        if text.startswith("@"):
            return normalise_email(_ANY + text).removeprefix(_ANY)
        return normalise_email(text)
    except Invalid:
        raise Invalid(
            _("That is neither an address nor a domain."),
            _("Write it like name@example.org, or @example.org for all its addresses."),
            field="pattern",
        ) from None


@Remembered
def _patterns() -> frozenset[str]:
    return frozenset(db.session.scalars(select(BlockedSender.pattern).limit(MOST_BLOCKED)))
