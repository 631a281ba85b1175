"""The forms show what may answer already, and who has proven their address is told how their requests stand."""

from __future__ import annotations

from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.helpdesk.web.portal.visiting import Visitor, plain
from tests.makers import make_ticket


def test_a_search_of_the_front_page_finds_services(visitor: Visitor, cast: Cast) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)

    page = visitor.client.get("/?q=when+is+my+bin+collected").get_data(as_text=True)

    assert 'href="/answers/bin-day"' in page


def test_who_came_by_a_link_is_told_how_their_requests_stand(visitor: Visitor, cast: Cast) -> None:
    make_service(
        "status", title="Status of my request", text="{lines}", **{"from": {"status": True}}
    )
    ticket = make_ticket(cast.ada, subject="No heating")
    path = "/answers/status"
    assert ticket.number not in visitor.client.get(path).get_data(as_text=True)

    visitor.enter("ada@borough.example")

    said = plain(visitor.client.get(path).get_data(as_text=True))
    assert f"{ticket.number}, No heating: we are working on it" in said
