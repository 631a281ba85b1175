"""An act on the whole of a list is for the tickets that this list shows."""

from __future__ import annotations

from flask import Flask

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.views.commands import Wanted, create_view
from helpdesk.views.store import KEY_PREFIX
from helpdesk.web.console.whole_list import tickets_of_list
from tests.cast import Cast
from tests.makers import make_ticket


def test_the_whole_of_a_saved_view_is_what_its_query_asks_for(app: Flask, cast: Cast) -> None:
    wanted = make_ticket(cast.ada, cast.it, channel="phone")
    make_ticket(cast.ada, cast.it)
    ben = cast.actor("ben")
    with unit_of_work():
        view = create_view(Wanted(title="Rung", query="channel:phone"), actor=ben)
    with app.test_request_context("/"):
        assert tickets_of_list(ben, f"/views/{KEY_PREFIX}{view.id}") == {wanted.id: 1}
