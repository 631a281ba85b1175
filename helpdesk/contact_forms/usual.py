"""How long requests like one usually take, reckoned every night from those that are finished: "8 in 10 within ..."."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from helpdesk.core import clock, settings
from helpdesk.core.db import db
from helpdesk.core.remembering import Remembered
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.messaging.placing import PLACE
from helpdesk.messaging.web_door import WEB
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility
from workflows.lifecycle import Category

JOB = "reckon_usual_times"
KEY = "usual_times"
# Nothing is promised from fewer cases.
LEAST_CASES = 30
_LOOKED_BACK = timedelta(days=180)
_MOST_LOOKED_AT = 20_000
_CHANNELS = ("email", WEB)


@dataclass(frozen=True, slots=True)
class Usual:
    """Within how long 8 in 10 were finished, by type and by form; and first answered, by channel."""

    types: Mapping[str, timedelta] = field(default_factory=dict)
    forms: Mapping[str, timedelta] = field(default_factory=dict)
    answered: Mapping[str, timedelta] = field(default_factory=dict)


def owe_reckoning() -> None:
    """Owe the nightly reckoning."""
    owe(JOB, 0)


def reckon() -> None:
    """Reckon anew from the last half year, and keep it; inside an open unit of work."""
    since = clock.now() - _LOOKED_BACK
    found = {
        "types": _shares(_finished(since)),
        "forms": _shares(_finished_forms(since)),
        "answered": _shares(_answered(since)),
    }
    settings.write(KEY, found)
    lately.forget()


def finished_by(ticket: Ticket) -> datetime | None:
    """When 8 in 10 like this open request would be finished; None while too few are known, or once that is past."""
    if not ticket.is_open:
        return None
    usual = lately()
    if not usual.types and not usual.forms:
        return None
    within = usual.forms.get(form_of(ticket.id)) or usual.types.get(ticket.type)
    by = ticket.created_at + within if within is not None else None
    return by if by is not None and by > clock.now() else None


def form_of(ticket_id: int) -> str:
    """The form by which a ticket was opened, "" for none."""
    return forms_of([ticket_id]).get(ticket_id, "")


def forms_of(ticket_ids: Sequence[int]) -> dict[int, str]:
    """The forms by which these were opened, of those that were; one query."""
    if not ticket_ids:
        return {}
    rows = db.session.execute(
        select(RawMessage.ticket_id, RawMessage.envelope)
        .where(RawMessage.ticket_id.in_(ticket_ids))
        .order_by(RawMessage.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    # The first that came is read last, and stays.
    return {
        ticket_id: name
        for ticket_id, envelope in rows
        if ticket_id is not None and (name := _form_in(envelope))
    }


def _read() -> Usual:
    stored: dict[str, dict[str, int]] = settings.read(KEY) or {}
    return Usual(
        **{
            name: {key: timedelta(seconds=value) for key, value in stored.get(name, {}).items()}
            for name in ("types", "forms", "answered")
        }
    )


# It changes once a night.
lately = Remembered(_read, seconds=60)


def _shares(cases: Iterable[tuple[str, float]]) -> dict[str, int]:
    """By name, within how many seconds 8 in 10 were; of what there are enough of."""
    by_name: dict[str, list[float]] = {}
    for name, seconds in cases:
        by_name.setdefault(name, []).append(max(0.0, seconds))
    return {
        name: round(sorted(all_of)[_place_of(len(all_of))])
        for name, all_of in by_name.items()
        if len(all_of) >= LEAST_CASES
    }


def _place_of(count: int) -> int:
    """Where the case stands within which 8 in 10 are."""
    return -(-count * 8 // 10) - 1


def _finished(since: datetime) -> Iterable[tuple[str, float]]:
    rows = db.session.execute(
        _ended(select(Ticket.type, Ticket.status, Ticket.created_at, _ended_at()), since)
    )
    for kind, status, created_at, ended_at in rows:
        if category_of(kind, status) is not Category.CANCELLED:
            yield str(kind), (ended_at - created_at).total_seconds()


def _finished_forms(since: datetime) -> Iterable[tuple[str, float]]:
    """The same of what came by a form, here or in another window."""
    raw = _ended(
        select(RawMessage.envelope, Ticket.type, Ticket.status, Ticket.created_at, _ended_at())
        .join(Ticket, Ticket.id == RawMessage.ticket_id)
        .join(ChannelAccount, ChannelAccount.id == RawMessage.account_id)
        .where(ChannelAccount.kind.in_((WEB, "slack"))),
        since,
    )
    for envelope, kind, status, created_at, ended_at in db.session.execute(raw):
        name = _form_in(envelope)
        if name and category_of(kind, status) is not Category.CANCELLED:
            yield name, (ended_at - created_at).total_seconds()


def _answered(since: datetime) -> Iterable[tuple[str, float]]:
    """By channel, how long people waited for the first answer of a person."""
    rows = db.session.execute(
        select(Ticket.channel, Ticket.created_at, func.min(Message.created_at))
        .join(Message, Message.ticket_id == Ticket.id)
        .where(
            Ticket.channel.in_(_CHANNELS),
            Ticket.created_at > since,
            Message.direction == Direction.OUT,
            Message.visibility == Visibility.PUBLIC,
            Message.automation.is_(None),
        )
        .group_by(Ticket.id, Ticket.channel, Ticket.created_at)
        .order_by(Ticket.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    for channel, created_at, answered_at in rows:
        yield str(channel), (answered_at - created_at).total_seconds()


def _ended_at() -> Any:
    return func.coalesce(Ticket.resolved_at, Ticket.closed_at).label("ended_at")


def _ended(wanted: Any, since: datetime) -> Any:
    return (
        wanted.where(
            Ticket.is_open.is_(False),
            Ticket.deleted_at.is_(None),
            Ticket.merged_into_id.is_(None),
            func.coalesce(Ticket.resolved_at, Ticket.closed_at) > since,
        )
        .order_by(Ticket.id.desc())
        .limit(_MOST_LOOKED_AT)
    )


def _form_in(envelope: Mapping[str, Any]) -> str:
    place = envelope.get(PLACE)
    name = place.get("form") if isinstance(place, Mapping) else ""
    return name if isinstance(name, str) else ""
