"""S06: a file made of a list has the rows of that list for whoever made it, and not one more; its cells are text (S45)."""

from __future__ import annotations

import csv
import io
import re

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import commands
from helpdesk.web.console import exporting
from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient

VIEWS = ("open", "unassigned", "mine", "solved", "due-soon", "late")
NARROWED = ("", "?priority=4", "?status=new", "?tag=canary", "?sort=newest", "?assignee=0")


@pytest.fixture
def full(cast: Cast) -> None:
    """Tickets of each group and of none; one of Highways with the canary."""
    for group in (cast.it, None, cast.highways, cast.it):
        make_ticket(cast.ada, group)
    hidden = make_ticket(cast.ada, cast.highways, subject="Canary")
    mine = make_ticket(cast.ada, cast.it, subject="Mine")
    with unit_of_work():
        commands.set_tags(commands.lock(hidden.id), ["canary"], by=None, cause="test")
        commands.assign(commands.lock(mine.id), cast.ben, by=None, cause="test")


def rows_of(client: PageClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def listed(client: PageClient, address: str) -> list[str]:
    page = client.get(address).get_data(as_text=True)
    return re.findall(r'<tr[^>]* data-number="([A-Z]+-\d+)"', page)


@pytest.mark.parametrize("name", ["ben", "cleo", "dan", "eve"])
def test_a_file_has_the_rows_of_the_list_for_each_role(
    client: PageClient, cast: Cast, full: None, name: str
) -> None:
    client.sign_in(f"{name}@borough.example")
    for view in VIEWS:
        for narrowed in NARROWED:
            made = rows_of(client, f"/views/{view}/export{narrowed}")
            place = "/tickets" if view == "open" else f"/views/{view}"
            shown = listed(client, f"{place}{narrowed}")
            assert [row["Number"] for row in made] == shown, (view, narrowed)
            if name in ("ben", "cleo"):
                assert "Canary" not in str(made)


def test_the_list_of_a_group_that_one_does_not_read_is_missing(
    client: PageClient, cast: Cast, full: None
) -> None:
    client.sign_in("ben@borough.example")
    client.get(f"/views/group-{cast.highways.id}/export", status=404)
    client.get("/views/none/export", status=404)


def test_a_file_goes_on_where_a_page_ends(
    client: PageClient, cast: Cast, full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "A_PAGE", 2)
    client.sign_in("eve@borough.example")
    assert len(rows_of(client, "/views/open/export")) == 6


@pytest.mark.parametrize("begun", ["=1+1", "+441", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(client: PageClient, cast: Cast, begun: str) -> None:
    make_ticket(cast.ada, cast.it, subject=begun)
    client.sign_in("ben@borough.example")
    assert rows_of(client, "/views/open/export")[0]["Subject"] == f"'{begun}"


@pytest.mark.parametrize(
    ("cell", "text"), [("\tx", "'\tx"), ("\r=x", "'\r=x"), ("x=1", "x=1"), ("", "")]
)
def test_cells_are_text(cell: str, text: str) -> None:
    assert exporting.as_text(cell) == text
