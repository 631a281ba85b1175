"""A desk with service levels, for the stories and the looks at their pages."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import clock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets import commands
from tests.cast import Cast
from tests.helpdesk.sla.desk import OFFICE, policy
from tests.makers import make_reply, make_ticket, make_words_of

AROUND = {"title": "Round the clock", "zone": "Europe/London", "weekly": {}}


def furnish(cast: Cast) -> list[str]:
    """Calendars, policies, and tickets whose clocks are late, due soon, paused and ended; their numbers."""
    with unit_of_work():
        store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="test")
        store.save(Kind.POLICY, "standard", _policy(), by=None, cause="test")
        off = {**_policy(), "title": "Members of the council", "active": False, "position": 20}
        store.save(Kind.POLICY, "members", {**off, "when": "type:incident"}, by=None, cause="test")
    soon = make_ticket(cast.ada, cast.it, subject="Printer prints blank pages")
    paused = make_ticket(cast.ada, cast.it, subject="Which of the two names would you like?")
    make_reply(paused, cast.ben)
    with unit_of_work():
        commands.change_status(commands.lock(paused.id), "pending_requester", by=None, cause="test")
    ended = make_ticket(cast.ada, cast.it, subject="Locked out after the password changed")
    make_reply(ended, cast.ben)
    make_words_of(ended, cast.ada)
    make_reply(ended, cast.ben)
    return [soon.number, paused.number, ended.number]


def _policy() -> dict[str, object]:
    """Round the clock, so that a story at any hour sees clocks that run."""
    return {**policy(position=10), "calendar": None}


def in_the_past(by: timedelta) -> object:
    """A clock that stands so far before now, to have made what has waited since."""
    return clock.use(clock.StoppedClock(clock.now() - by))
