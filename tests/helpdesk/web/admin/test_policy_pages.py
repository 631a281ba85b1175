"""The pages of policies: written in a form, tried before saving, listed in their order."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.makers import make_ticket
from tests.pages import PageClient

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
BODY: dict[str, Any] = {
    "title": "Standard",
    "position": 10,
    "calendar": "office",
    "metrics": {
        "first_response": {"targets": {"p2": 7200, "*": 14400}},
        "resolution": {"targets": {"p2": 28800}, "pause_in": ["waiting_requester"]},
    },
    "escalations": [{"id": "early", "metric": "resolution", "percent": 75, "title": "Early"}],
}
# What a browser sends of a form in which nothing was changed but what a test names.
TYPED = {
    "title": "Standard",
    "name": "standard",
    "calendar": "office",
    "position": "10",
    "active": "y",
    "on_change": "carry",
    "seen": "0",
    "do": "save",
    "first_response_calendar": "=",
    "resolution_calendar": "=",
    "resolution_reopen": "resume",
}


def keep(name: str, body: dict[str, Any], kind: Kind = Kind.POLICY) -> store.Version:
    with unit_of_work():
        return store.save(kind, name, body, by=None, cause="test")


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    keep("office", {"title": "Office", "zone": "Europe/London", "weekly": WEEK}, Kind.CALENDAR)
    client.sign_in("eve@borough.example")
    return client


def saved(name: str = "standard") -> dict[str, Any]:
    look_again()
    return dict(store.find(Kind.POLICY, name).body)


def text_of(client: PageClient) -> str:
    assert client.last is not None
    return unescape(client.last.get_data(as_text=True))


def test_a_policy_is_written_as_people_write_times(eve: PageClient) -> None:
    typed = {
        **TYPED,
        "first_response_p1": "30m",
        "first_response_any": "4 h",
        "resolution_p2": "2 days 3h",
        "resolution_pause": "waiting_requester",
        "e0_metric": "resolution",
        "e0_when": "before",
        "e0_value": "1h 30",
        "e0_title": "Hurry",
        "e0_notify": "leads",
    }
    eve.post("/admin/policies/new", typed)
    body = saved()
    assert body["metrics"]["first_response"]["targets"] == {"p1": 1800, "*": 14400}
    # A working day of this calendar has eight hours.
    assert body["metrics"]["resolution"]["targets"] == {"p2": 19 * 3600}
    assert body["metrics"]["resolution"]["pause_in"] == ["waiting_requester"]
    assert body["escalations"][0]["before"] == 5400
    assert body["escalations"][0]["title"] == "Hurry"
    assert body["escalations"][0]["notify"] == ["leads"]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"first_response_p1": "soon"}, "first-response-p1", "Write a length of time"),
        ({"first_response_p1": "4"}, "first-response-p1", "Write a length of time"),
        ({"e0_when": "percent", "e0_value": "x"}, "e0-value", "Write a share of the target"),
        ({"e0_value": "3h"}, "e0-when", "Choose when it happens"),
        ({"position": "first"}, "position", "A position is a whole number"),
        ({"calendar": "none-such"}, "calendar", "There is no such calendar"),
        ({"ownership_groups": "Housing 4h"}, "ownership-groups", "Write a group and a time"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    eve: PageClient, typed: dict[str, str], field: str, sentence: str
) -> None:
    mine = {"e0_metric": "resolution", "description": "Mind the gap", "resolution_p3": "3h"}
    eve.post("/admin/policies/new", {**TYPED, **mine, **typed}, status=422)
    page = text_of(eve)
    assert f'href="#{field}"' in page
    assert f'id="{field}"' in page
    assert sentence in page
    assert "Mind the gap" in page
    assert 'value="3h"' in page


def test_a_day_of_a_calendar_with_uneven_days_is_asked_for_in_hours(eve: PageClient) -> None:
    weekly = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"]], "wed": [["09:00", "10:00"]]}
    keep("odd", {"title": "Odd", "zone": "UTC", "weekly": weekly}, Kind.CALENDAR)
    typed = {**TYPED, "calendar": "odd", "resolution_p2": "2 days"}
    eve.post("/admin/policies/new", typed, status=422)
    assert "have different lengths" in text_of(eve)


def test_editing_shows_what_is_kept_and_keeps_what_no_field_shows(eve: PageClient) -> None:
    keep("standard", BODY)
    page = unescape(eve.get("/admin/policies/standard/edit").get_data(as_text=True))
    assert re.search(r'name="resolution_p2" value="8h"', page)
    assert re.search(r'name="e0_value" value="75"', page)
    typed = {
        **TYPED,
        "seen": "1",
        "first_response_p2": "2h",
        "resolution_p2": "6h",
        "e0_id": "early",
        "e0_metric": "resolution",
        "e0_when": "percent",
        "e0_value": "75",
        "e0_title": "Early",
    }
    eve.post("/admin/policies/standard/edit", typed)
    body = saved()
    assert body["metrics"]["resolution"]["targets"] == {"p2": 6 * 3600}
    assert body["escalations"] == BODY["escalations"]
    assert len(store.versions_of(Kind.POLICY, "standard")) == 2


def test_a_version_that_somebody_saved_meanwhile_is_not_written_over(eve: PageClient) -> None:
    keep("standard", BODY)
    keep("standard", {**BODY, "title": "Newer"})
    typed = {**TYPED, "seen": "1", "resolution_p2": "6h"}
    eve.post("/admin/policies/standard/edit", typed, status=409)
    assert "Somebody else saved a version" in text_of(eve)
    assert saved()["title"] == "Newer"


def test_the_tester_says_when_a_ticket_would_be_due_and_why(eve: PageClient) -> None:
    keep("standard", BODY)
    path = "/admin/policies/standard?test_priority=p2&test_at=2026-11-20T16:40"
    eve.get(path)
    page = text_of(eve)
    assert "A P2 High ticket created Fri 20 Nov 16:40" in page
    # Twenty minutes on Friday, the rest on Monday.
    assert "Mon 23 Nov 10:40" in page
    assert "Mon 23 Nov 16:40" in page
    assert "outside office hours" in page


def test_what_stands_in_the_form_can_be_tried_before_it_is_saved(eve: PageClient) -> None:
    typed = {
        **TYPED,
        "do": "test",
        "resolution_p1": "1h",
        "test_priority": "p1",
        "test_at": "2026-11-20T16:40",
        "test_from": "2026-11-20T16:45",
        "test_until": "2026-11-23T12:00",
        "resolution_pause": "waiting_requester",
    }
    eve.post("/admin/policies/new", typed, status=200)
    page = text_of(eve)
    assert "waiting for the requester" in page
    assert "Mon 23 Nov 12:55" in page
    look_again()
    assert store.current(Kind.POLICY) == []


def test_a_moment_that_is_none_is_said_at_its_field(eve: PageClient) -> None:
    keep("standard", BODY)
    eve.get("/admin/policies/standard?test_priority=p2&test_at=yesterday", status=422)
    assert 'href="#test-at"' in text_of(eve)


def test_the_list_is_in_the_order_in_which_policies_are_asked(eve: PageClient) -> None:
    keep("wide", {**BODY, "title": "For all", "position": 20})
    keep("narrow", {**BODY, "title": "For some", "when": "type:incident", "position": 10})
    page = eve.get("/admin/policies").get_data(as_text=True)
    assert page.index("For some") < page.index("For all")
    assert "the first policy of this list whose condition it meets" in page
    eve.post("/admin/policies/wide/move", {"to": "up"})
    look_again()
    assert [one.name for one in store.current(Kind.POLICY)] == ["wide", "narrow"]


@pytest.mark.parametrize("path", ["", "/new", "/standard", "/standard/edit"])
def test_each_page_keeps_its_budget_and_is_for_administrators(eve: PageClient, path: str) -> None:
    keep("standard", BODY)
    with counted() as statements:
        eve.get(f"/admin/policies{path}")
    assert len(statements) <= 9, "\n\n".join(statements)
    eve.post("/sign-out")
    eve.sign_in("cleo@borough.example")
    eve.get(f"/admin/policies{path}", status=403)


def test_what_saving_would_do_is_said_before_anything_is_saved(eve: PageClient) -> None:
    eve.post("/admin/policies/new", {**TYPED, "resolution_p1": "1h", "do": "preview"}, status=200)
    assert "Tickets opened from now on" in text_of(eve)
    look_again()
    assert store.current(Kind.POLICY) == []
    keep("standard", BODY)
    typed = {**TYPED, "seen": "1", "resolution_p1": "1h", "do": "preview"}
    eve.post("/admin/policies/standard/edit", typed, status=200)
    assert "No open ticket is under this policy" in text_of(eve)


def opened_under(cast: Cast, body: dict[str, Any]) -> str:
    """The number of a ticket that is under the standard policy."""
    keep("standard", body)
    return make_ticket(cast.ada, cast.it).number


def test_which_due_dates_would_move_is_shown_before_saving(eve: PageClient, cast: Cast) -> None:
    always = {**BODY["metrics"], "resolution": {"targets": {"*": 8 * 3600}}}
    number = opened_under(cast, {**BODY, "metrics": always})
    typed = {**TYPED, "seen": "1", "do": "preview", "resolution_any": "4h"}
    eve.post("/admin/policies/standard/edit", typed, status=200)
    page = text_of(eve)
    assert "1 open ticket is under this policy" in page
    assert number in page
    # Opened on Monday at ten: due at two instead of at ten the next day.
    assert "Tue 17 Nov 10:00" in page
    assert "Mon 16 Nov 14:00" in page
    look_again()
    assert len(store.versions_of(Kind.POLICY, "standard")) == 1


def test_counting_anew_needs_a_reason_and_shows_how_far_it_has_come(
    eve: PageClient, cast: Cast
) -> None:
    opened_under(cast, BODY)
    page = unescape(eve.get("/admin/policies/standard/recount").get_data(as_text=True))
    assert "No due date would move" in page
    eve.post("/admin/policies/standard/recount", {"why": " "}, status=422)
    assert 'href="#why"' in text_of(eve)
    eve.post("/admin/policies/standard/recount", {"why": "The calendar was wrong."})
    page = unescape(eve.get("/admin/policies").get_data(as_text=True))
    assert "standard counted anew" in page
    found = re.search(r'action="(/admin/policies/edits/\d+)"', page)
    assert found is not None
    eve.post(found[1], {"do": "stop"})
    assert "stopped" in eve.get("/admin/policies").get_data(as_text=True)
    eve.post(found[1], {"do": "go_on"})
