"""Our own addresses as they were two seconds ago at the most: what every mail that comes in asks for."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.remembering import Remembered
from helpdesk.messaging import tokens
from helpdesk.messaging.models import ChannelAccount

EMAIL = "email"
MOST = 10_000


def active_account_id(addresses: Iterable[str]) -> int | None:
    """The active mail account that the first of these addresses belongs to, a reply token in it or not."""
    known = _active_accounts()
    asked = (tokens.without_token(each).casefold() for each in addresses)
    return next((known[address] for address in asked if address in known), None)


def forget_addresses() -> None:
    """Ask anew, since an account was made or changed."""
    our_addresses.forget()
    _active_accounts.forget()


@Remembered
def our_addresses() -> frozenset[str]:
    """The addresses of all mail accounts, active or not, in lower case."""
    # An address that a session has written and not committed is ours already, and costs nobody anything if it is not.
    found = select(ChannelAccount.address).where(ChannelAccount.kind == EMAIL)
    return frozenset(db.session.scalars(found.limit(MOST)))


@Remembered
def _active_accounts() -> dict[str, int]:
    # The oldest account of an address comes last and stays.
    found = (
        select(ChannelAccount.address, ChannelAccount.id)
        .where(ChannelAccount.kind == EMAIL, ChannelAccount.is_active)
        .order_by(ChannelAccount.id.desc())
        .limit(MOST)
    )
    return dict(db.session.execute(found).all())
