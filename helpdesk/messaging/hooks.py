"""receive(): a call from a service, kept and committed before it is told so; what proves nothing is turned away."""

from __future__ import annotations

import logging

from flask_babel import gettext as _
from sqlalchemy import select

from channels.channel import Forged, WebhookChannel, WebhookReply, WebhookRequest
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.keeping import Door, keep_at
from helpdesk.messaging.models import ChannelAccount

log = logging.getLogger(__name__)

_LONGEST_KEY = 60


class Unproven(Exception):
    """A call whose maker is not who the account belongs to; nothing of it was kept."""


def receive(key: str, request: WebhookRequest) -> WebhookReply:
    """Have a call checked and kept. Raises NotFound for an address that is none, Unproven for a forged call."""
    account = _account(key)
    door = Door(account.id, account.kind)
    channel = channel_of(account)
    if not isinstance(channel, WebhookChannel):
        raise _no_such_address()
    # What checks the call may take its time; nothing is locked meanwhile.
    db.session.rollback()
    try:
        reply = channel.receive(request)
    except Forged as forged:
        log.warning("A call was turned away: %s", forged, extra={"account": door.account_id})
        raise Unproven(str(forged)) from forged
    if reply.items:
        with unit_of_work():
            for item in reply.items:
                keep_at(door, item)
    return reply


def _account(key: str) -> ChannelAccount:
    fit = key.isascii() and 0 < len(key) <= _LONGEST_KEY
    found = (
        select(ChannelAccount).where(ChannelAccount.hook_key == key, ChannelAccount.is_active)
        if fit
        else None
    )
    account = db.session.scalars(found).one_or_none() if found is not None else None
    if account is None:
        raise _no_such_address()
    return account


def _no_such_address() -> NotFound:
    return NotFound(_("Nothing is called at this address."), _("Copy it from the channel's page."))
