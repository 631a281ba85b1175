"""Groups, agencies, organisations, and who belongs to them."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Conflict, Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.reading import history_of
from helpdesk.people import commands, queries
from helpdesk.people.models import Right
from tests.cast import Cast


def test_a_group_is_made_by_an_administrator(cast: Cast) -> None:
    with unit_of_work():
        group = commands.create_group(
            "  Council  tax ", address="Tax@Borough.example", actor=cast.actor("eve")
        )
    assert (group.name, group.address, group.is_active) == (
        "Council tax",
        "tax@borough.example",
        True,
    )
    assert history_of("group", group.id)[0].event == "GroupCreated"


def test_nobody_else_makes_or_changes_one(cast: Cast) -> None:
    for name in ("ada", "ben", "cleo"):
        with pytest.raises(Refused), unit_of_work():
            commands.create_group("Mine", actor=cast.actor(name))
        with pytest.raises(Refused), unit_of_work():
            commands.edit_group(cast.it, name="Mine", actor=cast.actor(name))


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "highways"])
def test_a_name_that_cannot_be_used_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(Invalid) as refusal, unit_of_work():
        commands.create_group(name, actor=cast.actor("eve"))
    assert refusal.value.field == "name"


def test_a_group_keeps_its_own_name(cast: Cast) -> None:
    with unit_of_work():
        commands.edit_group(cast.it, name="it support", actor=cast.actor("eve"))
    assert cast.it.name == "it support"


def test_an_inactive_group_is_read_by_nobody_but_administrators(cast: Cast) -> None:
    with unit_of_work():
        commands.edit_group(cast.it, name="IT", is_active=False, actor=cast.actor("eve"))
    assert not cast.actor("ben").holds(cast.it.id, Right.READ)
    assert cast.actor("eve").holds(cast.it.id, Right.READ)


def test_a_lead_takes_members_in_and_lets_them_go(cast: Cast) -> None:
    with unit_of_work():
        commands.join_group(cast.dan, cast.it, Right.READ, actor=cast.actor("cleo"))
    assert cast.actor("dan").holds(cast.it.id, Right.READ)
    with unit_of_work():
        commands.leave_group(cast.dan, cast.it, actor=cast.actor("cleo"))
    assert not cast.actor("dan").holds(cast.it.id, Right.READ)
    assert [entry.event for entry in history_of("group", cast.it.id)].count("MemberLeft") == 1


def test_a_lead_makes_no_leads_and_removes_none(cast: Cast) -> None:
    with pytest.raises(Refused), unit_of_work():
        commands.join_group(cast.ben, cast.it, Right.LEAD, actor=cast.actor("cleo"))
    with pytest.raises(Refused), unit_of_work():
        commands.leave_group(cast.cleo, cast.it, actor=cast.actor("cleo"))


def test_a_member_without_the_lead_chooses_nobody(cast: Cast) -> None:
    with pytest.raises(Refused), unit_of_work():
        commands.join_group(cast.dan, cast.it, actor=cast.actor("ben"))


def test_joining_again_changes_the_right(cast: Cast) -> None:
    with unit_of_work():
        commands.join_group(cast.ben, cast.it, Right.LEAD, actor=cast.actor("eve"))
    assert cast.actor("ben").holds(cast.it.id, Right.LEAD)


def test_a_requester_belongs_to_no_group(cast: Cast) -> None:
    with pytest.raises(Conflict), unit_of_work():
        commands.join_group(cast.ada, cast.it, actor=cast.actor("eve"))


def test_organisations_and_agencies_are_listed_by_name(cast: Cast) -> None:
    with unit_of_work():
        commands.create_organisation("Oak school", actor=cast.actor("ben"))
        commands.create_organisation("ash school", actor=cast.actor("ben"))
        commands.create_agency("Parks", address="parks@borough.example", actor=cast.actor("eve"))
    assert [one.name for one in queries.organisations()] == ["ash school", "Oak school"]
    assert [one.address for one in queries.agencies()] == ["parks@borough.example"]
