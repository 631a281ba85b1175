"""What a member of staff was told, on their page: words, what is unread, and what comes by mail as well."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.digests import digest_of
from helpdesk.notifications.preferences import Preferences, Topic, Way, preferences_of
from helpdesk.notifications.queries import latest, stamp_of
from helpdesk.sla.sweeping import owe_if_due
from helpdesk.tickets import commands
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.helpdesk.sla.desk import set_up
from tests.helpdesk.web.console.budget import look_again
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.fixture
def mine(cast: Cast) -> Ticket:
    set_up()
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        commands.assign(commands.lock(ticket.id), cast.ben, by=None, cause="test")
    return ticket


def page_of(client: PageClient) -> str:
    return unescape(client.get("/notices").get_data(as_text=True))


def let_time_pass(clock: StoppedClock, settle: Callable[[], None], minutes: int) -> None:
    clock.advance(timedelta(minutes=minutes))
    with unit_of_work():
        owe_if_due()
    settle()


def test_an_agent_reads_that_a_ticket_is_due_soon_and_then_that_it_is_late(
    client: PageClient,
    mine: Ticket,
    clock: StoppedClock,
    settle: Callable[[], None],
) -> None:
    settle()
    let_time_pass(clock, settle, 46)
    client.sign_in("ben@borough.example")
    page = page_of(client)
    assert "Due soon: it will be late if nothing is done" in page
    assert "Late: a target was missed" not in page
    assert "Reply due in 14 min" in page
    let_time_pass(clock, settle, 30)
    page = page_of(client)
    assert page.index("Late: a target was missed") < page.index("Due soon: it will be late")


def test_the_rail_counts_what_is_unread_until_it_is_read(
    client: PageClient, mine: Ticket, settle: Callable[[], None]
) -> None:
    settle()
    client.sign_in("ben@borough.example")
    page = client.get("/tickets").get_data(as_text=True)
    assert re.search(r'"/notices"[^>]* data-go="n"', page)
    assert "unread" in page_of(client)
    client.post("/notices/read")
    assert "Mark all as read" not in page_of(client)


def test_each_chooses_of_what_they_are_told_and_how(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    client.post("/me/notices", {"late_mail": "y", "late_bell": "y", "new_desktop": "y"})
    look_again()
    wanted = {(Topic.LATE, Way.MAIL), (Topic.LATE, Way.BELL), (Topic.NEW, Way.DESKTOP)}
    assert preferences_of(cast.ben.id) == Preferences(frozenset(wanted))
    assert preferences_of(cast.cleo.id) == Preferences()
    assert "Back to the defaults" in unescape(client.get("/me").get_data(as_text=True))
    client.post("/me/notices", {"late_mail": "y", "reset": "y"})
    look_again()
    assert preferences_of(cast.ben.id) == Preferences()


def test_each_chooses_the_hour_and_days_of_a_daily_mail(
    client: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    client.sign_in("ben@borough.example")
    chosen = {"late_digest": "y", "hour": "8", "day_2": "y", "working_days": "y"}
    client.post("/me/notices", chosen)
    look_again()
    row = digest_of(cast.ben.id)
    assert row is not None
    assert (row.hour, row.weekdays, row.working_days) == (8, [2], True)
    assert row.next_at > clock.now()
    client.post(
        "/me",
        {"theme": "dark", "density": "compact", "time_zone": "Asia/Kolkata", "language": "en"},
    )
    look_again()
    row = digest_of(cast.ben.id)
    assert row is not None
    assert row.next_at.strftime("%H:%M") == "02:30"
    page = client.post("/me/notices", {"hour": "9", "new_mail": "y"}, status=422)
    said = unescape(page.get_data(as_text=True))
    assert "Choose at least one day." in said
    assert re.search(r'name="new_mail" value="y"[^>]* checked', said)
    client.post("/me/notices", {"hour": "99", "day_1": "y"}, status=422)
    client.post("/me/notices", {**chosen, "hour": "none"})
    look_again()
    assert digest_of(cast.ben.id) is None


def test_a_page_that_heard_its_bell_is_told_what_is_new_and_for_the_screen_no_more_than_wanted(
    client: PageClient, mine: Ticket, settle: Callable[[], None], clock: StoppedClock
) -> None:
    settle()
    client.sign_in("ben@borough.example")
    before = stamp_of(clock.now() - timedelta(seconds=30))
    after = stamp_of(clock.now() + timedelta(seconds=30))
    told = client.get(f"/notices/news?after={before}").get_json()["lines"]
    assigned = next(one for one in told if one["title"])
    assert (assigned["words"], assigned["number"]) == ("Assigned to you", mine.number)
    assert mine.number in assigned["body"]
    assert client.get(f"/notices/news?after={after}").get_json() == {"lines": []}
    assert client.get("/notices/news?after=x").get_json() == {"lines": []}
    client.post("/me/notices", {"assigned_desktop": "y", "brief": "y"})
    brief = client.get(f"/notices/news?after={before}").get_json()["lines"]
    said = [f"{one['title']}{one['body']}" for one in brief if one.get("title")]
    assert said
    assert all(mine.number not in one and mine.subject not in one for one in said)


def test_whoever_opens_a_ticket_has_read_what_they_were_told_of_it(
    client: PageClient, mine: Ticket, cast: Cast, settle: Callable[[], None]
) -> None:
    other = make_ticket(cast.ada, cast.it)
    hidden = make_ticket(cast.ada, cast.highways)
    settle()
    client.sign_in("ben@borough.example")
    client.post("/notices/read", {"ticket": mine.number}, status=204)
    look_again()
    unread = [one.number for one in latest(cast.actor("ben")) if not one.is_read]
    assert unread == [other.number]
    client.post("/notices/read", {"ticket": hidden.number}, status=404)


def test_nobody_reads_what_others_were_told(
    client: PageClient, mine: Ticket, settle: Callable[[], None]
) -> None:
    settle()
    client.sign_in("dan@borough.example")
    assert mine.number not in page_of(client)
