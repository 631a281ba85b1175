"""Added fields in lists: as columns with their words, and as orders by their heads."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands, customizing
from helpdesk.tickets.models import Ticket
from helpdesk.views.models import SavedView
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted
from tests.helpdesk.web.console.test_list import LIST_BUDGET, numbers_on
from tests.helpdesk.web.console.test_views import FIELDS, the_view
from tests.makers import make_ticket
from tests.pages import PageClient
from tests.security.test_s06_exports_show_no_more import rows_of

COLUMNS = ["number", "custom.floor", "custom.bought", "custom.leased", "custom.asset"]
VIEW = {**FIELDS, "query": "is:open", "columns": COLUMNS, "sort": "custom.floor", "grouping": ""}


@pytest.fixture
def made(cast: Cast) -> list[Ticket]:
    held = ({"floor": "1234.5", "leased": "yes"}, {"floor": "2", "bought": "2026-01-31"}, {})
    tickets = [make_ticket(cast.ada, cast.it) for _ in held]
    with unit_of_work():
        for key, kind in (
            ("floor", "number"),
            ("bought", "date"),
            ("leased", "boolean"),
            ("asset", "text"),
        ):
            customizing.add_field(key=key, label=key.title(), kind=kind)
        for ticket, values in zip(tickets, held, strict=True):
            customizing.set_custom(commands.lock(ticket.id), values, by=None, cause="test")
    return tickets


def cells_of(page: str) -> list[str]:
    found = re.findall(r'<td class="c-added"[^>]*>.*?<bdi>([^<]*)</bdi>', page)
    return [one for one in found if one]


def test_a_view_shows_added_fields_as_columns_and_sorts_by_them(
    ben: PageClient, made: list[Ticket]
) -> None:
    ben.post("/views/new", VIEW)
    path = f"/views/view-{the_view().id}"
    page = ben.get(path).get_data(as_text=True)
    assert cells_of(page) == ["2", "31 Jan 2026", "1,234.5", "Yes"]
    numbers = [one.number for one in made]
    assert numbers_on(ben, path) == [numbers[1], numbers[0], numbers[2]]
    turned = re.search(r'aria-sort="ascending"><a class="sorting" href="([^"]+)"><bdi>Floor', page)
    assert turned is not None
    assert numbers_on(ben, turned[1]) == [numbers[0], numbers[1], numbers[2]]
    assert '<th class="c-added" scope="col"><bdi>Asset</bdi></th>' in page


def test_a_view_with_columns_of_added_fields_keeps_its_budget(
    ben: PageClient, made: list[Ticket]
) -> None:
    ben.post("/views/new", VIEW)
    path = f"/views/view-{the_view().id}"
    ben.get(path)
    with counted() as statements:
        ben.get(path)
    # The view, its order, the fields and what is held in them, and whether all of it is in use.
    assert len(statements) <= LIST_BUDGET + 6, "\n\n".join(statements)


def test_a_column_and_an_order_of_a_field_out_of_use_fall_away(
    ben: PageClient, made: list[Ticket]
) -> None:
    ben.post("/views/new", VIEW)
    with unit_of_work():
        for field in customizing.fields_in_use():
            customizing.edit_field(
                field, label="x", options=[], ticket_types=[], position=0, is_active=False, by=None
            )
    path = f"/views/view-{the_view().id}"
    page = ben.get(path).get_data(as_text=True)
    assert "c-added" not in page
    assert len(numbers_on(ben, path)) == len(made)
    assert len(numbers_on(ben, f"{path}?sort=-custom.floor")) == len(made)
    assert "Its column “x” is left out" in page
    assert "It is not sorted by “x”" in page
    assert "What tickets held" not in page


def test_a_field_that_a_type_of_ticket_does_not_have_is_shown_of_none_of_them(
    ben: PageClient, made: list[Ticket]
) -> None:
    ben.post("/views/new", VIEW)
    with unit_of_work():
        for field in customizing.fields_in_use():
            customizing.edit_field(
                field,
                label="x",
                options=[],
                ticket_types=["request"],
                position=0,
                is_active=True,
                by=None,
            )
    path = f"/views/view-{the_view().id}"
    assert cells_of(ben.get(path).get_data(as_text=True)) == []
    assert "1234.5" not in ben.get(f"{path}/export").get_data(as_text=True)


def test_the_file_of_a_view_has_its_added_columns(ben: PageClient, made: list[Ticket]) -> None:
    with unit_of_work():
        values = {"floor": "-1.5", "asset": "=1+1"}
        customizing.set_custom(commands.lock(made[2].id), values, by=None, cause="test")
    ben.post("/views/new", VIEW)
    found = rows_of(ben, f"/views/view-{the_view().id}/export")
    added = [[row[one] for one in ("Floor", "Bought", "Leased", "Asset")] for row in found]
    assert added == [
        ["-1.5", "", "", "'=1+1"],
        ["2", "2026-01-31", "", ""],
        ["1234.5", "", "Yes", ""],
    ]
    assert list(rows_of(ben, "/views/open/export")[0])[-1] == "Due"


def test_an_order_by_a_field_is_left_where_a_list_is_narrowed_to_what_ended(
    ben: PageClient, made: list[Ticket]
) -> None:
    ben.post("/views/new", VIEW)
    assert numbers_on(ben, f"/views/view-{the_view().id}?status=closed") == []


def test_what_is_wrong_with_an_added_field_is_shown_at_its_place(
    ben: PageClient, made: list[Ticket]
) -> None:
    page = ben.get("/views/preview?query=is:open+custom.flor:2").get_data(as_text=True)
    assert "did you mean “custom.floor”" in page
    assert "is:open <mark>custom.flor:2</mark>" in page
    ben.post("/views/new", {**VIEW, "query": "is:open custom.floor:high"}, status=422)
    ben.post("/views/new", {**VIEW, "columns": ["custom.colour"]}, status=422)
    assert db.session.scalars(select(SavedView)).all() == []
