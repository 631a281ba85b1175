"""What the palette finds: numbers, words and people, by short walks of indexes, and only what the reader may see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from helpdesk.core.db import db, is_postgresql
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Organisation
from helpdesk.search import quick
from helpdesk.search.database_backend import DatabaseBackend
from helpdesk.search.indexing import EXTENSION, rebuild
from tests.cast import Cast, make_person
from tests.makers import make_ticket


@pytest.fixture
def engine(app: Flask) -> None:
    """The engine of large desks, whichever database this is."""
    app.extensions[EXTENSION] = DatabaseBackend()


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("prin", "prin*"),
        ("blank pri", "blank pri*"),
        ("p", ""),
        ("printer x", "printer x"),
        ("*", ""),
        ("%_", ""),
        ("from:ada", "from ada*"),
        ('"blank" -pages', "blank pages*"),
        ("ada@borough.ex", "ada@borough.ex*"),
        ("NOT this OR that", "not this or that*"),
        ("  ", ""),
    ],
)
def test_what_is_typed_is_words_and_no_language(typed: str, text: str) -> None:
    assert quick.text_of(typed) == text


def numbers(cast: Cast, name: str, typed: str) -> list[str]:
    return [one.number for one in quick.tickets(cast.actor(name), typed)]


def test_the_exact_number_comes_first(cast: Cast, engine: None) -> None:
    made = [make_ticket(cast.ada, cast.it).number for _ in range(3)]
    first = made[0].removeprefix("INC-")
    assert numbers(cast, "ben", first) == [made[0]]
    assert numbers(cast, "ben", f"inc-{first}") == [made[0]]
    assert numbers(cast, "ben", f"INC{first}") == [made[0]]
    assert numbers(cast, "ben", f"SRQ-{first}") == []
    assert numbers(cast, "ben", "0") == []
    begun = numbers(cast, "ben", first[:-1])
    assert begun == sorted(begun, reverse=True)
    assert made[0] in begun


def test_words_are_found_by_their_beginning_in_the_newest_first(cast: Cast, engine: None) -> None:
    old = make_ticket(cast.ada, cast.it, subject="Lamp is out").number
    new = make_ticket(cast.ada, cast.it, subject="A lamppost leans").number
    assert numbers(cast, "ben", "lam") == [new, old]
    assert numbers(cast, "ben", "lamp out") == [old]
    found = quick.tickets(cast.actor("ben"), "lam")
    assert found[0].subject == "A \ue000lamppost\ue001 leans"


def test_old_tickets_are_found_by_the_index(
    cast: Cast, engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "NEWEST", 1)
    old = make_ticket(cast.ada, cast.it, subject="Café chairs").number
    make_ticket(cast.ada, cast.it, subject="Bins")
    assert numbers(cast, "ben", "cafe cha") == [old]
    assert numbers(cast, "ben", "byr") != []


@pytest.mark.parametrize("typed", ["canary", "number", "can", "%", "_", "*", "1", "ry"])
def test_what_is_hidden_is_not_found(cast: Cast, engine: None, typed: str) -> None:
    number = make_ticket(cast.ada, cast.highways, subject="Canary").number
    assert quick.tickets(cast.actor("ben"), number if typed == "number" else typed) == []
    assert quick.tickets_named(cast.actor("ben"), [number]) == []


def test_people_are_found_by_name_and_address(cast: Cast, engine: None) -> None:
    with unit_of_work():
        school = Organisation(name="Hill School", created_at=cast.ada.created_at)
        db.session.add(school)
        cast.ada.organisation = school
        make_person("Adam 100% Ng", "ng@borough.example")
    rebuild(lambda _said: None)
    who = quick.people(cast.actor("ben"), "ada")
    names = ["\ue000Ada\ue001 Byrne", "\ue000Adam\ue001 100% Ng", "Eve \ue000Adair\ue001"]
    assert [one.name for one in who] == names
    assert (who[0].address, who[0].organisation) == ("ada@borough.example", "Hill School")
    for typed, name in (("ada by", "Ada Byrne"), ("byr", "Ada Byrne"), ("ng@bor", "Adam 100% Ng")):
        found = quick.people(cast.actor("ben"), typed)
        assert [re.sub("[\ue000\ue001]", "", one.name) for one in found] == [name], typed
    assert quick.people(cast.actor("ben"), "%") == []
    assert quick.people(cast.actor("ada"), "ada") == []


def test_no_step_reads_a_table_from_end_to_end(cast: Cast, engine: None) -> None:
    make_ticket(cast.ada, cast.it)
    ben = cast.actor("ben")
    sent = statements_of(lambda: (quick.tickets(ben, "1001"), quick.people(ben, "ada byrne")))
    assert len(sent) <= 12
    scans = [found for one in sent for found in scans_of(*one)]
    assert not scans, "\n".join(scans)


def statements_of(work: Any) -> list[tuple[str, Any]]:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.startswith(("SELECT", "WITH")) and "set_config" not in statement:
            sent.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return sent


def scans_of(statement: str, values: Any) -> list[str]:
    """The lines of the plan that read a whole table which grows with the desk, where the database has any other way."""
    large = "ticket|person|message|contact_point|search_document"
    connection = db.session.connection()
    if is_postgresql():
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        pattern = rf"Seq Scan on (?:{large})\b"
    else:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        pattern = rf"^SCAN (?:{large})\b(?!.*INDEX)"
    lines = [str(row[-1]).strip() for row in rows]
    return [f"{line}: {statement[:300]}" for line in lines if re.search(pattern, line)]
