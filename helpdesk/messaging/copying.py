"""A copy of what was sent in the mailbox's own folder of sent mail, where that is set; it never sends anything (P27)."""

from __future__ import annotations

from channels.channel import ChannelError
from channels.email.channel import EmailChannel
from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.core.files import FileDamaged
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging.accounts import channel_of, setting
from helpdesk.messaging.models import ChannelAccount, Delivery
from helpdesk.messaging.sending_fields import SENT_FOLDER
from helpdesk.messaging.setting_aside import fit


def copy_to_sent(delivery_id: int) -> None:
    """Lay the mail into the folder, once; a failure is noted beside the mail and changes nothing about it.

    Opens its own units of work, and none while the server is spoken to. Raises ChannelError, so that it is tried again.
    """
    delivery = db.session.get_one(Delivery, delivery_id)
    account = db.session.get(ChannelAccount, delivery.account_id) if delivery.account_id else None
    folder = str(setting(account, SENT_FOLDER) or "") if account is not None else ""
    if account is None or not folder or delivery.digest is None or delivery.sent_at is None:
        return
    external_id, at = delivery.external_id, delivery.sent_at
    try:
        body = files.open_file(delivery.digest).read()
        channel = channel_of(account)
        db.session.rollback()
        if isinstance(channel, EmailChannel):
            channel.keep_copy(folder, body, external_id, at)
    except (ChannelError, FileDamaged, VaultLocked) as failure:
        _note(delivery_id, str(failure))
        raise
    _note(delivery_id, "")


def give_up(delivery_id: int, error: Exception) -> None:
    """Let it be: the mail was sent, and its page says that no copy was kept, and why. Inside the open unit of work."""
    db.session.get_one(Delivery, delivery_id).copy_error = fit(str(error))[:2000]


def _note(delivery_id: int, words: str) -> None:
    db.session.rollback()
    with unit_of_work():
        db.session.get_one(Delivery, delivery_id).copy_error = fit(words)[:2000]
