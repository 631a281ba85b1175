"""Fields that an administrator added: asked for in views, counted with them, and refused where they cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.errors import Invalid
from helpdesk.core.paging import encode_cursor
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands, customizing
from helpdesk.tickets.facts import read_facts
from helpdesk.tickets.ordered import list_ordered
from helpdesk.tickets.queries import Filters, list_tickets
from helpdesk.views import own_fields
from helpdesk.views.asking import read_query, sql_of
from helpdesk.views.commands import Wanted, create_view
from helpdesk.views.models import Counting
from tests.cast import Cast
from tests.helpdesk.views.test_counting import count, count_of, make_view
from tests.makers import make_ticket
from workflows.condition_reading import BadCondition

FIELDS: tuple[tuple[str, str, list[str]], ...] = (
    ("asset", "text", []),
    ("floor", "number", []),
    ("bought", "date", []),
    ("site", "choice", ["Town hall", "Depot", "Café"]),
    ("parts", "multi", ["Screen", "Keyboard"]),
    ("leased", "boolean", []),
)
HELD: tuple[dict[str, Any], ...] = (
    {"asset": "Über-Drucker 7", "floor": "2", "site": "Café", "leased": "yes"},
    {"asset": "pc-100%", "floor": "-1.5", "bought": "2026-01-31", "parts": ["Screen"]},
    {"bought": "2026-02-01", "site": "Depot", "parts": ["Screen", "Keyboard"], "leased": "no"},
    {"asset": "12", "floor": "12", "site": "Town hall"},
    {},
)
QUERIES = (
    'custom.asset:"uber-drucker 7"',
    "custom.asset:PC-100%,12",
    'custom.asset:""',
    "custom.asset:*",
    "custom.floor:2",
    "custom.floor:<2",
    "custom.floor:>=2 -custom.floor:12",
    'custom.floor:"" OR custom.floor:2.0',
    "custom.bought:2026-01-31",
    "custom.bought:>2026-01-31",
    "-custom.bought:<=2026-01-31",
    "custom.site:depot,cafe",
    'custom.site:"town hall"',
    "-custom.site:Depot",
    "custom.parts:keyboard",
    'custom.parts:"" custom.leased:yes',
    "-custom.parts:Screen",
    "custom.leased:yes",
    "custom.leased:no",
    "-custom.leased:true",
    "custom.leased:*",
)


@pytest.fixture
def made(cast: Cast) -> list[int]:
    with unit_of_work():
        for key, kind, options in FIELDS:
            customizing.add_field(key=key, label=key.title(), kind=kind, options=options)
    tickets = [make_ticket(cast.ada, cast.it).id for _ in HELD]
    for ticket_id, values in zip(tickets, HELD, strict=True):
        write(ticket_id, values)
    return tickets


def write(ticket_id: int, values: dict[str, Any]) -> None:
    with unit_of_work():
        customizing.set_custom(commands.lock(ticket_id), values, by=None, cause="test")


def test_a_list_and_a_rule_agree_on_added_fields(
    cast: Cast, made: list[int], clock: StoppedClock
) -> None:
    facts, eve = read_facts(made), cast.actor("eve")
    for query in QUERIES:
        condition = read_query(query, is_own=True).condition
        held = {one for one in made if condition.holds(facts[one], clock.now())}
        rows = list_tickets(eve, Filters(), where=sql_of(condition.part, cast.eve.id)).rows
        assert (query, {row.id for row in rows}) == (query, held)
        assert 0 < len(held) < len(made), query


def test_the_number_of_a_view_follows_an_added_field(cast: Cast, made: list[int]) -> None:
    view = make_view(cast, "is:open custom.floor:>=2")
    assert (view.counting, count_of(cast, view, "ben")) == (Counting.KEPT, 2)
    write(made[4], {"floor": "3"})
    write(made[0], {"floor": ""})
    write(made[3], {"floor": "1"})
    assert count_of(cast, view, "ben") == 1
    count(view)
    assert count_of(cast, view, "ben") == 1


REFUSED = (
    ("is:open custom.flor:2", "custom.floor"),
    ("is:open custom.colour:red", "custom.colour"),
    ("is:open custom.floor:high", "is a number"),
    ("is:open custom.floor:inf", "is a number"),
    ("is:open custom.bought:2026-1-1", "is a day"),
    ("is:open custom.site:Moon", "no choice"),
    ("is:open custom.site:>Depot", "no order"),
    ("is:open custom.leased:perhaps", "yes or no"),
    ("is:open custom.leased:>yes", "yes or no"),
)


@pytest.mark.usefixtures("made")
def test_what_an_added_field_cannot_be_is_refused_with_its_place(cast: Cast) -> None:
    for query, sentence in REFUSED:
        with pytest.raises(BadCondition) as refused:
            own_fields.check_fields(read_query(query, is_own=True), query)
        fault = refused.value.faults[0]
        assert sentence in fault.text % fault.values, query
        assert refused.value.position == 9
    with pytest.raises(BadCondition):
        make_view(cast, "is:open custom.colour:red")


@pytest.mark.usefixtures("made")
def test_a_field_out_of_use_is_refused_in_a_new_view_and_still_read_in_an_old_one(
    cast: Cast, made: list[int]
) -> None:
    view = make_view(cast, "is:open custom.floor:2")
    with unit_of_work():
        field = own_fields.fields_by_key(["floor"])["floor"]
        customizing.edit_field(
            field, label="F", options=[], ticket_types=[], position=0, is_active=False, by=None
        )
    with pytest.raises(BadCondition) as refused:
        make_view(cast, "is:open custom.floor:3")
    assert "is out of use" in refused.value.faults[0].text
    assert count_of(cast, view, "ben") == 1


def pages_of(cast: Cast, order: str, where: Any = None) -> list[int]:
    by, after, found = own_fields.order_named(order), None, []
    assert by is not None
    while True:
        page = list_ordered(cast.actor("ben"), Filters(), by, after=after, limit=2, where=where)
        found += [row.id for row in page.rows]
        after = page.older
        if after is None:
            return found


ORDERS = {
    "custom.floor": [1, 0, 3, 2, 4],
    "-custom.floor": [3, 0, 1, 2, 4],
    "custom.bought": [1, 2, 0, 3, 4],
    "-custom.bought": [2, 1, 0, 3, 4],
    "custom.site": [3, 2, 0, 1, 4],
    "-custom.site": [0, 2, 3, 1, 4],
    "custom.leased": [2, 0, 1, 3, 4],
    "-custom.leased": [0, 2, 1, 3, 4],
}


def test_the_pages_of_a_list_by_an_added_field_hold_each_ticket_once_in_its_order(
    cast: Cast, made: list[int]
) -> None:
    make_ticket(cast.ada, cast.highways)
    for order, places in ORDERS.items():
        assert (order, pages_of(cast, order)) == (order, [made[one] for one in places])


@pytest.mark.usefixtures("made")
def test_a_list_is_in_no_order_of_words_nor_of_a_field_that_is_not_there(cast: Cast) -> None:
    assert [own_fields.order_named(one) for one in ("custom.asset", "custom.no", "floor")] == [
        None,
        None,
        None,
    ]
    for sort, query in (("custom.asset", "is:open"), ("custom.floor", "tag:vip")):
        with pytest.raises(Invalid), unit_of_work():
            wanted = Wanted("By field", query, sort=sort)
            create_view(wanted, actor=cast.actor("ben"))


@pytest.mark.usefixtures("made")
def test_a_place_in_a_list_that_nobody_made_is_refused(cast: Cast) -> None:
    by = own_fields.order_named("custom.floor")
    assert by is not None
    for after in (encode_cursor([1, "x", 1]), encode_cursor([1, "nan", 1]), "nonsense"):
        with pytest.raises(Invalid):
            list_ordered(cast.actor("ben"), Filters(), by, after=after)
