"""Who may be the same person: found by what both gave as theirs, and decided by somebody who looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import selectinload

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.identity.claiming import name_key
from helpdesk.identity.models import ClaimKind, ContactClaim, DistinctPair
from helpdesk.people import representing
from helpdesk.people.access import Actor, Deed, id_of, may, require
from helpdesk.people.events import FoundDistinct
from helpdesk.people.models import ContactKind, ContactPoint, Person, Role

# What more people than these give as theirs is a switchboard or a hostel, and says nothing of who they are.
MOST_SHARING = 4
# Of one person so many contact points and claims are looked at, the newest.
MOST_ASKED = 40
MOST_FOUND = 200
PLACES = (ClaimKind.POSTCODE, ClaimKind.POSTAL)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody who may be the same person, and why."""

    person: Person
    reasons: tuple[str, ...]


def suggestions_for(person_id: int, viewer: Actor, *, limit: int = 5) -> list[Suggestion]:
    """Who is probably the same person, the likeliest first; for staff. Each look is by an index, and none is a scan."""
    person = db.session.get(Person, person_id)
    if person is None or not may(viewer, Deed.SEE_PEOPLE) or person.is_staff:
        return []
    points, claims = _points_of(person.id), _claims_of(person.id)
    if not points and not claims:
        return []
    reasons = _reasons(person, points, claims)
    found = _people(reasons, but=_decided(person.id) | {person.id})
    made = [Suggestion(one, tuple(dict.fromkeys(reasons[one.id]))) for one in found]
    # A name alone is shared by many; beside another sign it is one more.
    made = [_with_name(one, person) for one in made]
    return sorted(made, key=lambda one: (-len(one.reasons), one.person.id))[:limit]


def dismiss(one_id: int, other_id: int, *, actor: Actor | None, cause: str = "console") -> None:
    """Note that these are two people, so that it is not suggested again; a second time changes nothing."""
    require(actor, Deed.EDIT_REQUESTERS)
    if one_id == other_id:
        raise Invalid(_("That is the same person."), field="other")
    low, high = sorted((one_id, other_id))
    known = select(DistinctPair.id).where(DistinctPair.low_id == low, DistinctPair.high_id == high)
    # Whoever locks the person comes first; the second then finds the pair.
    db.session.execute(select(Person.id).where(Person.id == low).with_for_update())
    if db.session.scalar(known) is not None:
        return
    by = id_of(actor)
    db.session.add(DistinctPair(low_id=low, high_id=high, found_by=by, created_at=clock.now()))
    record(FoundDistinct(actor_id=by, cause=cause, subject_id=low, after={"distinct_from": high}))


def _reasons(person: Person, points: list[Key], claims: list[Key]) -> dict[int, list[str]]:
    """By the id of each other person what both have."""
    reasons: dict[int, list[str]] = {}
    for other, key in _owners(claims):
        reasons.setdefault(other, []).append(_of_point(key, theirs=True))
    shared = list(_claimants([*points, *claims], but=person.id))
    crowds = _crowds(key for _other, key in shared)
    for other, key in shared:
        if key not in crowds:
            said = _of_point(key, theirs=False) if key in points else _of_both(key)
            reasons.setdefault(other, []).append(said)
    return reasons


def _with_name(found: Suggestion, person: Person) -> Suggestion:
    if name_key(found.person.name) != name_key(person.name):
        return found
    return Suggestion(found.person, (*found.reasons, _("Same name")))


def _of_point(key: Key, *, theirs: bool) -> str:
    """Why a claim of one that is a contact point of the other counts; `theirs` says whose contact point it is."""
    kind, value = key
    if kind == ClaimKind.PHONE:
        return (
            _("Their number %(value)s stands under a mail of this person", value=value)
            if theirs
            else _("The number %(value)s stands under a mail of theirs", value=value)
        )
    return (
        _("Their address %(value)s was given by this person", value=value)
        if theirs
        else _("They gave the address %(value)s", value=value)
    )


def _of_both(key: Key) -> str:
    kind, value = key
    if kind in PLACES:
        return _("Same name and same place")
    if kind == ClaimKind.PHONE:
        return _("Both gave the number %(value)s", value=value)
    return _("Both gave the address %(value)s", value=value)


def _points_of(person_id: int) -> list[Key]:
    rows = db.session.execute(
        select(ContactPoint.kind, ContactPoint.value)
        .where(
            ContactPoint.person_id == person_id,
            ContactPoint.kind.in_((ContactKind.EMAIL, ContactKind.PHONE)),
        )
        .order_by(ContactPoint.id.desc())
        .limit(MOST_ASKED)
    )
    return [(kind.value, value) for kind, value in rows]


def _claims_of(person_id: int) -> list[Key]:
    rows = db.session.execute(
        select(ContactClaim.kind, ContactClaim.value)
        .where(ContactClaim.person_id == person_id)
        .order_by(ContactClaim.id.desc())
        .limit(MOST_ASKED)
    )
    return [(kind.value, value) for kind, value in rows]


def _owners(claims: list[Key]) -> list[tuple[int, Key]]:
    """Whose contact points these claims are."""
    asked = [key for key in claims if key[0] not in PLACES]
    if not asked:
        return []
    rows = db.session.execute(
        select(ContactPoint.person_id, ContactPoint.kind, ContactPoint.value)
        .where(or_(*(_is(ContactPoint, key) for key in asked)))
        .limit(MOST_FOUND)
    )
    return [(person_id, (kind.value, value)) for person_id, kind, value in rows]


def _claimants(keys: list[Key], *, but: int) -> list[tuple[int, Key]]:
    """Who else gave these as theirs."""
    if not keys:
        return []
    rows = db.session.execute(
        select(ContactClaim.person_id, ContactClaim.kind, ContactClaim.value)
        .where(or_(*(_is(ContactClaim, key) for key in keys)), ContactClaim.person_id != but)
        .limit(MOST_FOUND)
    )
    return [(person_id, (kind.value, value)) for person_id, kind, value in rows]


def _is(model: type[ContactPoint] | type[ContactClaim], key: Key) -> ColumnElement[bool]:
    kind, value = key
    return and_(model.kind == kind, model.value == value)


def _crowds(keys: Iterable[Key]) -> set[Key]:
    counted: dict[Key, int] = {}
    for key in keys:
        counted[key] = counted.get(key, 0) + 1
    return {key for key, count in counted.items() if count > MOST_SHARING}


def _decided(person_id: int) -> set[int]:
    """Who was found to be another, or speaks for this person and so is another."""
    pairs = db.session.execute(
        select(DistinctPair.low_id, DistinctPair.high_id).where(
            or_(DistinctPair.low_id == person_id, DistinctPair.high_id == person_id)
        )
    )
    found = {one for pair in pairs for one in pair}
    found |= {row.representative_id for row in representing.of_person(person_id)}
    return found | {row.person_id for row in representing.for_whom(person_id)}


def _people(reasons: dict[int, list[str]], *, but: set[int]) -> list[Person]:
    asked = sorted(set(reasons) - but)
    if not asked:
        return []
    return list(
        db.session.scalars(
            select(Person)
            .where(
                Person.id.in_(asked),
                Person.merged_into_id.is_(None),
                Person.role == Role.REQUESTER,
            )
            .options(selectinload(Person.contact_points))
            .order_by(Person.id)
            .limit(MOST_FOUND)
        )
    )
