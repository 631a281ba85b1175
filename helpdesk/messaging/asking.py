"""The forms that a service shows to whoever asks for one: the desk's own, and a plain one where none is offered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from channels.channel import AskingChannel, Channel, ChannelError, WebhookReply
from channels.forms import (
    FormAnswer,
    FormField,
    FormFieldKind,
    FormFilled,
    FormWanted,
    ShownForm,
)
from channels.message import InboundMessage
from helpdesk.messaging import hasty
from helpdesk.messaging.keeping import Door
from helpdesk.messaging.models import RawMessage
from helpdesk.messaging.placing import Place

log = logging.getLogger(__name__)

# Our names of forms that are none of the desk's own: the plain one, and the one that asks which.
PLAIN, WHICH = "plain", "which"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Meant:
    """What a form that was sent comes to: its subject, its words, and where the ticket belongs."""

    subject: str
    text: str
    place: Place


class Forms(Protocol):
    """Whoever keeps the desk's forms; all words are in the language of now."""

    def first(self, words: str) -> ShownForm | None:
        """What is shown to somebody who asks for a form with these words; None when there is none to offer."""
        ...

    def anew(self, filled: FormFilled) -> ShownForm | None:
        """The form as it is after what was filled in; None when it is none of these."""
        ...

    def check(self, filled: FormFilled) -> FormAnswer:
        """What is said to somebody who sends it."""
        ...

    def meant(self, filled: FormFilled) -> Meant | None:
        """What it comes to; None when it is none of these."""
        ...


_forms: Forms | None = None


def install(forms: Forms) -> None:
    """Hand over who keeps the forms; the application factory does this once."""
    global _forms
    _forms = forms


def show_form(channel: Channel, wanted: FormWanted, account_id: int) -> None:
    """Show it; whoever asked sees by themselves when that fails, and asks again."""
    if not isinstance(channel, AskingChannel):
        return
    with force_locale(channel.language):
        form = (_forms.first(wanted.words) if _forms else None) or plain_form(wanted.words)
    try:
        channel.show_form(wanted, form)
    except ChannelError as refused:
        log.warning("A form could not be shown: %s", refused, extra={"account": account_id})


def change_form(channel: Channel, filled: FormFilled, account_id: int) -> None:
    """Show a form anew after an answer on which others depend."""
    if not isinstance(channel, AskingChannel) or _forms is None:
        return
    with force_locale(channel.language):
        form = _forms.anew(filled)
    try:
        if form is not None:
            channel.change_form(filled, form)
    except ChannelError as refused:
        log.warning("A form could not be changed: %s", refused, extra={"account": account_id})


def take(channel: Channel, door: Door, filled: FormFilled, reply: WebhookReply) -> WebhookReply:
    """Keep a form that was sent if it can be taken, and say so, or what is wrong with it.

    One that the database cannot look at in time is taken as it is: what somebody wrote must not be lost.
    """
    if not isinstance(channel, AskingChannel):
        hasty.keep_soon(door, reply.items)
        return reply
    check = partial(_check, channel.language, filled)
    answer = (
        _which(check, filled) if filled.name == WHICH else hasty.keep_if(check, door, reply.items)
    )
    return replace(reply, body=channel.answer_form(filled, answer), content_type=_JSON)


def _which(check: Callable[[], FormAnswer], filled: FormFilled) -> FormAnswer:
    """Which form comes next; nothing of a choice is kept, so that it has to be made again while the database is late."""
    try:
        return hasty.in_time(check)
    except (hasty.NotInTime, SQLAlchemyError):
        return FormAnswer(errors=dict.fromkeys([*filled.typed][:1], _("Press the button again.")))


def _check(language: str, filled: FormFilled) -> FormAnswer:
    with force_locale(language):
        return _forms.check(filled) if _forms is not None else FormAnswer()


def as_meant(raw: RawMessage, inbound: InboundMessage) -> InboundMessage:
    """A message with what its form says of it, and where it belongs noted beside its bytes."""
    if inbound.form is None or _forms is None:
        return inbound
    meant = _forms.meant(inbound.form)
    if meant is None:
        return inbound
    raw.envelope = {**raw.envelope, **meant.place.noted()}
    text = meant.text or inbound.text
    return replace(inbound, subject=meant.subject, text=text, visible_text=text)


def plain_form(words: str = "") -> ShownForm:
    """What every request needs, and no more."""
    return ShownForm(
        name=PLAIN,
        title=_("Ask for help"),
        send=_("Send"),
        cancel=_("Cancel"),
        fields=(
            FormField(
                "subject", _("In a few words"), hint=_("Such as: the printer is out of paper")
            ),
            FormField(
                "text",
                _("What happened, or what do you need?"),
                FormFieldKind.TEXT,
                hint=_("Do not write passwords here."),
                words=words,
            ),
        ),
    )
