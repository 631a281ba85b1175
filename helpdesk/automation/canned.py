"""Canned answers for whoever writes: those of the desk, of a group and one's own, filled in for one ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select

from helpdesk.automation.filling import values_for_agent
from helpdesk.automation.models import OwnAnswer
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.access import Actor
from helpdesk.people.models import Group, Person, Right
from helpdesk.tickets.facts import facts_of
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.naming import single_line
from workflows.placeholders import filled_in, names_in
from workflows.rules import Answer

MOST_OFFERED = 500
LONGEST_TEXT = 20_000
# How a key tells the answers of the desk from those that agents made.
DESK, OWN = "desk", "own"


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer as it would stand in a reply on one ticket; `blanks` names what could not be filled in."""

    key: str
    title: str
    keywords: str
    language: str
    of: str
    text: str
    blanks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What its editing page sends; `group_id` shares it with the members of a group."""

    title: str
    text: str
    language: str = "en"
    keywords: str = ""
    group_id: int | None = None


def offered(ticket: Ticket, actor: Actor) -> list[Offered]:
    """All that this agent may put into a reply on this ticket, the language of its requester first."""
    agent = db.session.get_one(Person, actor.person_id)
    values = {key: value for key, value in values_for_agent(ticket, agent).items() if value.strip()}
    language = ticket.requester.locale[:2]
    found = [*_of_desk(ticket, actor, language), *_of_agents(actor)]
    filled = [
        _filled(key, title, words, spoken, of, text, values)
        for key, title, words, spoken, of, text in found
    ]
    return sorted(filled, key=lambda one: (one.language[:2] != language, one.title.casefold()))


def find_offered(ticket: Ticket, actor: Actor, key: str) -> Offered | None:
    """The answer of this key, if it is offered on this ticket."""
    return next((one for one in offered(ticket, actor) if one.key == key), None)


def of_actor(actor: Actor) -> Sequence[OwnAnswer]:
    """What this agent made, and what others share with their groups."""
    return db.session.scalars(
        select(OwnAnswer)
        .where(_reaches(actor))
        .order_by(OwnAnswer.title, OwnAnswer.id)
        .limit(MOST_OFFERED)
    ).all()


def may_change(actor: Actor, answer: OwnAnswer) -> bool:
    """Its owner while it is their own; who leads the group, once it is shared."""
    if answer.group_id is None:
        return answer.owner_id == actor.person_id
    return actor.holds(answer.group_id, Right.LEAD)


def access_answer(actor: Actor, answer_id: int) -> OwnAnswer:
    """The answer of this id for who may change it. Raises NotFound."""
    found = db.session.get(OwnAnswer, answer_id)
    if found is None or not may_change(actor, found):
        raise NotFound(_("There is no such answer."), _("It may be somebody else's."))
    return found


def write(actor: Actor, new: NewAnswer, *, answer_id: int | None = None) -> OwnAnswer:
    """Make an answer, or change one; inside a unit of work. Raises Invalid, Refused and NotFound."""
    title, text = single_line(new.title, 120).strip(), new.text.replace("\r\n", "\n").strip()
    if not title:
        raise Invalid(_("Give it a title."), _("It is found by it."), field="title")
    if not text:
        raise Invalid(_("Write the text."), field="text")
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("The text is too long."), field="text")
    if new.group_id is not None and not actor.holds(new.group_id, Right.LEAD):
        raise Refused(
            _("Only who leads a group shares answers with it."), _("Keep it for yourself.")
        )
    if answer_id is None:
        row = OwnAnswer(owner_id=actor.person_id)
        db.session.add(row)
    else:
        row = access_answer(actor, answer_id)
    row.title, row.text, row.language = title, text, new.language
    row.keywords = single_line(new.keywords, 300)
    row.group_id, row.changed_at = new.group_id, clock.now()
    db.session.flush()
    return row


def remove(actor: Actor, answer_id: int) -> None:
    """Throw an answer away; what was written with it stays."""
    db.session.delete(access_answer(actor, answer_id))


def _reaches(actor: Actor) -> ColumnElement[bool]:
    own = OwnAnswer.group_id.is_(None) & (OwnAnswer.owner_id == actor.person_id)
    if actor.is_admin:
        return or_(own, OwnAnswer.group_id.is_not(None))
    return or_(own, OwnAnswer.group_id.in_(sorted(actor.readable_group_ids)))


_Found = tuple[str, str, str, str, str, str]


def _of_desk(ticket: Ticket, actor: Actor, language: str) -> list[_Found]:
    versions = [one for one in store.current(Kind.ANSWER) if one.value.active]
    if not versions:
        return []
    names = _group_names(actor)
    facts = facts_of(ticket) if any(not one.value.when.is_always for one in versions) else None
    found: list[_Found] = []
    for one in versions:
        answer: Answer = one.value
        groups = {group.lower() for group in answer.groups}
        if groups and not actor.is_admin and not names & groups:
            continue
        if facts is not None and not answer.when.holds(facts, clock.now()):
            continue
        spoken = (
            language if language in answer.texts else next(iter({"en"} & set(answer.texts)), "")
        )
        of = ", ".join(answer.groups) or _("Everybody")
        found.append(
            (f"{DESK}:{one.name}", one.title, one.name, spoken, of, answer.text_in(language))
        )
    return found


def _of_agents(actor: Actor) -> list[_Found]:
    rows = of_actor(actor)
    wanted = {row.group_id for row in rows if row.group_id is not None}
    names: dict[int, str] = {}
    if wanted:
        found = db.session.execute(select(Group.id, Group.name).where(Group.id.in_(sorted(wanted))))
        names = {row.id: row.name for row in found}
    return [
        (
            f"{OWN}:{row.id}",
            row.title,
            row.keywords,
            row.language,
            names.get(row.group_id, "") if row.group_id is not None else _("Your own"),
            row.text,
        )
        for row in rows
    ]


def _filled(
    key: str, title: str, words: str, language: str, of: str, text: str, values: dict[str, str]
) -> Offered:
    said = filled_in(text, values)
    return Offered(key, title, words, language, of, said, tuple(dict.fromkeys(names_in(said))))


def _group_names(actor: Actor) -> set[str]:
    if not actor.groups:
        return set()
    rows = db.session.scalars(select(Group.name).where(Group.id.in_(sorted(actor.groups))))
    return {name.lower() for name in rows}
