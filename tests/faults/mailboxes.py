"""Mailboxes of the fault tests: an account on one of the servers, and what the desk made of its mail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.messaging.setting_aside import ledger
from helpdesk.tickets.models import Message
from tests.helpdesk.messaging.post import HELP, make_account
from tests.servers.dovecot import Dovecot
from tests.servers.scripted_imap import ScriptedImap


def on_dovecot(server: Dovecot, user: str, **more: Any) -> ChannelAccount:
    """A mailbox of the desk on a real Dovecot."""
    return _made(server.host, server.port, user, server.password, **more)


def on_script(server: ScriptedImap, **more: Any) -> ChannelAccount:
    """A mailbox of the desk on the scripted server."""
    return _made(server.host, server.port, server.user, server.password, **more)


def articles() -> int:
    """How many messages there are on tickets."""
    return db.session.scalar(select(func.count()).select_from(Message)) or 0


def kept() -> int:
    """How many mails the ledger has."""
    return db.session.scalar(select(func.count()).select_from(RawMessage)) or 0


def standing(account_id: int) -> dict[str, int]:
    """The ledger of one mailbox, without what is none."""
    return {state.value: count for state, count in ledger(account_id).items() if count}


def fresh(account_id: int) -> ChannelAccount:
    """The account as the database has it now."""
    return db.session.get_one(ChannelAccount, account_id, populate_existing=True)


def _made(host: str, port: int, user: str, password: str, **more: Any) -> ChannelAccount:
    values = {
        "imap_host": host,
        "imap_port": port,
        "imap_security": "none",
        "imap_user": user,
        "imap_password": password,
        **more,
    }
    return make_account(address=values.pop("address", HELP), **values)
