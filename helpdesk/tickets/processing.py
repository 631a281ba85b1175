"""What moves of a lifecycle ask for: read from what was typed, and kept on the ticket."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import single_line
from workflows.lifecycle import Lifecycle
from workflows.lifecycle_fields import Field, FieldKind

LONGEST_LINE = 500
LONGEST_TEXT = 20_000
# Kinds whose values are of a closed set or an instant; what people wrote stands in the journal as digests only.
PLAIN_KINDS = (FieldKind.CHOICE, FieldKind.YES, FieldKind.MOMENT)


def read_fields(life: Lifecycle, typed: Mapping[str, str], *, zone: tzinfo = UTC) -> dict[str, Any]:
    """The values of fields as they are kept, from what was typed; an empty one is left out. Raises Invalid.

    A moment without a zone is one on the wall clock of `zone`; it is kept as text in UTC.
    """
    return {
        name: value
        for name, text in typed.items()
        if (value := _read(life.field(name), text, zone)) not in (None, "", False)
    }


def keep(ticket: Ticket, values: Mapping[str, Any], *, forgetting: Collection[str] = ()) -> None:
    """Put values on a ticket, and forget others; the two that have columns stand there too."""
    left = {name: value for name, value in ticket.process.items() if name not in forgetting}
    ticket.process = {**left, **values}
    ticket.resolution_code = ticket.process.get("resolution_code")
    until = ticket.process.get("pending_until")
    ticket.pending_until = datetime.fromisoformat(until) if until else None


def process_facts(ticket: Ticket) -> dict[str, Any]:
    """What the journal keeps of these as it is."""
    until = ticket.pending_until
    return {
        "resolution_code": ticket.resolution_code,
        "pending_until": until.isoformat() if until else None,
        "reopened": ticket.reopened or 0,
    }


def is_text(life: Lifecycle, name: str) -> bool:
    """Whether people write this in words of their own."""
    return life.field(name).kind not in PLAIN_KINDS


def _read(field: Field, text: str, zone: tzinfo) -> Any:
    plain = text.replace("\x00", "").strip()
    if not plain:
        return None
    if field.kind is FieldKind.CHOICE:
        if plain not in field.options:
            raise _refused(field, _("This is none of the choices."))
        return plain
    if field.kind is FieldKind.YES:
        return plain.lower() in ("yes", "true", "1", "on")
    if field.kind is FieldKind.MOMENT:
        return _moment(field, plain, zone)
    if field.kind is FieldKind.TEXT:
        if len(plain) > LONGEST_TEXT:
            raise _refused(field, _("At most %(most)d characters.", most=LONGEST_TEXT))
        return plain
    return single_line(plain, LONGEST_LINE)


def _moment(field: Field, text: str, zone: tzinfo) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _refused(field, _("Write a date and a time, such as 2026-11-21 09:30.")) from None
    aware = at.replace(tzinfo=zone) if at.tzinfo is None else at
    if field.name == "pending_until" and aware <= clock.now():
        raise _refused(field, _("This moment is past."))
    return aware.astimezone(UTC).replace(microsecond=0).isoformat()


def _refused(field: Field, sentence: str) -> Invalid:
    return Invalid(
        f"{_(field.label)}: {sentence}", _("Put it right and save again."), field=field.name
    )
