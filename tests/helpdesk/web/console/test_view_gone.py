"""A view that names what the desk has no more opens, says so at the place, and offers to be changed."""

from __future__ import annotations

import re

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Group, Person
from helpdesk.tickets import commands, customizing
from helpdesk.views.gone import Gone
from helpdesk.views.models import Audience
from helpdesk.web.console.gone_words import pieces_of
from tests.cast import Cast
from tests.helpdesk.views.test_counting import make_view
from tests.helpdesk.web.console.budget import counted
from tests.helpdesk.web.console.test_list import LIST_BUDGET
from tests.makers import make_ticket
from tests.pages import PageClient

HEAD = "This view names what is not there any more"
NAMES = (
    (Gone("tag", "vip"), "is:open tag:vip", ["vip"]),
    (Gone("tag", "VIP"), "is:open (tag:blue,vip OR -tag:vip)", ["vip", "vip"]),
    (Gone("tag", "vip"), 'is:open tag:vips "tag:vip" subject:vip', []),
    (Gone("group", "it support"), 'is:open group:"IT support"', ["IT support"]),
    (Gone("group", "it support"), 'group:Roads,"IT support" tag:"it support"', ["IT support"]),
    (Gone("custom.floor", "custom.floor"), "is:open custom.floor:>2", ["custom.floor:"]),
    (Gone("requester", "a.b"), "requester:a.b requester:aXb", ["a.b"]),
)


def test_the_place_in_a_query_is_that_of_the_name_and_of_no_other() -> None:
    for one, query, marked in NAMES:
        pieces = pieces_of(query, [one])
        assert "".join(words for words, _gone in pieces) == query
        assert (query, [words for words, is_gone in pieces if is_gone]) == (query, marked)


def sentences_on(client: PageClient, path: str) -> list[str]:
    page = client.get(path).get_data(as_text=True)
    if HEAD not in page:
        return []
    return re.findall(r"<li>([^<]*)</li>", page.partition(HEAD)[2].partition("</ul>")[0])


def test_a_view_says_which_of_its_names_are_gone(ben: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), ["vip"], by=None, cause="test")
    view = make_view(
        cast,
        "is:open (tag:vip,gold group:Highways OR -group:Moon requester:byrne requester:nemo"
        " OR assignee:me,ben,noone organisation:sea assignee:nobody)",
    )
    path = f"/views/view-{view.id}"
    assert sentences_on(ben, path) == [
        "No ticket has the tag “gold”.",
        "No group in use is called “Moon”.",
        "Nobody is called “nemo”.",
        "Nobody who works here is called “noone”.",
        "No organisation is called “sea”.",
    ]
    with unit_of_work():
        commands.set_tags(commands.lock(ticket.id), [], by=None, cause="test")
        db.session.get_one(Group, cast.highways.id).is_active = False
        db.session.get_one(Person, cast.ada.id).merged_into_id = cast.ben.id
    said = sentences_on(ben, path)
    assert said[:3] == [
        "No ticket has the tag “vip”.",
        "No ticket has the tag “gold”.",
        "No group in use is called “Highways”.",
    ]
    assert "Nobody is called “byrne”." in said


def test_who_left_is_named_no_more_once_their_tickets_are_with_others(
    ben: PageClient, cast: Cast
) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.cleo, by=None, cause="test")
        db.session.get_one(Person, cast.cleo.id).is_active = False
    path = f"/views/view-{make_view(cast, 'is:open assignee:cleo').id}"
    assert sentences_on(ben, path) == []
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), None, by=None, cause="test")
    assert sentences_on(ben, path) == ["Nobody who works here is called “cleo”."]


def test_who_may_change_such_a_view_is_led_there_and_others_to_a_copy(
    ben: PageClient, cast: Cast
) -> None:
    view = make_view(cast, "is:open tag:vip")
    own = make_view(cast, "is:open tag:vip", Audience.OWN, by="ben")
    page = ben.get(f"/views/view-{view.id}").get_data(as_text=True)
    assert "<code>is:open tag:<mark>vip</mark></code>" in page
    assert f'href="/views/new?copy={view.id}"' in page
    page = ben.get(f"/views/view-{own.id}").get_data(as_text=True)
    assert page.count(f'href="/views/{own.id}/edit"') == 2
    page = ben.get(f"/views/{own.id}/edit").get_data(as_text=True)
    assert HEAD in page
    assert "<mark>vip</mark>" in page
    assert "No ticket has the tag “vip”." in ben.get("/views/preview?query=tag:vip").text


def test_a_field_out_of_use_is_named_with_its_label(ben: PageClient, cast: Cast) -> None:
    with unit_of_work():
        field = customizing.add_field(key="floor", label="Floor", kind="number")
    view = make_view(cast, "is:open custom.floor:2")
    assert sentences_on(ben, f"/views/view-{view.id}") == []
    with unit_of_work():
        customizing.edit_field(
            field, label="Storey", options=[], ticket_types=[], position=0, is_active=False, by=None
        )
    assert sentences_on(ben, f"/views/view-{view.id}") == [
        "The field “Storey” is out of use; what tickets held in it still counts."
    ]


def test_to_look_for_what_is_gone_costs_one_statement_and_none_where_nothing_is_named(
    ben: PageClient, cast: Cast
) -> None:
    spent = []
    for query in ("is:open", "is:open tag:a,b,c group:IT requester:nemo organisation:x"):
        path = f"/views/view-{make_view(cast, query, Audience.OWN, by='ben').id}"
        ben.get(path)
        with counted() as statements:
            ben.get(path)
        spent.append(len(statements))
    assert spent[1] == spent[0] + 1 <= LIST_BUDGET + 2
