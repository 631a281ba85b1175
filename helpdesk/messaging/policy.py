"""What an administrator has set for mail as a whole; read in one query, wherever it is needed."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from helpdesk.core import settings
from helpdesk.core.remembering import Remembered

KEY = "mail"


class Treatment(enum.StrEnum):
    """What becomes of mail of some kind: taken in, kept for a person to look at, or turned away and kept."""

    TAKE = "take"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """The desk's own rules for mail.

    `bulk` is for mail to many, `spam` and `dmarc` for what the receiving server called spam or could not trace to its
    sender. `largest_mail` is in bytes. A closed ticket is opened again by words of its people within `reopen_days`, 0
    for never. `reply_domain` is a sub-domain set aside for answers, if any. Receipts are counted per address in a day
    and over all addresses in an hour (S18). `sends_*` are the ceilings of one sending server and of one person outside,
    0 for none; what is over them waits. `largest_sent` is in bytes, as a mail is on the wire; larger files go as links
    that work for `link_days`.
    """

    bulk: Treatment = Treatment.TAKE
    spam: Treatment = Treatment.QUARANTINE
    dmarc: Treatment = Treatment.TAKE
    reopen_days: int = 0
    reply_domain: str = ""
    receipts: bool = True
    receipts_a_day: int = 1
    receipts_an_hour: int = 200
    largest_mail: int = 25 * 1024 * 1024
    shows_agent_names: bool = True
    desk_name: str = ""
    quotes_previous: bool = False
    sends_a_minute: int = 60
    sends_an_hour: int = 1500
    sends_to_one_an_hour: int = 20
    largest_sent: int = 25 * 1024 * 1024
    link_days: int = 30


def read() -> MailPolicy:
    """The rules as they stand now."""
    stored: dict[str, Any] = settings.read(KEY) or {}
    known = {field.name for field in fields(MailPolicy)}
    chosen = {name: value for name, value in stored.items() if name in known}
    for name in ("bulk", "spam", "dmarc"):
        if name in chosen:
            chosen[name] = Treatment(chosen[name])
    return replace(MailPolicy(), **chosen)


def write(policy: MailPolicy) -> None:
    """Change the rules, inside the open unit of work."""
    settings.write(KEY, asdict(policy))
    lately.forget()


# The rules as they stood two seconds ago at the most: what every mail that comes in asks for.
lately = Remembered(read)
