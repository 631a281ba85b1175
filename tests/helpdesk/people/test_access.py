"""Who may read, work and lead where."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from helpdesk.core.db import db
from helpdesk.people.access import SYSTEM, Actor, Deed, actor_of, id_of, may
from helpdesk.people.models import Right, Role
from tests.cast import Cast

IT, HIGHWAYS = 1, 2
AGENT = Actor(person_id=7, name="Ben", role=Role.AGENT, groups={IT: Right.WORK})
LEAD = Actor(person_id=8, name="Cleo", role=Role.AGENT, groups={IT: Right.LEAD})
READER = Actor(person_id=9, name="Dan", role=Role.AGENT, groups={IT: Right.READ})
ADMIN = Actor(person_id=10, name="Eve", role=Role.ADMIN)
REQUESTER = Actor(person_id=11, name="Ada", role=Role.REQUESTER, groups={IT: Right.LEAD})


@pytest.mark.parametrize(
    ("actor", "group", "held"),
    [
        (READER, IT, {Right.READ}),
        (AGENT, IT, {Right.READ, Right.WORK}),
        (LEAD, IT, {Right.READ, Right.WORK, Right.LEAD}),
        (AGENT, HIGHWAYS, set()),
        (AGENT, None, {Right.READ, Right.WORK}),
        (ADMIN, HIGHWAYS, {Right.READ, Right.WORK, Right.LEAD}),
        (ADMIN, None, {Right.READ, Right.WORK, Right.LEAD}),
        (REQUESTER, IT, set()),
        (REQUESTER, None, set()),
    ],
)
def test_rights_over_the_tickets_of_a_group(
    actor: Actor, group: int | None, held: set[Right]
) -> None:
    assert {right for right in Right if actor.holds(group, right)} == held


def test_a_requester_reads_no_group_whatever_their_rows_say() -> None:
    assert REQUESTER.readable_group_ids == frozenset()
    assert AGENT.readable_group_ids == {IT}


@pytest.mark.parametrize(
    ("actor", "deeds"),
    [
        (ADMIN, set(Deed)),
        (SYSTEM, set(Deed)),
        (AGENT, {Deed.SEE_PEOPLE, Deed.EDIT_REQUESTERS}),
        (REQUESTER, set()),
    ],
)
def test_deeds(actor: Actor | None, deeds: set[Deed]) -> None:
    assert {deed for deed in Deed if may(actor, deed, group_id=IT)} == deeds


def test_a_lead_chooses_members_in_the_own_group_only() -> None:
    assert may(LEAD, Deed.CHOOSE_MEMBERS, group_id=IT)
    assert not may(LEAD, Deed.CHOOSE_MEMBERS, group_id=HIGHWAYS)
    assert not may(LEAD, Deed.CHOOSE_MEMBERS)


def test_the_desk_itself_has_no_id() -> None:
    assert id_of(SYSTEM) is None
    assert id_of(AGENT) == 7


def test_an_actor_is_made_with_one_query(cast: Cast) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    person = cast.ben
    assert person.id
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        actor = actor_of(person)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert actor.groups == {cast.it.id: Right.WORK}
    assert len(asked) == 1
