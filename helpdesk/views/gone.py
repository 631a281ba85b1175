"""What a view names and the desk does not have any more: fields out of use, tags, groups, people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, exists, func, or_, select

from helpdesk.core.db import db
from helpdesk.people.models import Group, Organisation, Person, Role
from helpdesk.search import filters
from helpdesk.search.query import ME
from helpdesk.tickets.customizing import labels_of
from helpdesk.tickets.models import CustomField, Tag, Ticket, ticket_tag
from helpdesk.views.asking import Question
from helpdesk.views.own_fields import key_of
from workflows.condition_parts import How, Test
from workflows.fields import CUSTOM, NOBODY

# More names than a query has that a person wrote; each costs a look into an index.
MOST_LOOKED_FOR: Final = 40
QUERY, COLUMN, ORDER = "query", "column", "order"


@dataclass(frozen=True, slots=True)
class Gone:
    """A name that says nothing any more: of which field, as it is written, where, and for added fields its label."""

    field: str
    name: str
    where: str = QUERY
    label: str = ""

    @property
    def is_field(self) -> bool:
        """Whether the field itself is gone, and not something in it."""
        return self.field.startswith(CUSTOM)


def gone_from(question: Question | None, columns: Sequence[str] = (), sort: str = "") -> list[Gone]:
    """What of these is not there any more, in one query; none where nothing is named, one more for the labels of fields."""
    named = list(dict.fromkeys(_named(question, columns, sort)))[:MOST_LOOKED_FOR]
    if not named:
        return []
    there = db.session.execute(select(*(_is_there(one) for one in named))).one()
    gone = [one for one, is_there in zip(named, there, strict=True) if not is_there]
    labels = labels_of({key_of(one.field) for one in gone if one.is_field})
    return [
        Gone(one.field, one.name, one.where, labels.get(key_of(one.field), one.field))
        if one.is_field
        else one
        for one in gone
    ]


def _named(question: Question | None, columns: Sequence[str], sort: str) -> Iterator[Gone]:
    for test in question.condition.tests() if question else ():
        if test.field.startswith(CUSTOM):
            yield Gone(test.field, test.field)
        elif test.field in _THERE and test.how is How.IS:
            yield from (Gone(test.field, value) for value in _plain(test))
    yield from (Gone(one, one, COLUMN) for one in columns if key_of(one))
    if key_of(sort.removeprefix("-")):
        yield Gone(sort.removeprefix("-"), sort, ORDER)


def _plain(test: Test) -> Iterator[str]:
    """The values that name something, and not whoever reads nor nobody."""
    return (one for one in test.values if one != ME and one.lower() not in NOBODY)


def _is_there(one: Gone) -> ColumnElement[bool]:
    if one.is_field:
        in_use = CustomField.is_active.is_(True)
        return exists().where(CustomField.key == key_of(one.field), in_use)
    return _THERE[one.field](one.name.lower())


def _tag(value: str) -> ColumnElement[bool]:
    tagged = select(ticket_tag.c.ticket_id).join(Tag, Tag.id == ticket_tag.c.tag_id)
    return exists(tagged.where(Tag.name == value))


def _group(value: str) -> ColumnElement[bool]:
    named = func.lower(Group.name).startswith(value, autoescape=True)
    return exists().where(named, Group.is_active.is_(True))


def _organisation(value: str) -> ColumnElement[bool]:
    return exists().where(func.lower(Organisation.name).startswith(value, autoescape=True))


def _assignee(value: str) -> ColumnElement[bool]:
    """Somebody who works here, or once did and still has tickets."""
    people = filters.people_named(value)
    works = exists().where(
        Person.id.in_(people), Person.is_active.is_(True), Person.role != Role.REQUESTER
    )
    return or_(works, exists(select(Ticket.id).where(Ticket.assignee_id.in_(people))))


def _requester(value: str) -> ColumnElement[bool]:
    people = filters.people_named(value)
    return exists().where(Person.id.in_(people), Person.merged_into_id.is_(None))


_THERE: Final[dict[str, Callable[[str], ColumnElement[bool]]]] = {
    "tag": _tag,
    "group": _group,
    "organisation": _organisation,
    "assignee": _assignee,
    "requester": _requester,
}
