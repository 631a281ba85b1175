"""What the administrator says of a Slack workspace: the questions, and the answers as the rest of the channel asks for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from channels.settings import LANGUAGE, SettingField, SettingKind, SettingValue, translatable

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "bot_token", "app_token", "signing_secret"
WAY, HTTP, SOCKET = "way", "http", "socket"
CHANNELS, EMOJI, EVERY, DOMAINS, URL = "channels", "emoji", "every", "trusted_domains", "url"
COMMAND = "command"
ENGLISH = "en"
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}")
_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

FIELDS: tuple[SettingField, ...] = (
    SettingField(
        name=WAY,
        label=translatable("How Slack reaches the desk"),
        kind=SettingKind.CHOICE,
        choices=(
            (HTTP, translatable("It calls the desk (the desk has a public address)")),
            (SOCKET, translatable("The desk holds a line to Slack (Socket Mode)")),
        ),
        default=HTTP,
    ),
    SettingField(
        name=BOT_TOKEN,
        label=translatable("Bot token"),
        kind=SettingKind.SECRET,
        help=translatable("Begins with xoxb-; Slack shows it under “Install App”."),
    ),
    SettingField(
        name=SIGNING_SECRET,
        label=translatable("Signing secret"),
        kind=SettingKind.SECRET,
        help=translatable(
            "Under “Basic Information”; it proves Slack's calls. Not needed for Socket Mode."
        ),
    ),
    SettingField(
        name=APP_TOKEN,
        label=translatable("App-level token"),
        kind=SettingKind.SECRET,
        help=translatable(
            "Begins with xapp-, with the right connections:write. Only for Socket Mode."
        ),
    ),
    SettingField(
        name=CHANNELS,
        label=translatable("Support channels"),
        default="",
        help=translatable("Their ids; once the account is saved you can choose them from a list."),
    ),
    SettingField(
        name=EVERY,
        label=translatable("Every new message in a support channel opens a ticket"),
        kind=SettingKind.BOOLEAN,
        default=True,
        help=translatable(
            "If not: only those that mention the app, or that somebody marks with an emoji or the shortcut."
        ),
    ),
    SettingField(
        name=EMOJI,
        label=translatable("Emoji that open a ticket"),
        default="ticket",
        help=translatable(
            "Names without colons, such as ticket, sos. They work wherever the app is in the channel."
        ),
    ),
    SettingField(
        name=DOMAINS,
        label=translatable("Mail domains this workspace answers for"),
        default="",
        help=translatable(
            "Such as borough.example. Addresses there in a profile then count as proven: set it only if nobody can give "
            "themselves such an address. Guests and people of other workspaces are never believed."
        ),
    ),
    SettingField(
        name=LANGUAGE,
        label=translatable("Language"),
        kind=SettingKind.CHOICE,
        choices=((ENGLISH, "English"), ("cy", "Cymraeg")),
        default=ENGLISH,
        help=translatable("Of the forms, and of the status that the desk shows in a thread."),
    ),
    SettingField(
        name=URL,
        label=translatable("Address of Slack's interface"),
        default="",
        help=translatable("Leave empty. For GovSlack: https://slack-gov.com/api/"),
    ),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The plain answers."""

    channels: frozenset[str] = frozenset()
    emoji: frozenset[str] = frozenset()
    every: bool = True
    domains: frozenset[str] = frozenset()
    url: str = ""
    by_line: bool = False
    language: str = ENGLISH


def chosen(settings: Mapping[str, SettingValue]) -> Chosen:
    """What of the settings is usable; the rest is left out."""
    return Chosen(
        channels=_words(settings.get(CHANNELS), _CHANNEL, str.upper),
        emoji=_words(settings.get(EMOJI, "ticket"), _EMOJI, lambda one: one.strip(":").lower()),
        every=settings.get(EVERY) is not False,
        domains=_words(settings.get(DOMAINS), _DOMAIN, lambda one: one.lstrip("@").lower()),
        url=str(settings.get(URL) or ""),
        by_line=settings.get(WAY) == SOCKET,
        language=str(settings.get(LANGUAGE) or ENGLISH),
    )


def _words(value: SettingValue, form: re.Pattern[str], tidy: object) -> frozenset[str]:
    make = tidy if callable(tidy) else str
    words = [str(make(one)) for one in re.split(r"[\s,;]+", str(value or "")) if one]
    return frozenset(one for one in words if form.fullmatch(one))
