"""What a service only names is fetched before it is read: who wrote, what was marked, the files; with no lock held."""

from __future__ import annotations

from functools import cache

from channels import registry
from channels.channel import ChannelError, CompletingChannel, RawItem
from channels.email.connection import SignInRefused
from helpdesk.core.db import db
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import soundness
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.models import RawMessage

JOB = "file_completed"


@cache
def is_due(kind: str) -> bool:
    """Whether messages of this kind have to be completed before they are read."""
    try:
        return hasattr(registry.channel_class(kind), "complete")
    except ChannelError:
        return False


def completed(raw_id: int, item: RawItem) -> RawItem:
    """The item with all that belongs to it. Raises ChannelError while it is worth another try.

    What cannot be had since our token has ended is left out: the message is read as it came, and the account says so.
    """
    raw = db.session.get_one(RawMessage, raw_id)
    account_id = raw.account_id
    try:
        channel = channel_of(raw.account)
        # A service may take its time, and nothing of ours is to be locked meanwhile.
        db.session.rollback()
        whole = channel.complete(item) if isinstance(channel, CompletingChannel) else item
    except (SignInRefused, VaultLocked) as refused:
        db.session.rollback()
        soundness.note_broken(account_id, str(refused))
        return item
    except ChannelError as refused:
        db.session.rollback()
        if not refused.permanent:
            raise
        return item
    soundness.note_sound(account_id)
    return whole
