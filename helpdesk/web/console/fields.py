"""What a form's menus sent, as ids and members of closed sets; the commands check whether they may be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.tickets import lives
from workflows.priority import Step

LARGEST_ID = 2**53
Kind = TypeVar("Kind", bound=StrEnum)


def id_in(text: str | None, *, field: str) -> int | None:
    """The number that a menu sent; None for nothing. Raises Invalid."""
    plain = (text or "").strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit()) or int(plain) > LARGEST_ID:
        raise not_offered(field)
    return int(plain)


def member_in(kind: type[Kind], text: str | None, *, field: str) -> Kind | None:
    """The member of a closed set that a menu sent; None for nothing. Raises Invalid."""
    plain = (text or "").strip()
    if not plain:
        return None
    try:
        return kind(plain)
    except ValueError:
        raise not_offered(field) from None


def instant_in(text: str | None, zone: str, *, field: str) -> datetime | None:
    """The moment of a zone's wall clock that was typed; None for nothing. Raises Invalid."""
    plain = (text or "").strip()
    if not plain:
        return None
    try:
        local = datetime.fromisoformat(plain)
        zoned = local if local.tzinfo is not None else local.replace(tzinfo=ZoneInfo(zone))
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            _("This is no date with a time."), _("For example: 2027-01-04T08:00."), field=field
        ) from None


def status_in(text: str | None, *, field: str = "status") -> str | None:
    """The status of any type that a menu sent; None for nothing. Raises Invalid."""
    return _word_in(text, lives.lately().states, field)


def type_in(text: str | None, *, field: str = "type") -> str | None:
    """The type of ticket that a menu sent; None for nothing. Raises Invalid."""
    return _word_in(text, lives.lately().by_type, field)


def level_in(text: str | None, steps: Sequence[Step], now: str, *, field: str) -> str | None:
    """The impact or urgency that a menu sent; what the ticket has already is one of them. Raises Invalid."""
    return _word_in(text, {now, *(step.name for step in steps)}, field)


def _word_in(text: str | None, known: Collection[str], field: str) -> str | None:
    plain = (text or "").strip()
    if plain and plain not in known:
        raise not_offered(field)
    return plain or None


def not_offered(field: str) -> Invalid:
    """Something was sent that the menu does not offer."""
    return Invalid(_("This is none of the choices."), _("Choose from the menu."), field=field)
