"""Channel accounts: where the desk is reached, with settings checked and secrets sealed."""

from __future__ import annotations

import secrets as random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, runtime_checkable

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from channels import registry
from channels.channel import Channel, ConnectingChannel
from channels.settings import (
    SettingField,
    SettingKind,
    SettingValue,
    translatable,
    validate_all,
)
from helpdesk.core import clock, vault
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.messaging import signing_in, tokens
from helpdesk.messaging.events import AccountChanged, AccountCreated
from helpdesk.messaging.folders import ALL, NEW, SINCE, TAKE_IN, TAKE_IN_SINCE
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.own_addresses import EMAIL as EMAIL
from helpdesk.messaging.own_addresses import forget_addresses, our_addresses
from helpdesk.messaging.sending_fields import SENDING_FIELDS
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import Group

LOCAL_NAME = "Mail handed to the desk"
LOCAL_PART = "help"
HOOK_KEY_BYTES = 24
DEFAULT_TICKET_TYPE = "request"

TICKET_TYPE = "ticket_type"
RECEIPTS = "receipts"
# What every account asks besides what its channel asks; the form is drawn from both.
OWN_FIELDS = (
    SettingField(
        name=TICKET_TYPE,
        label=translatable("New messages become"),
        kind=SettingKind.CHOICE,
        choices=(
            ("request", translatable("Requests")),
            ("incident", translatable("Incidents")),
            ("question", translatable("Questions")),
        ),
        default=DEFAULT_TICKET_TYPE,
    ),
    SettingField(
        name=RECEIPTS,
        label=translatable("Tell people that their message arrived"),
        kind=SettingKind.BOOLEAN,
        default=True,
    ),
    SettingField(
        name=TAKE_IN,
        label=translatable("Mail that is in the mailbox already"),
        kind=SettingKind.CHOICE,
        choices=(
            (NEW, translatable("Only new mail is taken in")),
            (SINCE, translatable("Is taken in from the date below")),
            (ALL, translatable("Is taken in, all of it")),
        ),
        default=ALL,
        help=translatable("Old mail keeps its true dates, and nobody is answered."),
    ),
    SettingField(name=TAKE_IN_SINCE, label=translatable("From this date on")),
    *SENDING_FIELDS,
)
_TOKEN_SETTINGS = (
    "imap_sign_in",
    "imap_user",
    "address",
    "oauth_flow",
    "oauth_tenant",
    "oauth_client_id",
    "oauth_token_url",
    "oauth_scope",
)


@runtime_checkable
class TokenChannel(Protocol):
    """A channel that may sign in with tokens, and is told where they are to be had."""

    def use_tokens(self, source: Callable[[], str]) -> None: ...


