"""What consoles are told of notices: only that there is news for their reader, once it is committed, and until it is read."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.notifications.commands import mark_read
from helpdesk.notifications.noting import note
from helpdesk.people.models import Person
from helpdesk.tickets.models import Ticket
from tests.helpdesk.live.conftest import LiveLines
from tests.helpdesk.live.streams import Frame, pass_of, watch
from tests.makers import make_ticket


def tell(person: Person, ticket: Ticket) -> None:
    with unit_of_work():
        note(
            db.session.get_one(Person, person.id),
            db.session.get_one(Ticket, ticket.id),
            "mention",
        )


def unread(count: int) -> Callable[[Frame], bool]:
    def is_told(frame: Frame) -> bool:
        return frame["type"] == "notices" and frame["unread"] == count

    return is_told


def test_a_notice_is_told_to_whom_it_is_for_and_to_nobody_else(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    ben, cleo = watch(lines, lines.cast.ben), watch(lines, lines.cast.cleo)
    tell(lines.cast.ben, ticket)
    first = ben.wait_for(unread(1))
    tell(lines.cast.ben, ticket)
    again = ben.wait_for(lambda one: unread(1)(one) and one["newest"] > first["newest"])
    tell(lines.cast.cleo, ticket)
    cleo.wait_for(unread(1))
    assert [one["unread"] for one in cleo.of("notices")] == [0, 1]
    assert set(again) == {"type", "unread", "newest"}


def test_what_is_read_in_one_window_is_read_in_the_others(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    ben = watch(lines, lines.cast.ben)
    tell(lines.cast.ben, ticket)
    ben.wait_for(unread(1))
    heard = len(ben.of("notices"))
    with unit_of_work():
        mark_read(lines.cast.ben.id)
    ben.wait_for(lambda one: unread(0)(one) and len(ben.of("notices")) > heard)


def test_whoever_holds_no_stream_is_told_the_same_when_asking(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    tell(lines.cast.ben, ticket)
    asked = urllib.request.Request(
        f"http://127.0.0.1:{lines.port}/live/console?once=1",
        headers={"Authorization": f"Bearer {pass_of(lines.cast.ben)}"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        frames = json.load(answer)
    assert [one["unread"] for one in frames if one["type"] == "notices"] == [1]
