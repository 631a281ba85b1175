"""Which news a member of staff wants by mail as well; in the desk they always see it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from helpdesk.core import settings


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is also mailed: tickets assigned to me, public messages on a ticket of mine, and what is due or late."""

    assigned: bool = True
    message: bool = True
    deadline: bool = True


def preferences_of(person_id: int) -> Preferences:
    """What this person chose, or the default."""
    stored = settings.read(_key(person_id)) or {}
    return Preferences(
        assigned=bool(stored.get("assigned", True)),
        message=bool(stored.get("message", True)),
        deadline=bool(stored.get("deadline", True)),
    )


def choose(person_id: int, preferences: Preferences) -> None:
    """Note what this person wants, inside the open unit of work."""
    settings.write(_key(person_id), asdict(preferences))


def _key(person_id: int) -> str:
    return f"notices:{person_id}"