class UnfitSettings(Invalid):
    """Settings that the channel cannot take; `problems` says for each field what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(
            _("These settings cannot be used."),
            _("Correct the marked fields."),
            field=next(iter(problems), None),
        )
        self.problems = dict(problems)


def channel_of(account: ChannelAccount) -> Channel:
    """The channel of an account, ready for use. Raises ChannelError, and VaultLocked for another key.

    One that signs in with tokens asks for them when it connects, so that building it waits for nobody.
    """
    inside = {"internal_hosts": ",".join(current_app.config.get("DESK_INTERNAL_HOSTS", ()))}
    secrets = vault.unseal(account.secrets)
    channel = registry.build(account.kind, {**account.settings, **inside}, secrets)
    account_id = account.id
    if isinstance(channel, TokenChannel):
        channel.use_tokens(lambda: signing_in.access_token(account_id))
    return channel


def fields_of(kind: str) -> tuple[SettingField, ...]:
    """All that an account of this kind asks for. Raises ChannelError when there is no such channel."""
    # Who talks gets no receipt by mail, and there is no mailbox with old mail in it.
    channel = registry.channel_class(kind)
    is_mailbox = hasattr(channel, "fetch") and not hasattr(channel, "contact")
    own = OWN_FIELDS if is_mailbox else OWN_FIELDS[:1]
    return (*registry.settings_fields(kind), *own)


def create_account(
    *,
    kind: str = EMAIL,
    name: str,
    values: Mapping[str, SettingValue],
    group: Group | None = None,
    actor: Actor | None = None,
) -> ChannelAccount:
    """One more place where the desk is reached. Raises UnfitSettings, and Conflict for a name taken."""
    require(actor, Deed.MANAGE_MAILBOXES)
    plain, secrets = _checked(kind, values, kept_secrets={})
    account = ChannelAccount(
        kind=kind,
        name=_free_name(name, None),
        address=_free_address(kind, plain, None),
        settings=plain,
        secrets=vault.seal(secrets) if secrets else "",
        hook_key=_hook_key(kind),
        group_id=group.id if group else None,
        created_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    forget_addresses()
    record(
        AccountCreated(
            actor_id=id_of(actor), cause="console", subject_id=account.id, after=_facts(account)
        )
    )
    return account


def edit_account(
    account: ChannelAccount,
    *,
    name: str,
    values: Mapping[str, SettingValue],
    group: Group | None,
    is_active: bool,
    actor: Actor | None = None,
) -> None:
    """Change an account; a secret left blank stays what it is. What failed before is tried anew."""
    require(actor, Deed.MANAGE_MAILBOXES)
    before = _facts(account)
    held = vault.unseal(account.secrets)
    plain, secrets = _checked(account.kind, values, kept_secrets=held)
    if all(plain.get(name) == account.settings.get(name) for name in _TOKEN_SETTINGS):
        # A permission is for one mailbox of one provider, and outlives a change of all else.
        secrets |= {name: held[name] for name in signing_in.KEPT_TOKENS if name in held}
    account.name = _free_name(name, account.id)
    account.address = _free_address(account.kind, plain, account.id)
    account.settings = plain
    account.secrets = vault.seal(secrets) if secrets else ""
    account.group_id = group.id if group else None
    account.is_active = is_active
    account.failures, account.next_try_at = 0, None
    forget_addresses()
    record(
        AccountChanged(
            actor_id=id_of(actor),
            cause="console",
            subject_id=account.id,
            before=before,
            after=_facts(account),
        )
    )


def test_connection(account: ChannelAccount) -> str:
    """Plain words on what works. Raises ChannelError saying what to do next; opens no transaction."""
    channel = channel_of(account)
    if not isinstance(channel, ConnectingChannel):
        return str(_("There is nothing to connect to."))
    # A server may take a minute to answer, and nobody should wait for our locks that long.
    db.session.rollback()
    return channel.test_connection()


def try_settings(
    kind: str, values: Mapping[str, SettingValue], account: ChannelAccount | None = None
) -> str:
    """As `test_connection`, for what stands in a form that is not saved yet."""
    kept = vault.unseal(account.secrets) if account is not None else {}
    plain, secrets = _checked(kind, values, kept_secrets=kept)
    channel = registry.build(kind, plain, secrets)
    if account is not None and isinstance(channel, TokenChannel):
        account_id = account.id
        channel.use_tokens(lambda: signing_in.access_token(account_id))
    db.session.rollback()
    if not isinstance(channel, ConnectingChannel):
        return str(_("There is nothing to connect to."))
    return channel.test_connection()


def accounts(*, active_only: bool = False) -> Sequence[ChannelAccount]:
    """Every account, by name."""
    found = select(ChannelAccount).order_by(func.lower(ChannelAccount.name)).limit(500)
    if active_only:
        found = found.where(ChannelAccount.is_active)
    return db.session.scalars(found).all()


def account_for_recipient(addresses: Iterable[str]) -> ChannelAccount | None:
    """The active mail account that one of these addresses belongs to, a reply token in it or not."""
    asked = list(dict.fromkeys(tokens.without_token(each).casefold() for each in addresses))
    if not asked:
        return None
    found = db.session.scalars(
        select(ChannelAccount)
        .where(
            ChannelAccount.kind == EMAIL,
            ChannelAccount.is_active,
            ChannelAccount.address.in_(asked),
        )
        .order_by(ChannelAccount.id)
        .limit(50)
    ).all()
    return min(found, key=lambda account: asked.index(account.address), default=None)


def is_our_address(address: str) -> bool:
    """Whether mail from this address would be our own."""
    folded = tokens.without_token(address).casefold()
    return bool(folded) and folded in our_addresses()


def local_address() -> str:
    """The address of the SMTP and LMTP door, in the domain that the environment sets."""
    return f"{LOCAL_PART}@{current_app.config['DESK_MAIL_DOMAIN']}".casefold()


def local_account() -> ChannelAccount:
    """The account of the SMTP and LMTP door, made when it is not there; needs an open unit of work then."""
    found = _local_account()
    if found is not None:
        return found
    # Two doors that start at once both come here: the name's own key lets one in, and the other reads what it wrote.
    for name in (LOCAL_NAME, f"{LOCAL_NAME} ({local_address()})"[:120]):
        made = _insert_once(name, {"address": local_address()})
        found = db.session.get_one(ChannelAccount, made) if made else _local_account()
        if found is not None:
            break
    if found is None:
        raise Conflict(_("There is a mailbox of this name."), _("Choose another name."))
    if made:
        forget_addresses()
        record(
            AccountCreated(actor_id=None, cause="console", subject_id=found.id, after=_facts(found))
        )
    return found


def _local_account() -> ChannelAccount | None:
    return db.session.scalar(
        select(ChannelAccount)
        .where(ChannelAccount.kind == EMAIL, ChannelAccount.address == local_address())
        .order_by(ChannelAccount.id)
        .limit(1)
    )


def _insert_once(name: str, values: Mapping[str, SettingValue]) -> int | None:
    """The id of the account that was made, None when there is one of this name."""
    plain, _secrets = _checked(EMAIL, values, kept_secrets={})
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    return db.session.scalar(
        insert(ChannelAccount)
        .values(
            kind=EMAIL,
            name=name,
            address=str(plain["address"]).casefold(),
            settings=plain,
            secrets="",
            is_active=True,
            last_error="",
            failures=0,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(ChannelAccount.id)
    )


def setting(account: ChannelAccount, name: str) -> Any:
    """One of the fields that every account has, or its default."""
    field = next(field for field in OWN_FIELDS if field.name == name)
    return account.settings.get(name, field.default)


def _checked(
    kind: str, values: Mapping[str, SettingValue], *, kept_secrets: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    fields = fields_of(kind)
    clean, problems = validate_all(fields, values)
    if kind == EMAIL and "address" not in problems:
        try:
            clean["address"] = normalise_email(str(clean["address"]))
        except Invalid as unfit:
            problems["address"] = unfit.title
    if clean.get(TAKE_IN) == SINCE and TAKE_IN_SINCE not in problems:
        clean[TAKE_IN_SINCE], problem = _day(clean.get(TAKE_IN_SINCE))
        problems |= {TAKE_IN_SINCE: problem} if problem else {}
    if problems:
        raise UnfitSettings(problems)
    secret_names = {field.name for field in fields if field.is_secret}
    plain = {name: value for name, value in clean.items() if name not in secret_names}
    secrets = {name: str(clean[name] or kept_secrets.get(name, "")) for name in secret_names}
    return plain, {name: value for name, value in secrets.items() if value}


def _day(given: SettingValue) -> tuple[str, str]:
    """A date as it is kept, or why it is none."""
    try:
        day = date.fromisoformat(str(given or ""))
    except ValueError:
        return "", _("Enter a date, such as 2026-01-31.")
    if not 1970 <= day.year <= 9000:
        return "", _("Enter a date, such as 2026-01-31.")
    return day.isoformat(), ""


def _free_name(name: str, own_id: int | None) -> str:
    tidy = " ".join(name.split())[:120]
    if not tidy:
        raise UnfitSettings({"name": _("This cannot be empty.")})
    taken = db.session.scalar(select(ChannelAccount.id).where(ChannelAccount.name == tidy))
    if taken not in (None, own_id):
        raise Conflict(_("There is a mailbox of this name."), _("Choose another name."))
    return tidy


def _free_address(kind: str, plain: Mapping[str, Any], own_id: int | None) -> str:
    address = str(plain.get("address") or "").casefold()
    same = select(ChannelAccount.id).where(
        ChannelAccount.kind == kind, ChannelAccount.address == address
    )
    if address and db.session.scalar(same.limit(1)) not in (None, own_id):
        raise UnfitSettings({"address": _("Another mailbox has this address already.")})
    return address


def _hook_key(kind: str) -> str | None:
    """The random part of the address for calls, for a kind of channel that is called."""
    is_called = hasattr(registry.channel_class(kind), "receive")
    return random.token_urlsafe(HOOK_KEY_BYTES) if is_called else None


def _facts(account: ChannelAccount) -> dict[str, Any]:
    return {
        "name": account.name,
        "kind": account.kind,
        "address": account.address,
        "group": account.group_id,
        "is_active": account.is_active is not False,
        "settings": dict(account.settings),
    }
