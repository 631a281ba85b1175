"""Who is known, how they are reached, who works at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.errors import Conflict, DomainError, Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.reading import history_of
from helpdesk.people import commands, registering
from helpdesk.people.models import (
    ContactKind,
    ContactPoint,
    PasswordToken,
    Person,
    Right,
    Role,
    TokenPurpose,
)
from tests.cast import Cast


def events_of(person: Person) -> Sequence[str]:
    return [entry.event for entry in history_of("person", person.id)]


def test_an_unknown_address_is_registered_unproven(db: Any, app: Flask) -> None:
    with unit_of_work():
        person = commands.find_or_register("Zoe@Borough.Example", "Zoe Quill")
    assert person.name == "Zoe Quill"
    assert person.role is Role.REQUESTER
    assert [(point.value, point.is_proven) for point in person.contact_points] == [
        ("zoe@borough.example", False)
    ]
    assert events_of(person) == ["PersonRegistered"]


def test_a_known_address_is_found_whatever_name_it_comes_with(cast: Cast) -> None:
    with unit_of_work():
        person = commands.find_or_register("ADA@borough.example", "Somebody Else")
    assert person.id == cast.ada.id
    assert person.name == "Ada Byrne"


def test_an_address_without_a_name_is_called_by_its_local_part(app: Flask) -> None:
    with unit_of_work():
        assert commands.find_or_register("zoe@borough.example", " ").name == "zoe"


def test_an_address_taken_meanwhile_is_read_and_not_made_twice(
    db: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = registering.contact_point_of
    answers = iter([None])
    monkeypatch.setattr(registering, "contact_point_of", lambda *asked: next(answers, real(*asked)))
    with unit_of_work():
        person = commands.find_or_register("ada@borough.example", "Ada again")
    assert person.id == cast.ada.id
    assert db.session.scalar(select(func.count(Person.id))) == 5


def test_a_requester_may_be_reached_by_telephone_alone(cast: Cast) -> None:
    with unit_of_work():
        person = commands.register_requester(
            "Zoe Quill", phone="020 7946 0001", actor=cast.actor("ben")
        )
    assert [point.kind for point in person.contact_points] == [ContactKind.PHONE]


def test_a_requester_needs_an_address_or_a_number(cast: Cast) -> None:
    with pytest.raises(Invalid), unit_of_work():
        commands.register_requester("Zoe Quill", actor=cast.actor("ben"))


def test_an_address_of_somebody_else_is_refused_without_saying_whose(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal, unit_of_work():
        commands.add_contact_point(cast.ben, ContactKind.EMAIL, "ada@borough.example")
    assert "Ada" not in refusal.value.title + refusal.value.advice


def test_adding_an_address_twice_changes_nothing(cast: Cast, db: Any) -> None:
    with unit_of_work():
        commands.add_contact_point(cast.ada, ContactKind.EMAIL, "ADA@borough.example")
    assert (
        db.session.scalar(
            select(func.count(ContactPoint.id)).where(ContactPoint.person_id == cast.ada.id)
        )
        == 1
    )


def test_proving_an_address_is_noted_once(cast: Cast, db: Any) -> None:
    with unit_of_work():
        point = commands.add_contact_point(cast.ada, ContactKind.EMAIL, "ada@home.example")
    for _time in range(2):
        with unit_of_work():
            commands.prove_contact_point(db.session.get(ContactPoint, point.id))
    assert point.is_proven
    assert events_of(cast.ada) == ["ContactPointAdded", "ContactPointProven"]


def test_an_invited_agent_gets_a_link_and_joins_the_groups(db: Any, cast: Cast) -> None:
    with unit_of_work():
        person = commands.invite_agent(
            "Zoe Quill",
            "zoe@borough.example",
            groups={cast.it.id: Right.WORK},
            actor=cast.actor("eve"),
        )
    token = db.session.scalars(select(PasswordToken)).one()
    assert (token.person_id, token.purpose) == (person.id, TokenPurpose.INVITE)
    assert person.role is Role.AGENT
    assert person.password_hash is None
    assert [one.group_id for one in person.memberships] == [cast.it.id]


def test_a_requester_who_is_invited_stays_the_same_person(cast: Cast) -> None:
    with unit_of_work():
        person = commands.invite_agent("", "ada@borough.example", actor=cast.actor("eve"))
    assert person.id == cast.ada.id
    assert person.name == "Ada Byrne"


def test_who_works_here_already_is_not_invited_twice(cast: Cast) -> None:
    with pytest.raises(Conflict), unit_of_work():
        commands.invite_agent("Ben", "ben@borough.example", actor=cast.actor("eve"))


@pytest.mark.parametrize("name", ["ada", "ben", "cleo"])
def test_only_an_administrator_gives_roles(cast: Cast, name: str) -> None:
    actor = cast.actor(name)
    for command in (
        lambda: commands.set_role(cast.ben, Role.ADMIN, actor=actor),
        lambda: commands.invite_agent("X", "x@borough.example", actor=actor),
        lambda: commands.deactivate(cast.dan, actor=actor),
    ):
        with pytest.raises(Refused), unit_of_work():
            command()
    assert cast.ben.role is Role.AGENT


def test_a_change_of_role_is_in_the_journal_with_who_did_it(cast: Cast) -> None:
    with unit_of_work():
        commands.set_role(cast.ben, Role.ADMIN, actor=cast.actor("eve"))
    entry = history_of("person", cast.ben.id)[0]
    assert (entry.event, entry.actor_id) == ("RoleChanged", cast.eve.id)
    assert (entry.before, entry.after) == ({"role": "agent"}, {"role": "admin"})


def test_the_last_administrator_stays_one(cast: Cast) -> None:
    for change in (
        lambda: commands.set_role(cast.eve, Role.AGENT, actor=cast.actor("eve")),
        lambda: commands.deactivate(cast.eve, actor=cast.actor("eve")),
    ):
        with pytest.raises(Conflict), unit_of_work():
            change()


def test_one_of_two_administrators_may_go(cast: Cast) -> None:
    with unit_of_work():
        commands.set_role(cast.ben, Role.ADMIN, actor=cast.actor("eve"))
    with unit_of_work():
        commands.set_role(cast.eve, Role.AGENT, actor=cast.actor("ben"))
    assert cast.eve.role is Role.AGENT


def test_who_becomes_a_requester_can_sign_in_no_more(cast: Cast) -> None:
    with unit_of_work():
        commands.set_role(cast.ben, Role.REQUESTER, actor=cast.actor("eve"))
    assert cast.ben.sign_in_name is None
    assert cast.ben.password_hash is None


def test_an_agent_edits_requesters_and_not_colleagues(cast: Cast) -> None:
    with unit_of_work():
        commands.edit_person(
            cast.ada, name="Ada King", note="Prefers calls", actor=cast.actor("ben")
        )
    assert cast.ada.name == "Ada King"
    with pytest.raises(Refused), unit_of_work():
        commands.edit_person(cast.cleo, name="Cleopatra", actor=cast.actor("ben"))


def test_a_refused_command_leaves_nothing_behind(cast: Cast, db: Any) -> None:
    with pytest.raises(DomainError), unit_of_work():
        commands.register_requester(
            "Zoe", "zoe@borough.example", phone="nonsense", actor=cast.actor("ben")
        )
    assert db.session.scalar(select(func.count(Person.id))) == 5
