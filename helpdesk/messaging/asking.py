"""The form that a service shows to whoever asks for one: which questions, in the words of the desk."""

from __future__ import annotations

import logging

from flask_babel import gettext as _

from channels.channel import (
    AskingChannel,
    Channel,
    ChannelError,
    FormField,
    FormFieldKind,
    FormWanted,
    ShownForm,
)

log = logging.getLogger(__name__)

PLAIN = "plain"


def show_form(channel: Channel, wanted: FormWanted, account_id: int) -> None:
    """Show it; whoever asked sees by themselves when that fails, and asks again."""
    if not isinstance(channel, AskingChannel):
        return
    try:
        channel.show_form(wanted, plain_form())
    except ChannelError as refused:
        log.warning("A form could not be shown: %s", refused, extra={"account": account_id})


def plain_form() -> ShownForm:
    """What every request needs, and no more."""
    return ShownForm(
        name=PLAIN,
        title=_("Ask for help"),
        send=_("Send"),
        fields=(
            FormField(
                "subject", _("In a few words"), hint=_("Such as: the printer is out of paper")
            ),
            FormField(
                "text",
                _("What happened, or what do you need?"),
                FormFieldKind.TEXT,
                hint=_("Do not write passwords here."),
            ),
        ),
    )
