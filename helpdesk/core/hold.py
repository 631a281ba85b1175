"""Whether outgoing mail is held back: after a restore nobody knows yet what was sent before the loss (P41)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.core import clock, settings

SETTING = "hold"


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when nothing leaves, and the instant that the data are of."""

    since: datetime
    data_of: datetime


def current() -> Hold | None:
    """The hold that is on, or None."""
    noted = settings.read(SETTING)
    if not noted:
        return None
    return Hold(datetime.fromisoformat(noted["since"]), datetime.fromisoformat(noted["data_of"]))


def noted(data_of: datetime) -> dict[str, str]:
    """A hold from now on, as the setting keeps it; `data_of` is the instant that the data are of."""
    return {"since": clock.now().isoformat(), "data_of": data_of.isoformat()}


def lift() -> None:
    """Let mail leave again, inside the open unit of work."""
    settings.write(SETTING, None)
