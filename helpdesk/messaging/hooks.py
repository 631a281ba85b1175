"""receive(): a call from a service, kept before it is told so, and told in time; what proves nothing is turned away."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from channels.channel import Channel, Forged, WebhookChannel, WebhookReply, WebhookRequest
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.messaging import asking, hasty, soundness
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.keeping import Door
from helpdesk.messaging.models import ChannelAccount

log = logging.getLogger(__name__)

_LONGEST_KEY = 60
# While the database is late, calls are checked by what was read of the account so long ago at most.
_KNOWN_SECONDS = 900.0
_MOST_KNOWN = 1_000


class Unproven(Exception):
    """A call whose maker is not who the account belongs to; nothing of it was kept."""


class Late(Exception):
    """The database did not say in time whose call this is; whoever calls had better do so again."""


@dataclass(frozen=True, slots=True)
class Called:
    """Whose call it is, and the channel that checks it."""

    door: Door
    channel: Channel


_known: dict[tuple[int, str], tuple[float, Called]] = {}


def receive(key: str, request: WebhookRequest) -> WebhookReply:
    """Have a call checked and kept. Raises NotFound for an address that is none, Unproven for a forged call, Late."""
    called = _called(key)
    if not isinstance(called.channel, WebhookChannel):
        raise _no_such_address()
    try:
        reply = called.channel.receive(request)
    except Forged as forged:
        log.warning("A call was turned away: %s", forged, extra={"account": called.door.account_id})
        raise Unproven(str(forged)) from forged
    return take(called, reply)


def take(called: Called, reply: WebhookReply) -> WebhookReply:
    """Keep what a service told us, do what else it asks for, and return what it is told; what comes on a line ends here, too."""
    account_id, filled = called.door.account_id, reply.filled
    if filled is not None and filled.sends:
        reply = asking.take(called.channel, called.door, filled, reply)
    else:
        hasty.keep_soon(called.door, reply.items)
    if filled is not None and not filled.sends:
        hasty.aside(partial(asking.change_form, called.channel, filled, account_id))
    if reply.form is not None:
        hasty.aside(partial(asking.show_form, called.channel, reply.form, account_id))
    if reply.ended:
        # Slack says it once; a database that is late loses the word, and the next call of ours finds out again.
        with suppress(hasty.NotInTime, SQLAlchemyError):
            hasty.in_time(partial(soundness.note_broken, account_id, reply.ended))
    return reply


def forget_known() -> None:
    """As in a process that has just begun."""
    _known.clear()


def _called(key: str) -> Called:
    """The account at this address, as it stands now; as it stood a moment ago while the database is late."""
    if not (key.isascii() and 0 < len(key) <= _LONGEST_KEY):
        raise _no_such_address()
    # Each desk of a process has accounts of its own.
    name = (id(hasty.this_app()), key)
    try:
        called = hasty.in_time(partial(_read, key))
    except (hasty.NotInTime, SQLAlchemyError) as late:
        since, known = _known.get(name, (0.0, None))
        if known is None or time.monotonic() - since > _KNOWN_SECONDS:
            raise Late(str(late)) from late
        return known
    if called is None:
        _known.pop(name, None)
        raise _no_such_address()
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[name] = (time.monotonic(), called)
    return called


def _read(key: str) -> Called | None:
    account = db.session.scalars(
        select(ChannelAccount).where(ChannelAccount.hook_key == key, ChannelAccount.is_active)
    ).one_or_none()
    if account is None:
        return None
    return Called(Door(account.id, account.kind), channel_of(account))


def _no_such_address() -> NotFound:
    return NotFound(_("Nothing is called at this address."), _("Copy it from the channel's page."))
