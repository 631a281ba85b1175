"""The SMTP and LMTP door: mail handed to us directly is kept and committed before the sender is told so."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from channels.channel import RawItem
from channels.email.listener import SmtpListener
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy as policies
from helpdesk.messaging.accounts import (
    EMAIL,
    account_for_recipient,
    local_account,
    local_address,
)
from helpdesk.messaging.keeping import Door, keep_at
from helpdesk.messaging.own_addresses import active_account_id
from helpdesk.messaging.screening import HANDED_OVER
from helpdesk.messaging.tokens import without_token
from helpdesk.tickets.naming import single_line

UNKNOWN = "There is no such address at this desk; check its spelling"


def make_listener(app: Flask, host: str, port: int, *, lmtp: bool = False) -> SmtpListener:
    """A mail server for the addresses of this desk; `start()` it, `stop()` it."""

    def accept(address: str) -> bool | str:
        with _context(app):
            return accept_recipient(address)

    def take(envelope_from: str, recipients: tuple[str, ...], body: bytes) -> None:
        with _context(app):
            receive(envelope_from, recipients, body)

    return SmtpListener(
        accept_recipient=accept,
        receive=take,
        host=host,
        port=port,
        lmtp=lmtp,
        hostname=str(app.config["DESK_MAIL_DOMAIN"]),
    )


def accept_recipient(address: str) -> bool | str:
    """Whether mail for this address is ours to take: an account's, or any in the desk's own domain."""
    bare = without_token(address).casefold()
    ours = {local_address().rpartition("@")[2], policies.lately().reply_domain or None}
    if bare.rpartition("@")[2] in ours:
        return True
    return True if account_for_recipient([bare]) is not None else UNKNOWN


def receive(envelope_from: str, recipients: tuple[str, ...], body: bytes) -> None:
    """Keep one mail; it is committed when this returns, and only then may the sender be told so.

    SMTP gives a mail no id, so it gets one of its own each time; a second delivery is known by its bytes.
    """
    with unit_of_work():
        door = _door_of(recipients)
        digest = hashlib.sha256(body).hexdigest()[:24]
        moment = int(clock.now().timestamp())
        remote_id = f"{HANDED_OVER}{digest}:{moment}:{secrets.token_hex(6)}"
        keep_at(
            door,
            RawItem(remote_id, body, clock.now()),
            {
                "from": single_line(envelope_from, 320),
                "to": [single_line(each, 320) for each in recipients],
            },
        )


def _door_of(recipients: tuple[str, ...]) -> Door:
    """The door of the account that one of these addresses belongs to; else the desk's own, made when it is not there."""
    account_id = active_account_id([*recipients, local_address()])
    return Door(local_account().id if account_id is None else account_id, EMAIL)


@contextmanager
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
