"""The one mail to the operator: composed and handed over at once, past the queue that may be the fault."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from channels.channel import ChannelError
from channels.email.compose import compose, wire_address
from channels.email.smtp import send
from channels.message import Address, OutboundMessage
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.models import Alarm
from helpdesk.core.relay import BadRelay, server_of
from helpdesk.messaging.tokens import random_id
from helpdesk.people.models import ContactKind, ContactPoint, Person, Role


class NobodyToTell(RuntimeError):
    """There is no address, or no mail server; the text says which."""


def tell_operator(alarms: Sequence[Alarm], people: Sequence[str] | None = None) -> None:
    """Mail what rings. By the second server (DESK_ALARM_SMTP_URL) first, if there is one; else by the desk's own.

    `people` are their addresses, where the database cannot be asked for them. Raises NobodyToTell, and ChannelError when
    every server there is refused.
    """
    people = operators() if people is None else people
    urls = [
        str(url)
        for url in (
            current_app.config.get("DESK_ALARM_SMTP_URL"),
            current_app.config.get("DESK_SMTP_URL"),
        )
        if url
    ]
    if not people:
        raise NobodyToTell("set DESK_OPERATOR to an address, or give an administrator one.")
    if not urls:
        raise NobodyToTell("set DESK_SMTP_URL, or DESK_ALARM_SMTP_URL, to a mail server.")
    _send_by_first(urls, _mail(alarms, people))


def operators() -> list[str]:
    """Who is mailed: DESK_OPERATOR, else every administrator."""
    named = [one.strip() for one in str(current_app.config.get("DESK_OPERATOR") or "").split(",")]
    if any(named):
        return [one for one in named if one]
    return list(
        db.session.scalars(
            select(ContactPoint.value)
            .join(Person, Person.id == ContactPoint.person_id)
            .where(
                Person.role == Role.ADMIN,
                Person.is_active,
                ContactPoint.kind == ContactKind.EMAIL,
            )
            .order_by(ContactPoint.id)
        )
    )


def _send_by_first(urls: Sequence[str], mail: OutboundMessage) -> None:
    for last, url in enumerate(urls, 1):
        try:
            send(
                bytes(compose(mail)),
                envelope_from="",
                recipients=[wire_address(one.address) for one in mail.to],
                server=server_of(url),
                external_id=mail.external_id,
            )
            return
        except BadRelay as unfit:
            error = ChannelError(str(unfit))
        except ChannelError as refused:
            error = refused
        if last == len(urls):
            raise error


def _mail(alarms: Sequence[Alarm], people: Sequence[str]) -> OutboundMessage:
    domain = str(current_app.config["DESK_MAIL_DOMAIN"])
    name = str(current_app.config["DESK_NAME"])
    lines = [f"* {alarm.what}\n  {alarm.advice}".rstrip() for alarm in alarms]
    subject = ngettext(
        "%(desk)s: one thing needs you",
        "%(desk)s: %(num)s things need you",
        len(alarms),
        desk=name,
    )
    intro = _("The desk at %(url)s needs somebody:", url=current_app.config["DESK_BASE_URL"])
    outro = _("You are told once of each; the Health page shows when it is over.")
    return OutboundMessage(
        from_=Address(f"alarms@{domain}", name),
        to=tuple(Address(one, "") for one in people),
        subject=subject,
        text="\n\n".join([intro, *lines, outro]) + "\n",
        external_id=f"alarm.{random_id()}@{domain}",
        sent_at=clock.now(),
        auto_submitted="auto-generated",
        envelope_from="",
    )
