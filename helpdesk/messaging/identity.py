"""Who the desk writes as: which account, which address, which name."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import aliased

from helpdesk.core.db import db
from helpdesk.messaging import tokens
from helpdesk.messaging.accounts import EMAIL, local_address
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.messaging.policy import MailPolicy
from helpdesk.people.models import Group, Person
from helpdesk.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Identity:
    """What stands in From, and where answers are to go; `desk` is the name of the desk as a whole."""

    account: ChannelAccount | None
    address: str
    name: str
    answers_to: str
    desk: str = ""
    reply_domain: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def reply_address(self, token: str) -> str:
        """Where this person's answer on this ticket has to go so that it joins."""
        return tokens.reply_address(self.answers_to, token, self.reply_domain)


def identity_for(ticket: Ticket, policy: MailPolicy) -> Identity:
    """The account its requester last wrote to, else that of its group, else the first; named for the group."""
    return identity_of(ticket.group, account_for(ticket), policy)


def identity_of(
    group: Group | None, account: ChannelAccount | None, policy: MailPolicy
) -> Identity:
    """Who a group writes as by an account: what is set for it, else for its agency, else for the account.

    Nothing of it comes from who writes: an agent cannot send as somebody else (S23).
    """
    ours = account.address if account and account.address else local_address()
    agency = group.agency if group is not None else None
    address = (group.address if group else "") or (agency.address if agency else "") or ours
    answers_to = (group.reply_to if group else "") or ours
    desk = named_desk(policy)
    name = desk_name(account, group, policy)
    return Identity(account, address, name, answers_to, desk, policy.reply_domain)


def desk_identity(policy: MailPolicy) -> Identity:
    """Who the desk writes as to its own staff."""
    account = _mail_account(ticket_id=None, group_id=None)
    address = account.address if account and account.address else local_address()
    return Identity(account, address, named_desk(policy), address, named_desk(policy))


def account_for(ticket: Ticket) -> ChannelAccount | None:
    """The active mail account through which this ticket is answered."""
    return _mail_account(ticket_id=ticket.id, group_id=ticket.group_id)


def account_of_group(group_id: int | None) -> ChannelAccount | None:
    """The active mail account by which a group writes first."""
    return _mail_account(ticket_id=None, group_id=group_id)


def named_desk(policy: MailPolicy) -> str:
    """What the desk calls itself."""
    return str(policy.desk_name or current_app.config["DESK_NAME"])


def desk_name(account: ChannelAccount | None, group: Group | None, policy: MailPolicy) -> str:
    """The name before the address: the group's own, else the account's, else group and agency or desk."""
    if group is not None and group.sender_name:
        return group.sender_name
    chosen = account.settings.get("display_name") if account is not None else None
    if chosen or group is None:
        return str(chosen or named_desk(policy))
    return f"{group.name}, {group.agency.name if group.agency else named_desk(policy)}"


def signed_name(identity: Identity, author: Person | None, policy: MailPolicy) -> str:
    """“Ben at Borough council”, or the desk alone where agents are not named."""
    if author is None or not policy.shows_agent_names or not author.name.strip():
        return identity.name
    return str(_("%(agent)s at %(desk)s", agent=author.name.split()[0], desk=identity.name))


def _mail_account(*, ticket_id: int | None, group_id: int | None) -> ChannelAccount | None:
    """The account of the ticket's last mail before the group's own, that before one of no group, that before any."""
    return db.session.scalars(_ACCOUNT, {"ticket": ticket_id, "group": group_id}).first()


_WROTE_TO = aliased(ChannelAccount)
_LAST = (
    select(RawMessage.account_id)
    .join(_WROTE_TO, _WROTE_TO.id == RawMessage.account_id)
    .where(
        RawMessage.ticket_id == bindparam("ticket"),
        RawMessage.message_id.is_not(None),
        _WROTE_TO.is_active,
        _WROTE_TO.kind == EMAIL,
    )
    .order_by(RawMessage.id.desc())
    .limit(1)
    .scalar_subquery()
)
_ACCOUNT = (
    select(ChannelAccount)
    .where(ChannelAccount.kind == EMAIL, ChannelAccount.is_active)
    .order_by(
        case(
            (ChannelAccount.id == _LAST, 0),
            (ChannelAccount.group_id == bindparam("group"), 1),
            (ChannelAccount.group_id.is_(None), 2),
            else_=3,
        ),
        ChannelAccount.id,
    )
    .limit(1)
)
