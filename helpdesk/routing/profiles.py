"""What an agent can bear and knows, whether they are there, and when they are away; who may change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import record
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor, Deed, id_of, require
from helpdesk.people.models import Membership, Person, Right
from helpdesk.routing.events import (
    AbsenceCancelled,
    AbsencePlanned,
    AvailabilityChanged,
    ProfileChanged,
)
from helpdesk.routing.hours import check_weekly
from helpdesk.routing.models import AgentAbsence, AgentProfile
from workflows.assignment_reading import MOST_SKILLS, skills_of

# The channels for which a limit can be set, since each holds an agent in another way.
CHANNELS = ("email", "web", "phone", "chat")
MOST_TICKETS = 10_000
LONGEST_ABSENCE = timedelta(days=2 * 366)


def profile_of(person_id: int) -> AgentProfile:
    """The profile of an agent; a new one that stands in no database if there is none."""
    found = db.session.scalar(select(AgentProfile).where(AgentProfile.person_id == person_id))
    return found or AgentProfile(person_id=person_id, is_available=True, skills=[], limits={})


def absences_of(person_id: int, *, limit: int = 50) -> list[AgentAbsence]:
    """The absences that are not over, the nearest first."""
    return list(
        db.session.scalars(
            select(AgentAbsence)
            .where(AgentAbsence.person_id == person_id, AgentAbsence.until > clock.now())
            .order_by(AgentAbsence.since, AgentAbsence.id)
            .limit(limit)
        )
    )


def edit_profile(
    person: Person,
    *,
    skills: Iterable[str],
    capacity: int | None,
    limits: Mapping[str, int],
    calendar: str | None,
    actor: Actor | None,
    cause: str = "console",
) -> AgentProfile:
    """Set what an agent knows and can bear, and in which hours they work. Raises Invalid and Refused."""
    require(actor, Deed.MANAGE_STAFF)
    _require_staff(person)
    words = skills_of(list(skills))
    if len(words) > MOST_SKILLS:
        raise Invalid(_("At most %(most)d skills can be given.", most=MOST_SKILLS), field="skills")
    for field, number in (("capacity", capacity), *limits.items()):
        _check_limit(field, number)
    if calendar is not None:
        store.find(Kind.CALENDAR, calendar)
    profile = _kept(person.id)
    before = _facts(profile)
    profile.skills, profile.capacity = words, capacity
    profile.limits, profile.calendar = dict(sorted(limits.items())), calendar
    _record_change(profile, before, actor=actor, cause=cause)
    return profile


def choose_hours(
    person: Person, weekly: Mapping[str, Any] | None, *, actor: Actor | None, cause: str = "console"
) -> None:
    """Have working hours of one's own; None goes back to those that were set. Raises Faulty, Invalid and Refused."""
    _require_staff(person)
    if actor is not None and actor.person_id != person.id:
        raise Refused(_("You may not do this."), _("Everybody says their own hours."))
    if weekly is not None:
        check_weekly(weekly, person.time_zone)
    profile = _kept(person.id)
    before = _facts(profile)
    profile.hours = dict(weekly) if weekly is not None else None
    _record_change(profile, before, actor=actor, cause=cause)


def _record_change(
    profile: AgentProfile, before: Mapping[str, Any], *, actor: Actor | None, cause: str
) -> None:
    after = _facts(profile)
    if after == before:
        return
    record(
        ProfileChanged(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=profile.person_id,
            before=dict(before),
            after=after,
        )
    )


def switch_availability(
    person: Person, is_available: bool, *, actor: Actor | None, cause: str = "console"
) -> None:
    """Be there for new tickets, or away; what they have stays theirs."""
    require_presence(actor, person)
    profile = _kept(person.id)
    if profile.is_available == is_available:
        return
    profile.is_available, profile.available_since = is_available, clock.now()
    record(
        AvailabilityChanged(
            actor_id=id_of(actor),
            cause=cause,
            subject_id=person.id,
            before={"available": not is_available},
            after={"available": is_available},
        )
    )


