"""Who the desk writes as: which account, which address, which name."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import case, false, select

from helpdesk.core.db import db
from helpdesk.messaging import tokens
from helpdesk.messaging.accounts import EMAIL, local_address
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.messaging.policy import MailPolicy
from helpdesk.people.models import Group, Person
from helpdesk.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Identity:
    """What stands in From, and where answers are to go."""

    account: ChannelAccount | None
    address: str
    name: str
    answers_to: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def reply_address(self, token: str) -> str:
        """Where this person's answer on this ticket has to go so that it joins."""
        return tokens.reply_address(self.answers_to, token)


def identity_for(ticket: Ticket, policy: MailPolicy) -> Identity:
    """The account its requester last wrote to, else that of its group, else the first; named for the desk."""
    account = account_for(ticket)
    answers_to = account.address if account and account.address else local_address()
    group = ticket.group
    address = group.address if group is not None and group.address else answers_to
    return Identity(account, address, desk_name(account, group, policy), answers_to)


def desk_identity(policy: MailPolicy) -> Identity:
    """Who the desk writes as to its own staff."""
    account = _mail_accounts(None)
    address = account.address if account and account.address else local_address()
    return Identity(account, address, desk_name(None, None, policy), address)


def account_for(ticket: Ticket) -> ChannelAccount | None:
    """The active mail account through which this ticket is answered."""
    last = db.session.scalars(
        select(ChannelAccount)
        .join(RawMessage, RawMessage.account_id == ChannelAccount.id)
        .where(
            RawMessage.ticket_id == ticket.id,
            RawMessage.message_id.is_not(None),
            ChannelAccount.is_active,
            ChannelAccount.kind == EMAIL,
        )
        .order_by(RawMessage.id.desc())
        .limit(1)
    ).first()
    return last or _mail_accounts(ticket.group_id)


def desk_name(account: ChannelAccount | None, group: Group | None, policy: MailPolicy) -> str:
    """The name before the address: the account's, else the desk's."""
    chosen = account.settings.get("display_name") if account is not None else None
    named = str(chosen or policy.desk_name or current_app.config["DESK_NAME"])
    return named if group is None or chosen else f"{group.name}, {named}"


def signed_name(identity: Identity, author: Person | None, policy: MailPolicy) -> str:
    """“Ben at Borough council”, or the desk alone where agents are not named."""
    if author is None or not policy.shows_agent_names or not author.name.strip():
        return identity.name
    return f"{author.name.split()[0]} at {identity.name}"


def _mail_accounts(group_id: int | None) -> ChannelAccount | None:
    """The group's own account before one of no group, before any other."""
    own = ChannelAccount.group_id == group_id if group_id is not None else false()
    found = (
        select(ChannelAccount)
        .where(ChannelAccount.kind == EMAIL, ChannelAccount.is_active)
        .order_by(
            case((own, 0), (ChannelAccount.group_id.is_(None), 1), else_=2), ChannelAccount.id
        )
        .limit(1)
    )
    return db.session.scalars(found).first()
