"""What a mailbox asks about sending besides its server: ceilings, and where copies lie."""

from __future__ import annotations

from channels.settings import SettingField, SettingKind, translatable

SENDS_A_MINUTE = "sends_a_minute"
SENDS_AN_HOUR = "sends_an_hour"
SENT_FOLDER = "sent_folder"

SENDING_FIELDS = (
    SettingField(
        name=SENDS_A_MINUTE,
        label=translatable("Mails sent in a minute at most"),
        kind=SettingKind.NUMBER,
        minimum=0,
        maximum=100_000,
        help=translatable("What is over it waits. Leave empty for the desk's own limit."),
    ),
    SettingField(
        name=SENDS_AN_HOUR,
        label=translatable("Mails sent in an hour at most"),
        kind=SettingKind.NUMBER,
        minimum=0,
        maximum=1_000_000,
    ),
    SettingField(
        name=SENT_FOLDER,
        label=translatable("Folder for copies of sent mail"),
        help=translatable(
            "In the mailbox above, such as “Sent”. Leave empty if its server keeps them by itself."
        ),
    ),
)
