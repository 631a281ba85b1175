"""Mails that carry a visitor's link; sent by a job, and kept nowhere, since the link is a secret."""

from __future__ import annotations

import logging

from flask_babel import force_locale
from flask_babel import gettext as _

from channels.email import smtp
from channels.email.compose import compose
from channels.message import Address, OutboundMessage
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.relay import relay
from helpdesk.messaging import policy as policies
from helpdesk.messaging.accounts import channel_of
from helpdesk.messaging.identity import Identity, desk_identity
from helpdesk.messaging.signing import signed
from helpdesk.people.visiting import url_of
from helpdesk.people.visitor_models import VisitorLink

log = logging.getLogger(__name__)

# A link that leads back to a form goes to whatever address was typed; every other only to one that somebody has.
DRAFTS = "/ask/"


def send_visitor_link(link_id: int) -> None:
    """Mail a link to the address it is for; may run twice, which sends the same link twice.

    Runs outside a unit of work, since it waits for another server. Raises ChannelError, and the outbox tries again.
    """
    link = db.session.get(VisitorLink, link_id, populate_existing=True)
    if link is None or link.expires_at <= clock.now() or not _may_go(link):
        return
    server, identity = relay(), desk_identity(policies.read())
    with force_locale(link.locale):
        message = _compose(link, identity)
    address, channel = link.address, channel_of(identity.account) if identity.account else None
    # Another server is waited for, and nothing is locked meanwhile.
    db.session.rollback()
    if server is None and channel is not None:
        channel.send(message)
        return
    if server is None:
        log.warning("No mail server is set, so a link was not sent.", extra={"link": link_id})
        return
    smtp.send(
        signed(bytes(compose(message)), message),
        envelope_from="",
        recipients=[address],
        server=server,
        external_id=message.external_id,
    )


def _may_go(link: VisitorLink) -> bool:
    return link.person_id is not None or link.leads_to.startswith(DRAFTS)


def _compose(link: VisitorLink, identity: Identity) -> OutboundMessage:
    desk, domain = identity.desk, identity.domain
    is_draft = link.leads_to.startswith(DRAFTS)
    return OutboundMessage(
        from_=Address(identity.address, desk),
        to=(Address(link.address),),
        subject=_("Go on with your form") if is_draft else _("Your link to your requests"),
        text=_text(link, desk, is_draft=is_draft),
        external_id=f"link-{link.id}-{int(link.expires_at.timestamp())}@{domain}",
        sent_at=clock.now(),
        auto_submitted="auto-generated",
        envelope_from="",
    )


def _text(link: VisitorLink, desk: str, *, is_draft: bool) -> str:
    """Fixed words: nothing that anybody typed, but the address it goes to (S18)."""
    first = (
        _("Follow this link to go on with the form you began. We keep it for 30 days.")
        if is_draft
        else _("Follow this link to see your requests. It is good for one hour.")
    )
    last = _("If you did not ask for this, do nothing.")
    return f"{first}\n\n{url_of(link)}\n\n{last}\n\n{desk}\n"
