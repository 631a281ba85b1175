"""S30: nobody makes themselves an administrator; who may, types the password again, and the journal knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.journal.reading import history_of
from helpdesk.people.models import Person, Role
from tests.cast import PASSWORD, Cast
from tests.pages import PageClient


def form_of(person: Person, role: Role) -> dict[str, str]:
    return {"name": person.name, "role": role.value, "time_zone": "Europe/London"}


def role_of(person: Person) -> Role:
    db.session.rollback()
    found = db.session.get(Person, person.id, populate_existing=True)
    assert found is not None
    return found.role


@pytest.mark.parametrize("name", ["ben", "cleo", "dan"])
def test_an_agent_promotes_neither_themselves_nor_others(
    client: PageClient, cast: Cast, name: str
) -> None:
    client.sign_in(f"{name}@borough.example")
    for person in (cast.ben, cast.cleo, cast.ada):
        before = role_of(person)
        path = f"/people/{person.id}/edit"
        answer = client.raw.post(
            path,
            base_url="http://desk.example",
            data={**form_of(person, Role.ADMIN), "csrf_token": client.token()},
        )
        assert answer.status_code in (403, 404)
        assert role_of(person) is before


def test_an_agent_adds_nobody_who_works_at_the_desk(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    typed = {"name": "Mallory", "email": "mallory@borough.example", "role": "admin"}
    client.post("/people/new", typed, status=403)
    assert db.session.query(Person).filter_by(name="Mallory").count() == 0


def test_an_administrator_gives_a_role_and_the_journal_says_who(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("eve@borough.example")
    client.post(f"/people/{cast.ben.id}/edit", form_of(cast.ben, Role.ADMIN))
    assert role_of(cast.ben) is Role.ADMIN
    changed = [one for one in history_of("person", cast.ben.id) if one.event == "RoleChanged"]
    assert [one.actor_id for one in changed] == [cast.eve.id]


def test_an_old_session_gives_no_role_before_the_password_is_typed_again(
    client: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    client.sign_in("eve@borough.example")
    clock.advance(timedelta(hours=2))
    path = f"/people/{cast.ben.id}/edit"
    page = client.post(path, form_of(cast.ben, Role.ADMIN), status=403).get_data(as_text=True)
    assert "/confirm" in page
    assert role_of(cast.ben) is Role.AGENT
    client.post("/confirm", {"password": PASSWORD, "next": path})
    client.post(path, form_of(cast.ben, Role.ADMIN))
    assert role_of(cast.ben) is Role.ADMIN
