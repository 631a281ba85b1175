"""Tokens of mailboxes: kept sealed, refreshed by one process at a time, and asked for by a code that a person types."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from channels.channel import ChannelError
from channels.email import oauth
from channels.email.oauth import Flow, PermissionEnded, Tokens, TokenSource
from helpdesk.core import clock, leases, vault
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.unit_of_work import owe, record, unit_of_work
from helpdesk.messaging.events import AccountChanged
from helpdesk.messaging.mailbox_models import MailSignIn, SignInState
from helpdesk.messaging.models import ChannelAccount
from helpdesk.people.access import Actor, Deed, id_of, require

ASK_JOB = "ask_for_sign_in"
REFRESH = "oauth_refresh_token"
ACCESS = "oauth_access_token"
UNTIL = "oauth_access_until"
# What the vault keeps of a mailbox besides what its form asks for.
KEPT_TOKENS = (REFRESH, ACCESS, UNTIL)
# A token that ends within this time is not used any more.
_MARGIN = timedelta(minutes=2)
_LEASE = timedelta(minutes=1)
_PATIENCE_SECONDS, _TRIES = 0.5, 40
_SLOWER_BY = 5


@dataclass(frozen=True, slots=True)
class _Held:
    source: TokenSource
    refresh_token: str
    access_token: str


def access_token(account_id: int) -> str:
    """A token that is good for now, refreshed when it has to be. Raises ChannelError with what to do.

    Speaks to the provider, so never call it with a unit of work open. A provider that gives a new refresh token makes
    the old one worthless: so only one process refreshes at a time, and the new one is committed before it is used.
    """
    holder = secrets.token_hex(8)
    for _try in range(_TRIES):
        held = _held(account_id)
        if held.access_token:
            return held.access_token
        if leases.take(f"token:{account_id}", holder, _LEASE):
            try:
                return _renewed(account_id)
            finally:
                leases.give_back(f"token:{account_id}", holder)
        threading.Event().wait(_PATIENCE_SECONDS)
    raise ChannelError("Another process is renewing the token of this mailbox.")


def forget_access_token(account_id: int) -> bool:
    """Drop a token that the mailbox server refused before its time; False when there was none."""
    with unit_of_work():
        account = _locked(account_id)
        held = vault.unseal(account.secrets)
        had = held.pop(ACCESS, None) is not None
        held.pop(UNTIL, None)
        account.secrets = vault.seal(held)
    return had


def standing_of(account_ids: Sequence[int]) -> dict[int, MailSignIn]:
    """How these mailboxes are connected, where somebody began to; by account."""
    found = select(MailSignIn).where(MailSignIn.account_id.in_(account_ids)).limit(500)
    return {row.account_id: row for row in db.session.scalars(found)}


def begin(account_id: int, actor: Actor | None = None) -> None:
    """Ask the provider for a code that a person types; opens its own units. Raises ChannelError, Conflict."""
    require(actor, Deed.MANAGE_MAILBOXES)
    held = _held(account_id)
    if held.source.flow is not Flow.DEVICE:
        raise Conflict(
            _("This mailbox signs in with a key of the desk."), _("Test the connection instead.")
        )
    code = oauth.ask_for_code(held.source)
    with unit_of_work():
        row = _row(account_id)
        row.state, row.words = SignInState.WAITING, ""
        row.sealed = vault.seal({"device_code": code.device_code})
        row.user_code, row.link = code.user_code, code.link
        row.pause_seconds = min(int(code.pause.total_seconds()), 60)
        row.next_ask_at = clock.now() + timedelta(seconds=row.pause_seconds)
        row.ends_at = clock.now() + code.lasting
        row.changed_at = clock.now()
        record(_changed(account_id, "asked", actor))


def sign_ins_due() -> Sequence[int]:
    """The mailboxes whose provider is to be asked now whether the code was typed."""
    return db.session.scalars(
        select(MailSignIn.account_id)
        .where(MailSignIn.state == SignInState.WAITING, MailSignIn.next_ask_at <= clock.now())
        .order_by(MailSignIn.account_id)
        .limit(50)
    ).all()


def ask(account_id: int) -> None:
    """Ask the provider whether the code was typed, and keep the tokens if so; may be called at any time, by any process."""
    holder = secrets.token_hex(8)
    lease = f"code:{account_id}"
    if not leases.take(lease, holder, _LEASE):
        return
    try:
        row = db.session.get(MailSignIn, account_id, populate_existing=True)
        waits = row is not None and row.state is SignInState.WAITING
        code = vault.unseal(row.sealed).get("device_code", "") if row and waits else ""
        too_early = (
            row is not None and row.next_ask_at is not None and row.next_ask_at > clock.now()
        )
        db.session.rollback()
        if waits and not too_early:
            _ask(account_id, code)
    finally:
        leases.give_back(lease, holder)


def note_needed(account_id: int, words: str) -> None:
    """Say that a person has to connect this mailbox again."""
    with unit_of_work():
        row = _row(account_id)
        if row.state is not SignInState.WAITING:
            row.state, row.words, row.changed_at = SignInState.NEEDED, words[:1000], clock.now()


def _ask(account_id: int, code: str) -> None:
    try:
        tokens = oauth.ask_for_tokens(_held(account_id).source, code)
    except oauth.NotYet as not_yet:
        _ask_later(account_id, _SLOWER_BY if not_yet.slower else 0)
    except PermissionEnded as refusal:
        _end(account_id, SignInState.FAILED, refusal.message)
    except ChannelError as failure:
        # The provider may be away for a moment; the code stays good until its end.
        _ask_later(account_id, _SLOWER_BY, failure.message)
    else:
        _keep(account_id, tokens)
        _end(account_id, SignInState.DONE, "")


def _ask_later(account_id: int, slower_by: int, words: str = "") -> None:
    with unit_of_work():
        row = _row(account_id)
        row.pause_seconds, row.words = min(row.pause_seconds + slower_by, 120), words[:1000]
        row.next_ask_at = clock.now() + timedelta(seconds=row.pause_seconds)
        if row.ends_at is not None and row.ends_at <= clock.now():
            row.state = SignInState.FAILED
            row.words, row.sealed = _("The code was not typed in time. Begin again."), ""


def _end(account_id: int, state: SignInState, words: str) -> None:
    with unit_of_work():
        row = _row(account_id)
        row.state, row.words, row.changed_at = state, words[:1000], clock.now()
        row.sealed, row.user_code, row.next_ask_at = "", "", None
        if state is SignInState.DONE:
            account = _locked(account_id)
            account.failures, account.next_try_at = 0, None
            record(_changed(account_id, "connected"))
            owe("collect_account", account_id)


def _renewed(account_id: int) -> str:
    held = _held(account_id)
    if held.access_token:
        return held.access_token
    try:
        tokens = _asked_for(held)
    except PermissionEnded as ended:
        note_needed(account_id, ended.message)
        raise
    _keep(account_id, tokens)
    return tokens.access_token


def _asked_for(held: _Held) -> Tokens:
    if held.source.flow is Flow.KEY:
        return oauth.by_key(held.source, clock.now())
    if not held.refresh_token:
        raise PermissionEnded("This mailbox is not connected yet. Connect it on its page.", True)
    return oauth.refresh(held.source, held.refresh_token)


def _keep(account_id: int, tokens: Tokens) -> None:
    """Commit what the provider gave before anybody uses it: a new refresh token has ended the old one."""
    with unit_of_work():
        account = _locked(account_id)
        held = vault.unseal(account.secrets)
        held[ACCESS] = tokens.access_token
        held[UNTIL] = (clock.now() + tokens.lasting).isoformat()
        if tokens.refresh_token:
            held[REFRESH] = tokens.refresh_token
        account.secrets = vault.seal(held)


def _held(account_id: int) -> _Held:
    account = db.session.get_one(ChannelAccount, account_id, populate_existing=True)
    held = vault.unseal(account.secrets)
    source = TokenSource.of(account.settings, held)
    db.session.rollback()
    if source is None:
        raise ChannelError("This mailbox signs in with a password.", permanent=True)
    until = held.get(UNTIL)
    is_good = until is not None and datetime.fromisoformat(until) > clock.now() + _MARGIN
    return _Held(source, held.get(REFRESH, ""), held.get(ACCESS, "") if is_good else "")


def _changed(account_id: int, to: str, actor: Actor | None = None) -> AccountChanged:
    return AccountChanged(
        actor_id=id_of(actor),
        cause="console",
        subject_id=account_id,
        before={},
        after={"permission": to},
    )


def _locked(account_id: int) -> ChannelAccount:
    return db.session.get_one(
        ChannelAccount, account_id, with_for_update=True, populate_existing=True
    )


def _row(account_id: int) -> MailSignIn:
    row = db.session.get(MailSignIn, account_id, with_for_update=True, populate_existing=True)
    if row is None:
        row = MailSignIn(
            account_id=account_id,
            state=SignInState.NEEDED,
            words="",
            sealed="",
            user_code="",
            link="",
            pause_seconds=5,
            changed_at=clock.now(),
        )
        db.session.add(row)
    return row