def plan_absence(
    person: Person,
    *,
    since: datetime,
    until: datetime,
    substitute: Person | None = None,
    actor: Actor | None,
    cause: str = "console",
) -> AgentAbsence:
    """Note that an agent is away for a time. Raises Invalid and Refused."""
    require_presence(actor, person)
    _check_absence(person, since, until, substitute)
    absence = AgentAbsence(
        person_id=person.id,
        since=since,
        until=until,
        substitute_id=substitute.id if substitute else None,
        made_by=id_of(actor),
        created_at=clock.now(),
    )
    db.session.add(absence)
    db.session.flush()
    record(
        AbsencePlanned(
            actor_id=id_of(actor), cause=cause, subject_id=person.id, after=_absence(absence)
        )
    )
    return absence


def cancel_absence(
    person: Person, absence_id: int, *, actor: Actor | None, cause: str = "console"
) -> None:
    """Take back an absence; one that has begun ends now. Raises NotFound and Refused."""
    require_presence(actor, person)
    absence = db.session.get(AgentAbsence, absence_id)
    if absence is None or absence.person_id != person.id or absence.until <= clock.now():
        raise NotFound(_("There is no such absence."), _("It may be over already."))
    before = _absence(absence)
    if absence.since >= clock.now():
        db.session.delete(absence)
        after: dict[str, Any] = {"absence": absence.id, "until": None}
    else:
        absence.until = clock.now()
        after = _absence(absence)
    record(
        AbsenceCancelled(
            actor_id=id_of(actor), cause=cause, subject_id=person.id, before=before, after=after
        )
    )


def may_say_presence(actor: Actor | None, person: Person) -> bool:
    """Whether this actor may say when the person is there: they themselves, who leads them, an administrator."""
    if actor is None or actor.is_admin or actor.person_id == person.id:
        return True
    led = [group for group, right in actor.groups.items() if right is Right.LEAD]
    if not actor.is_staff or not led:
        return False
    held = select(Membership.id).where(
        Membership.person_id == person.id, Membership.group_id.in_(led)
    )
    return db.session.scalar(held.limit(1)) is not None


def require_presence(actor: Actor | None, person: Person) -> None:
    """Refuse an actor who may not say when this person is there."""
    _require_staff(person)
    if not may_say_presence(actor, person):
        raise Refused(
            _("You may not do this."), _("Ask the agent, or a lead of one of their groups.")
        )


def _check_absence(
    person: Person, since: datetime, until: datetime, substitute: Person | None
) -> None:
    if until <= since:
        raise Invalid(_("An absence ends after it begins."), field="until")
    if until <= clock.now():
        raise Invalid(_("This absence is over already."), field="until")
    if until - since > LONGEST_ABSENCE:
        raise Invalid(
            _("An absence lasts two years at most."),
            _("Disable the account of whoever does not come back."),
            field="until",
        )
    if any(one.since < until and since < one.until for one in absences_of(person.id)):
        raise Invalid(
            _("There is an absence in this time already."),
            _("Take that one back first."),
            field="since",
        )
    if substitute is None:
        return
    if substitute.id == person.id or not substitute.is_staff or not substitute.is_active:
        raise Invalid(
            _("A substitute is another agent of the desk."),
            _("Choose one of the list."),
            field="substitute",
        )


def _check_limit(field: str, number: int | None) -> None:
    if field not in ("capacity", *CHANNELS):
        raise Invalid(_("There is no such channel."), field="limits")
    if number is not None and not 0 <= number <= MOST_TICKETS:
        raise Invalid(
            _("A limit is a number of tickets from 0 to %(most)d.", most=MOST_TICKETS), field=field
        )


def _require_staff(person: Person) -> None:
    if not person.is_staff:
        raise Invalid(
            _("%(name)s is no agent.", name=person.name), _("Only agents are given tickets.")
        )


def _kept(person_id: int) -> AgentProfile:
    """The row of a profile, locked; made now if there is none."""
    # Whoever changes a profile holds the person's row, so that two first changes make one row.
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    profile = profile_of(person_id)
    db.session.add(profile)
    db.session.flush()
    return profile


def _facts(profile: AgentProfile) -> dict[str, Any]:
    return {
        "skills": list(profile.skills),
        "capacity": profile.capacity,
        "limits": dict(profile.limits),
        "calendar": profile.calendar,
        "hours": profile.hours,
    }


def _absence(absence: AgentAbsence) -> dict[str, Any]:
    return {
        "absence": absence.id,
        "since": absence.since.isoformat(),
        "until": absence.until.isoformat(),
        "substitute": absence.substitute_id,
    }
