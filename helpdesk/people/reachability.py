"""Whether mail reaches an address: marked when it came back for good, cleared by any sign of life."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.events import (
    BulkAllowed,
    BulkRefused,
    ContactPointReachable,
    ContactPointUndeliverable,
    PersonEvent,
)
from helpdesk.people.models import ContactKind, ContactPoint, Person


def undeliverable(address: str) -> str | None:
    """Why mail to this normalised address is not worth sending, in the server's words; None when it is."""
    return undeliverable_among([address]).get(address)


def undeliverable_among(addresses: Iterable[str]) -> dict[str, str]:
    """Those of these normalised addresses to which nothing is sent, each with why; one query."""
    asked = list(addresses)
    if not asked:
        return {}
    found = select(ContactPoint.value, ContactPoint.undeliverable_why).where(
        ContactPoint.kind == ContactKind.EMAIL,
        ContactPoint.value.in_(asked),
        ContactPoint.undeliverable_since.is_not(None),
    )
    return {value: why or "" for value, why in db.session.execute(found)}


def mark_undeliverable(address: str, why: str, *, cause: str) -> ContactPoint | None:
    """Note that mail to this address came back for good; None for an address of nobody we know."""
    point = _point(address)
    if point is None or point.undeliverable_since is not None:
        return point
    point.undeliverable_since, point.undeliverable_why = clock.now(), why.replace("\x00", "")[:2000]
    _record(ContactPointUndeliverable, point, "undeliverable", True, cause=cause)
    return point


def mark_reachable(address: str, *, cause: str) -> None:
    """Take the mark away: mail arrived there, or came from there."""
    point = _point(address)
    if point is not None:
        _clear(point, actor=None, cause=cause)


def clear_mark(point: ContactPoint, *, actor: Actor | None, cause: str = "console") -> None:
    """Take the mark away because a person says so, such as after a call."""
    require(actor, Deed.EDIT_REQUESTERS)
    _clear(point, actor=actor, cause=cause)


def note_complaint(address: str, *, cause: str) -> ContactPoint | None:
    """Note that the owner of this address called mail of ours unwanted: no mail to many goes there (RFC 5965)."""
    point = _point(address)
    if point is None or point.refuses_bulk_since is not None:
        return point
    point.refuses_bulk_since = clock.now()
    _record(BulkRefused, point, "refuses_bulk", True, cause=cause)
    return point


def forget_complaint(point: ContactPoint, *, actor: Actor | None, cause: str = "console") -> None:
    """Let mail to many go there again, because a person says so."""
    require(actor, Deed.EDIT_REQUESTERS)
    if point.refuses_bulk_since is not None:
        point.refuses_bulk_since = None
        _record(BulkAllowed, point, "refuses_bulk", False, actor=actor, cause=cause)


def point_of(person: Person, point_id: int) -> ContactPoint:
    """A contact point of this person. Raises NotFound."""
    point = db.session.get(ContactPoint, point_id)
    if point is None or point.person_id != person.id:
        raise NotFound(_("There is no such address."), _("Look at the person's page again."))
    return point


def _point(address: str) -> ContactPoint | None:
    return db.session.scalar(
        select(ContactPoint).where(
            ContactPoint.kind == ContactKind.EMAIL, ContactPoint.value == address
        )
    )


def _clear(point: ContactPoint, *, actor: Actor | None, cause: str) -> None:
    if point.undeliverable_since is None:
        return
    point.undeliverable_since, point.undeliverable_why = None, None
    _record(ContactPointReachable, point, "undeliverable", False, actor=actor, cause=cause)


def _record(
    kind: type[PersonEvent],
    point: ContactPoint,
    mark: str,
    is_set: bool,
    *,
    cause: str,
    actor: Actor | None = None,
) -> None:
    record(
        kind(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=point.person_id,
            before={mark: not is_set},
            after={"contact": point.kind.value, mark: is_set},
            personal={point.kind.value: point.value},
        )
    )
