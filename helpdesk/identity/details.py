"""Where two people differ in what each has once, and which of the two holds after a merge."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.identity.models import PersonMerge
from helpdesk.identity.moving import drop
from helpdesk.people.bond_models import PersonNeed
from helpdesk.people.models import Organisation, Person

NEED = "need."


class Side(enum.StrEnum):
    """Which of two people a detail is taken from; both, where it can be joined."""

    KEPT = "kept"
    GONE = "gone"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Difference:
    """A detail in which two people differ, and the sides that may be chosen, the usual one first."""

    name: str
    kept: str
    gone: str
    sides: tuple[Side, ...] = (Side.KEPT, Side.GONE)


def conflicts(kept: Person, gone: Person) -> list[Difference]:
    """Where both have something and it is not the same."""
    found = [Difference("name", kept.name, gone.name)] if kept.name != gone.name else []
    if _differ(kept.organisation_id, gone.organisation_id):
        found.append(Difference("organisation", _organisation(kept), _organisation(gone)))
    if _differ(kept.note.strip(), gone.note.strip()):
        sides = (Side.BOTH, Side.KEPT, Side.GONE)
        found.append(Difference("note", kept.note, gone.note, sides))
    if kept.locale != gone.locale:
        found.append(Difference("locale", kept.locale, gone.locale))
    theirs = {need.kind: need for need in needs_rows(gone.id)}
    for need in needs_rows(kept.id):
        other = theirs.get(need.kind)
        if other is not None and other.value != need.value:
            found.append(Difference(NEED + need.kind.value, need.value, other.value))
    return found


def mark_of(kept: Person, gone: Person) -> str:
    """A short mark that changes with whatever of both people is weighed against each other."""
    said = [(one.name, one.kept, one.gone) for one in conflicts(kept, gone)]
    return sha256(repr((kept.id, gone.id, said)).encode()).hexdigest()[:16]


def settle(
    made: PersonMerge, kept: Person, gone: Person, choices: Mapping[str, Side]
) -> dict[str, Any]:
    """Give the kept person what was chosen of the gone one, and what they lack; says what changed, before and after."""
    differing = {one.name: one for one in conflicts(kept, gone)}
    chosen = {name: _chosen(one, choices) for name, one in differing.items()}
    values = {
        "name": gone.name if chosen.get("name") is Side.GONE else kept.name,
        "organisation_id": _either(
            chosen.get("organisation"), kept.organisation_id, gone.organisation_id
        ),
        "note": _note(chosen.get("note"), kept.note, gone.note),
        "locale": gone.locale if chosen.get("locale") is Side.GONE else kept.locale,
    }
    changed = {}
    for name, value in values.items():
        before = getattr(kept, name)
        if before != value:
            changed[name] = {"before": before, "after": value}
            setattr(kept, name, value)
    _settle_needs(made, chosen)
    return changed


def put_back(made: PersonMerge, kept: Person) -> None:
    """Give the kept person back what a merge changed, unless it was changed again since."""
    for name, states in made.chosen.items():
        if getattr(kept, name) == states["after"]:
            setattr(kept, name, states["before"])


def needs_rows(person_id: int) -> list[PersonNeed]:
    """What a person needs, as rows, in a fixed order."""
    wanted = select(PersonNeed).where(PersonNeed.person_id == person_id).order_by(PersonNeed.id)
    return list(db.session.scalars(wanted))


def _settle_needs(made: PersonMerge, chosen: Mapping[str, Side]) -> None:
    """Take away the kept person's needs where the other's hold; a double of the gone person's goes by itself."""
    wanted = [
        name.removeprefix(NEED)
        for name, side in chosen.items()
        if name.startswith(NEED) and side is Side.GONE
    ]
    rows = [need.id for need in needs_rows(made.kept_id) if need.kind.value in wanted]
    if rows:
        drop(made, "person_need.person_id", rows)
        db.session.expire_all()


def _chosen(difference: Difference, choices: Mapping[str, Side]) -> Side:
    side = choices.get(difference.name, difference.sides[0])
    if side not in difference.sides:
        raise Invalid(_("That cannot be chosen here."), field=difference.name)
    return side


def _differ(one: object, other: object) -> bool:
    return bool(one) and bool(other) and one != other


def _either(side: Side | None, kept: int | None, gone: int | None) -> int | None:
    return gone if side is Side.GONE or kept is None else kept


def _note(side: Side | None, kept: str, gone: str) -> str:
    if side is Side.BOTH:
        return f"{kept.rstrip()}\n\n{gone.strip()}"
    return gone if side is Side.GONE or not kept.strip() else kept


def _organisation(person: Person) -> str:
    found = db.session.get(Organisation, person.organisation_id)
    return found.name if found is not None else ""
