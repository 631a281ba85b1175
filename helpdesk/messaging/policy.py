"""What an administrator has set for mail as a whole; read in one query, wherever it is needed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from helpdesk.core import settings
from helpdesk.core.remembering import Remembered

KEY = "mail"


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """The desk's own rules for mail.

    `blocked` holds addresses (`a@example.org`) and whole domains (`@example.org`), lower case. `largest_mail` is in
    bytes. Receipts are counted per address in a day and over all addresses in an hour (S18).
    """

    blocked: tuple[str, ...] = ()
    bulk_opens_tickets: bool = True
    receipts: bool = True
    receipts_a_day: int = 1
    receipts_an_hour: int = 200
    largest_mail: int = 25 * 1024 * 1024
    shows_agent_names: bool = True
    desk_name: str = ""

    def blocks(self, address: str) -> bool:
        """Whether mail from this address is turned away."""
        folded = address.casefold()
        return folded in self.blocked or "@" + folded.rpartition("@")[2] in self.blocked


def read() -> MailPolicy:
    """The rules as they stand now."""
    stored: dict[str, Any] = settings.read(KEY) or {}
    known = {field.name for field in fields(MailPolicy)}
    chosen = {name: value for name, value in stored.items() if name in known}
    if "blocked" in chosen:
        chosen["blocked"] = tuple(str(entry).strip().casefold() for entry in chosen["blocked"])
    return replace(MailPolicy(), **chosen)


def write(policy: MailPolicy) -> None:
    """Change the rules, inside the open unit of work."""
    settings.write(KEY, {**asdict(policy), "blocked": list(policy.blocked)})
    lately.forget()


# The rules as they stood two seconds ago at the most: what every mail that comes in asks for.
lately = Remembered(read)
