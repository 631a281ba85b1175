"""Every route has its row, and every row its route."""

from __future__ import annotations

import pytest
from flask import Flask

from helpdesk.web.access_table import (
    ACCESS,
    RouteWithoutRow,
    Who,
    check_access_table,
    routes_without_row,
    rows_without_route,
)
from helpdesk.web.languages import public_blueprints


def test_every_route_has_a_row(app: Flask) -> None:
    assert routes_without_row(app) == []


def test_every_row_has_a_route(app: Flask) -> None:
    assert rows_without_route(app) == []


def test_a_new_route_without_a_row_stops_the_desk_from_starting() -> None:
    small = Flask("helpdesk")
    small.add_url_rule("/new", "new_door", lambda: "")
    with pytest.raises(RouteWithoutRow, match="new_door"):
        check_access_table(small)


def test_beside_the_public_pages_only_the_door_signed_links_and_the_state_of_health_are_public() -> (
    None
):
    public = {
        endpoint
        for endpoint, row in ACCESS.items()
        if row.who is Who.PUBLIC and endpoint.partition(".")[0] not in public_blueprints()
    }
    door = {"auth.sign_in", "auth.sign_out", "auth.forgot", "auth.reset"}
    chat = {"chat.widget", "chat.frame", "chat.file"}
    links = {"fetching.file", "wallboard.by_link"}
    assert public == door | chat | links | {"static", "api.healthz"}
