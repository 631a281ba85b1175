"""The desk's DKIM keys: made or brought, sealed, published by the administrator, and used for what the desk sends."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from channels.email import dkim
from channels.email.dkim import Algorithm, DkimKey, UnfitKey
from channels.email.idn import ascii_domain
from channels.email.smtp import ServerAway
from channels.message import OutboundMessage
from helpdesk.core import clock, vault
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging.events import SigningKeyAdded, SigningKeyChanged, SigningKeyRemoved
from helpdesk.messaging.outlet_models import SigningKey
from helpdesk.people.access import Actor, Deed, id_of, require

PEM = "pem"


def signed(body: bytes, message: OutboundMessage) -> bytes:
    """A composed mail with the signatures of its sender's domain; as it is where no key is in use.

    Raises ServerAway for a key that cannot be opened: an unsigned mail might be refused for good.
    """
    keys = _keys_in_use(message.from_.address.rpartition("@")[2])
    if not keys:
        return body
    try:
        opened = [DkimKey(key.domain, key.selector, vault.unseal(key.secrets)[PEM]) for key in keys]
        return dkim.sign(body, opened, at=message.sent_at)
    except (VaultLocked, UnfitKey, KeyError) as unfit:
        raise ServerAway(f"The DKIM key of {keys[0].domain} cannot be used: {unfit}") from unfit


def all_keys(actor: Actor) -> Sequence[SigningKey]:
    """Every key, by domain; for who manages mailboxes."""
    require(actor, Deed.MANAGE_MAILBOXES)
    return db.session.scalars(
        select(SigningKey).order_by(SigningKey.domain, SigningKey.selector).limit(500)
    ).all()


def add_key(
    domain: str, selector: str, *, algorithm: Algorithm, pem: str = "", actor: Actor | None
) -> SigningKey:
    """Make a key for a domain, or take one that is brought in PEM; it signs once it is switched on."""
    require(actor, Deed.MANAGE_MAILBOXES)
    name, label = _domain(domain), selector.strip().lower()
    if not dkim.is_selector(label):
        raise Invalid(
            _("That cannot be a selector."),
            _("Use letters, figures and hyphens, such as desk-2026."),
            field="selector",
        )
    taken = select(SigningKey.id).where(SigningKey.domain == name, SigningKey.selector == label)
    if db.session.scalar(taken) is not None:
        raise Invalid(_("This domain has a key of that selector."), field="selector")
    private = pem.strip() or dkim.make_key(algorithm)
    try:
        public, kind = dkim.public_key(private), dkim.algorithm_of(private)
    except UnfitKey as unfit:
        raise Invalid(str(unfit), field="pem") from unfit
    key = SigningKey(
        domain=name,
        selector=label,
        algorithm=kind.value,
        public_key=public,
        secrets=vault.seal({PEM: private}),
        is_active=False,
        created_at=clock.now(),
    )
    db.session.add(key)
    db.session.flush()
    record(SigningKeyAdded(actor_id=id_of(actor), subject_id=key.id, after=_facts(key)))
    return key


def switch_key(key_id: int, *, on: bool, actor: Actor | None) -> SigningKey:
    """Begin or end to sign with a key."""
    require(actor, Deed.MANAGE_MAILBOXES)
    key = _key(key_id)
    if key.is_active is not on:
        before = _facts(key)
        key.is_active = on
        record(
            SigningKeyChanged(
                actor_id=id_of(actor), subject_id=key.id, before=before, after=_facts(key)
            )
        )
    return key


def remove_key(key_id: int, *, actor: Actor | None) -> None:
    """Forget a key that signs no more."""
    require(actor, Deed.MANAGE_MAILBOXES)
    key = _key(key_id)
    if key.is_active:
        raise Conflict(_("This key still signs mail."), _("Switch it off first."))
    record(SigningKeyRemoved(actor_id=id_of(actor), subject_id=key.id, before=_facts(key)))
    db.session.delete(key)


def record_of(key: SigningKey) -> tuple[str, str]:
    """What has to stand in the name service: the name, and the text of its TXT record."""
    text = dkim.record_text(Algorithm(key.algorithm), key.public_key)
    return dkim.record_name(key.domain, key.selector), text


def _keys_in_use(domain: str) -> Sequence[SigningKey]:
    """The keys of a domain, or of the nearest one above it: receivers take both for the sender's own (RFC 7489, 3.1)."""
    labels = domain.lower().split(".")
    names = [".".join(labels[begin:]) for begin in range(max(1, len(labels) - 1))]
    keys = db.session.scalars(
        select(SigningKey)
        .where(SigningKey.is_active, SigningKey.domain.in_(names))
        .order_by(SigningKey.algorithm.desc(), SigningKey.id)
        .limit(50)
    ).all()
    nearest = max((key.domain for key in keys), key=len, default="")
    return [key for key in keys if key.domain == nearest]


def _key(key_id: int) -> SigningKey:
    key = db.session.get(SigningKey, key_id, with_for_update=True)
    if key is None:
        raise NotFound(_("There is no such key."), _("Look at the list again."))
    return key


def _domain(text: str) -> str:
    try:
        name = ascii_domain(text.strip().lower().removesuffix("."))
    except ValueError:
        name = ""
    fit = 3 < len(name) <= 253 and "." in name and all(map(dkim.is_selector, name.split(".")))
    if not fit:
        raise Invalid(_("That is not a domain."), _("Write it like example.org."), field="domain")
    return name


def _facts(key: SigningKey) -> dict[str, object]:
    return {
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm,
        "active": key.is_active,
    }
