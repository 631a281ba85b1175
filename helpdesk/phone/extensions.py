"""Whose telephone rings: the extension an agent answers at, as they say themselves."""

from __future__ import annotations

import re
from functools import cache

from flask_babel import gettext as _
from sqlalchemy import ScalarSelect, bindparam, func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import record
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.models import Person
from helpdesk.phone.events import ExtensionChanged
from helpdesk.phone.models import PhoneExtension
from helpdesk.tickets.counting import Beside

CAUSE = "console"

_FIT = re.compile(r"[A-Za-z0-9+*#._@-]{1,20}")


def agent_at(extension: str) -> int | None:
    """The id of the agent who answers there; None if nobody said so."""
    if not extension:
        return None
    return db.session.scalar(
        select(PhoneExtension.person_id)
        .join(Person, Person.id == PhoneExtension.person_id)
        .where(PhoneExtension.extension == extension, Person.is_active)
    )


def extension_of(person_id: int) -> str:
    """The extension of an agent, "" for none."""
    own = select(PhoneExtension.extension).where(PhoneExtension.person_id == person_id)
    return db.session.scalar(own) or ""


def set_extension(person: Person, extension: str, *, actor: Actor) -> None:
    """Say where an agent answers; "" for nowhere. Agents say it of themselves, administrators of everybody."""
    if actor.person_id != person.id or not actor.is_staff:
        require(actor, Deed.MANAGE_STAFF)
    wanted = extension.strip()
    if wanted and not _FIT.fullmatch(wanted):
        raise Invalid(
            _("That is no extension."), _("Write it as the telephone shows it."), field="extension"
        )
    row = db.session.scalar(select(PhoneExtension).where(PhoneExtension.person_id == person.id))
    before = row.extension if row else ""
    if wanted == before:
        return
    if wanted and agent_or_former_at(wanted) not in (None, person.id):
        raise Invalid(
            _("Somebody else answers there."), _("Ask them to give it up."), field="extension"
        )
    if row is None:
        db.session.add(PhoneExtension(person_id=person.id, extension=wanted))
    elif wanted:
        row.extension = wanted
    else:
        db.session.delete(row)
    db.session.flush()
    record(
        ExtensionChanged(
            actor_id=id_of(actor),
            cause=CAUSE,
            subject_id=person.id,
            before={"extension": before},
            after={"extension": wanted},
        )
    )


def agent_or_former_at(extension: str) -> int | None:
    """Whoever has an extension, whether they still work here or not."""
    held = select(PhoneExtension.person_id).where(PhoneExtension.extension == extension)
    return db.session.scalar(held)


def extension_beside(actor: Actor) -> Beside:
    """Whether this agent has an extension, as 1 or 0, for who counts other things in the same query."""
    return Beside("extension", _counting(), {"extension_of": actor.person_id})


@cache
def _counting() -> ScalarSelect[int]:
    row = PhoneExtension.__table__
    return (
        select(func.count())
        .select_from(row)
        .where(row.c.person_id == bindparam("extension_of"))
        .scalar_subquery()
    )
