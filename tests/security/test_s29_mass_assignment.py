"""S29: a form takes the fields it names; one with any other is refused, and changes nothing."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from helpdesk.core.db import db
from helpdesk.people.models import Group, Person
from helpdesk.tickets.models import Ticket
from helpdesk.web.access_table import ACCESS, Who
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient

# These take nothing but the token: what else is sent is never looked at.
TAKES_NOTHING = frozenset({"auth.sign_out", "auth.sign_out_everywhere"})
COLUMNS = {
    column.name: "7"
    for model in (Person, Ticket, Group)
    for column in model.__table__.columns
    if column.name not in ("name", "note")
}


def fitting(rule: Rule, name: str, values: dict[str, Any]) -> Any:
    """A value for a part of an address: what the test has of that name, if the address can hold it."""
    number = isinstance(rule._converters.get(name), IntegerConverter)
    value = values.get(name, 1)
    return 1 if number and not isinstance(value, int) else value


def test_no_form_takes_the_columns_of_a_table(app: Flask, client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    values = {"number": ticket.number, "person_id": cast.ben.id, "group_id": cast.it.id}
    values["draft_kind"] = "reply"
    client.sign_in("eve@borough.example")
    token = client.token()
    before = facts(ticket.id, cast)
    taken = []
    for rule in app.url_map.iter_rules():
        row = ACCESS[rule.endpoint]
        if "POST" not in (rule.methods or ()) or row.who is Who.TOKEN:
            continue
        if rule.endpoint in TAKES_NOTHING:
            continue
        built = rule.build({name: fitting(rule, name, values) for name in rule.arguments})
        assert built is not None
        answer = client.raw.post(
            built[1], base_url="http://desk.example", data={**COLUMNS, "csrf_token": token}
        )
        # A public page passes over what it does not know; that nothing changed is looked at below.
        if row.who is not Who.PUBLIC and answer.status_code not in (403, 404, 409, 422):
            taken.append((rule.endpoint, answer.status_code))
    assert taken == []
    assert facts(ticket.id, cast) == before


def facts(ticket_id: int, cast: Cast) -> list[dict[str, object]]:
    """Every column of the rows that the forms might have changed."""
    db.session.rollback()
    db.session.expire_all()
    rows = [
        db.session.get_one(Ticket, ticket_id),
        db.session.get_one(Person, cast.ben.id),
        db.session.get_one(Group, cast.it.id),
    ]
    return [{c.name: getattr(row, c.key, None) for c in row.__table__.columns} for row in rows]
