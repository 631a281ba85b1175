"""What people need from us, in the words of the console."""

from __future__ import annotations

from flask_babel import gettext as _

from helpdesk.people.bond_models import NeedKind, NeedSource
from helpdesk.people.needs import CHANNELS, LANGUAGES


def need_word(kind: str) -> str:
    """A kind of need as a label."""
    return {
        NeedKind.PREFERRED_CHANNEL: _("Prefers"),
        NeedKind.LANGUAGE: _("Language"),
        NeedKind.INTERPRETER: _("Interpreter"),
        NeedKind.LARGE_PRINT: _("Large print"),
        NeedKind.EASY_READ: _("Easy read"),
        NeedKind.SIGN_LANGUAGE: _("British Sign Language"),
        NeedKind.RELAY: _("Text relay"),
        NeedKind.BEST_TIME: _("Best time to call"),
        NeedKind.OTHER: _("Something else"),
    }[NeedKind(kind)]


def source_word(source: NeedSource) -> str:
    """How we know of a need."""
    return {
        NeedSource.SAID: _("they said so"),
        NeedSource.REPRESENTATIVE: _("their representative said so"),
        NeedSource.NOTICED: _("somebody here noticed"),
        NeedSource.PORTAL: _("they chose it on the portal"),
        NeedSource.IMPORTED: _("from another system"),
    }[source]


def channel_words() -> dict[str, str]:
    """The channels that somebody may prefer, in words."""
    words = {
        "email": _("E-mail"),
        "phone": _("Telephone"),
        "sms": _("Text message"),
        "whatsapp": _("WhatsApp"),
        "letter": _("Letter"),
        "portal": _("Our website"),
        "visit": _("In person"),
    }
    return {name: words[name] for name in CHANNELS}


def need_value_words(kind: str) -> dict[str, str]:
    """The words of the values of a kind, where they are of a list."""
    if kind == NeedKind.PREFERRED_CHANNEL:
        return channel_words()
    if kind == NeedKind.LANGUAGE:
        return dict(LANGUAGES)
    return {}
