"""Mails that carry a link to choose a password; sent by a job, and kept nowhere, since the link is a secret."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from channels.email import smtp
from channels.email.compose import compose
from channels.message import Address, OutboundMessage
from helpdesk.core import clock
from helpdesk.core.relay import relay
from helpdesk.messaging.signing import signed
from helpdesk.people.models import TokenPurpose
from helpdesk.people.tokens import PasswordMail, password_mail

log = logging.getLogger(__name__)


def send_password_mail(token_id: int) -> None:
    """Mail a password link to its owner; may run twice, which sends the same link twice.

    Runs outside a unit of work, since it waits for another server. Raises ChannelError, and the outbox tries again.
    Without a mail server nothing is sent: `desk user link` tells the operator the link instead.
    """
    mail = password_mail(token_id)
    if mail is None:
        return
    server = relay()
    if server is None:
        log.warning(
            "No mail server is set, so a password link was not sent.", extra={"token": token_id}
        )
        return
    with force_locale(mail.locale):
        message = _compose(mail, token_id)
    smtp.send(
        signed(bytes(compose(message)), message),
        envelope_from="",
        recipients=[mail.address],
        server=server,
        external_id=message.external_id,
    )


def _compose(mail: PasswordMail, token_id: int) -> OutboundMessage:
    domain = str(current_app.config["DESK_MAIL_DOMAIN"])
    desk = str(current_app.config.get("DESK_NAME", "Commondesk"))
    invited = mail.purpose is TokenPurpose.INVITE
    return OutboundMessage(
        from_=Address(f"no-reply@{domain}", desk),
        to=(Address(mail.address, mail.name),),
        subject=_("Your invitation to %(desk)s", desk=desk)
        if invited
        else _("Choose a new password"),
        text=_invitation(mail, desk) if invited else _reset(mail, desk),
        external_id=f"password-{token_id}-{int(mail.expires_at.timestamp())}@{domain}",
        sent_at=clock.now(),
        auto_submitted="auto-generated",
        envelope_from="",
    )


def _invitation(mail: PasswordMail, desk: str) -> str:
    text: str = _(
        "Hello %(name)s,\n\n"
        "you have been invited to work at %(desk)s. Choose a password here within %(time)s:\n\n"
        "%(link)s\n\n"
        "If you did not expect this, do nothing.\n",
        name=mail.name,
        desk=desk,
        link=mail.link,
        time=_("three days"),
    )
    return text


def _reset(mail: PasswordMail, desk: str) -> str:
    minutes = max(1, (mail.expires_at - clock.now()) // timedelta(minutes=1))
    text: str = _(
        "Hello %(name)s,\n\n"
        "somebody asked to choose a new password for you at %(desk)s. If it was you, follow this link within "
        "%(minutes)d minutes:\n\n"
        "%(link)s\n\n"
        "If it was not, do nothing: your password stays as it is.\n",
        name=mail.name,
        desk=desk,
        link=mail.link,
        minutes=minutes,
    )
    return text
