"""The search page: tabs, orders, facets, errors with their place, and what is offered while one types."""

from __future__ import annotations

import re
from html import unescape

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import faceting
from helpdesk.tickets import commands
from helpdesk.web.console.search_facets import said_count, with_token, without
from tests.cast import Cast
from tests.helpdesk.knowledge.shelf import make_article
from tests.helpdesk.web.console.budget import counted
from tests.makers import make_ticket
from tests.pages import PageClient


def shown(client: PageClient, path: str, **asked: str) -> str:
    return unescape(client.get(path, query_string=asked).get_data(as_text=True))


def numbers_in(page: str) -> list[str]:
    return re.findall(r"<span>((?:INC|SRQ)-\d+)</span>", page)


def test_what_was_understood_stands_under_the_field(ben: PageClient) -> None:
    page = shown(ben, "/search", q="requester:ada -status:closed printer")
    said = "Tickets with: the word “printer”; requester is ada; status is not closed."
    assert said in page


def test_an_error_points_to_the_token_and_mends_it_with_a_click(ben: PageClient) -> None:
    page = shown(ben, "/search", q="bins status:resolvd")
    assert "bins <mark>status:resolvd</mark>" in page or "status is resolvd" in page
    page = shown(ben, "/search", q="bins subjct:lamp")
    assert "bins <mark>subjct:lamp</mark>\n     ^^^^^^^^^^^" in page
    assert 'href="/search?q=bins+subject:lamp"' in page
    assert 'aria-invalid="true"' in page


def test_tickets_people_and_articles_have_a_tab_each(ben: PageClient, cast: Cast) -> None:
    number = make_ticket(cast.ada, cast.it, subject="Printer").number
    make_article(title="Printer at home")
    tickets = shown(ben, "/search", q="printer")
    assert numbers_in(tickets) == [number]
    assert "Printer at home" not in tickets
    assert "Printer at home" in shown(ben, "/search", q="printer", tab="articles")
    assert number not in shown(ben, "/search", q="printer", tab="people")
    assert "Nothing was found" in shown(ben, "/search", q="zzzz", tab="articles")


@pytest.mark.parametrize("words", ["printer", "status:new"])
def test_what_was_found_is_sorted(ben: PageClient, cast: Cast, words: str) -> None:
    old, new = (make_ticket(cast.ada, cast.it, subject="Printer").number for _ in range(2))
    for order, expected in (("newest", [new, old]), ("oldest", [old, new])):
        assert numbers_in(shown(ben, "/search", q=words, sort=order)) == expected
    assert numbers_in(shown(ben, "/search", q=words, sort="nonsense")) != []


def facets_in(html: str) -> dict[str, str]:
    rows = re.findall(r"</span></span>?|<li><a href=\"([^\"]*)\"[^>]*>(.*?)</a></li>", html)
    found = {}
    for _address, inside in rows:
        label, _sep, count = re.sub(r"<[^>]+>", "|", inside).strip("|").rpartition("|")
        found[label.strip("|").split("|")[-1]] = count
    return found


def test_facets_count_what_the_reader_may_see_and_narrow_by_it(ben: PageClient, cast: Cast) -> None:
    for _ in range(2):
        make_ticket(cast.ada, cast.it)
    make_ticket(cast.ada)
    make_ticket(cast.ada, cast.highways)
    html = ben.get("/search/facets?q=printer").get_data(as_text=True)
    found = facets_in(html)
    assert (found["IT support"], found["No group"], found["New"]) == ("2", "1", "3")
    assert "Highways" not in html
    page = shown(ben, "/search", q='printer group:"it support"')
    assert len(numbers_in(page)) == 2
    assert "/search?q=printer+group:%22it+support%22" in html


def test_facets_without_a_script_are_part_of_the_page(ben: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it)
    assert "facets=yes" in shown(ben, "/search", q="printer")
    page = shown(ben, "/search", q="printer status:new", facets="yes")
    assert 'href="/search?q=printer" aria-current="true"' in page


def test_facets_count_so_far_and_say_so(
    ben: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faceting, "MOST", 2)
    for _ in range(3):
        make_ticket(cast.ada, cast.it)
    assert facets_in(ben.get("/search/facets?q=printer").get_data(as_text=True))["New"] == "2+"
    assert [said_count(120, cut=False), said_count(7, cut=False)] == ["100+", "7"]


@pytest.mark.parametrize(
    ("asked", "name", "narrowed", "widened"),
    [
        ("bins", "status", "bins status:new", "bins"),
        ("bins status:open", "status", "bins status:new", "bins"),
        ("-status:open x", "status", "-status:open x status:new", "-status:open x"),
        ('state:"new" a "b c"', "status", 'a "b c" status:new', 'a "b c"'),
    ],
)
def test_a_facet_takes_the_place_of_its_field(
    asked: str, name: str, narrowed: str, widened: str
) -> None:
    assert with_token(asked, name, "status:new") == narrowed
    assert without(asked, name) == widened


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/search?q=printer&sort=newest", 17),
        ("/search?q=printer&tab=articles", 12),
        ("/search?q=ada&tab=people", 13),
        ("/search/facets?q=printer", 9),
        ("/complete/query?q=assignee:b", 9),
    ],
)
def test_what_is_asked_costs_few_statements(
    ben: PageClient, cast: Cast, path: str, budget: int, rows: int
) -> None:
    for _ in range(rows):
        make_ticket(cast.ada, cast.it)
    with counted() as statements:
        ben.get(path)
    assert len(statements) <= budget, "\n\n".join(statements)


def offered(client: PageClient, text: str) -> list[str]:
    found = client.get("/complete/query", query_string={"q": text}).get_json()
    return [one["text"] for one in found]


def test_values_are_offered_as_far_as_the_reader_may_see_them(ben: PageClient, cast: Cast) -> None:
    seen, hidden = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.highways)
    with unit_of_work():
        commands.set_tags(commands.lock(seen.id), ["drum"], by=None, cause="test")
        commands.set_tags(commands.lock(hidden.id), ["canary"], by=None, cause="test")
    assert offered(ben, "group:") == ['"it support" ']
    assert offered(ben, "tag:") == ["drum "]
    assert offered(ben, "tag:c") == []
    assert offered(ben, "assignee:m") == ["me "]
    assert "in_progress " in offered(ben, "status:i")
    assert offered(ben, "priority:1") == ["1 "]
    assert offered(ben, "channel:em") == ["email "]


def test_a_search_that_was_understood_can_be_kept_as_a_view(ben: PageClient, cast: Cast) -> None:
    make_ticket(cast.ada, cast.it)
    assert 'href="/views/new?query=status:new"' in shown(ben, "/search", q="status:new")
    assert "/views/new?query" not in shown(ben, "/search", q="printer subjct:x")
    assert "status:new</textarea>" in shown(ben, "/views/new", query="status:new")
