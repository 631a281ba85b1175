"""What consoles are told: at once, without loss, in one question for all, and only what their readers may see."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from sqlalchemy import insert

from helpdesk.core import clock, push
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.journal.writing import TOPIC
from helpdesk.live.marks import mark_of
from helpdesk.people.grouping import leave_group
from helpdesk.people.models import Group, Person, Role, WebSession
from helpdesk.tickets import commands
from helpdesk.tickets.counting import capped_counts
from helpdesk.tickets.deleting import delete
from helpdesk.tickets.models import Ticket
from helpdesk.web.console.live_counts import RAIL, counts_of_all
from helpdesk.web.console.views import fixed_views, group_views
from tests.cast import make_person
from tests.conftest import BACKEND
from tests.helpdesk.live.conftest import LiveLines
from tests.helpdesk.live.streams import Stream, pass_of, watch
from tests.helpdesk.web.console.budget import counted
from tests.makers import make_note, make_ticket, make_words_of


def move(ticket: Ticket, group: Group | None) -> None:
    with unit_of_work():
        place = db.session.get_one(Group, group.id) if group else None
        commands.move_to_group(commands.lock(ticket.id), place, by=None, cause="test")


def say_here(lines: LiveLines, stream: Stream, number: str, state: str = "looking") -> int:
    said = {"pass": stream.pass_, "ticket": number, "state": state, "tab": "one"}
    asked = urllib.request.Request(
        f"http://127.0.0.1:{lines.port}/live/here", json.dumps(said).encode(), method="POST"
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_change_is_told_at_once_with_the_version_it_made(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    ben = watch(lines, lines.cast.ben)
    make_words_of(ticket, lines.cast.ada)
    told = ben.wait_for_ticket(ticket.number)
    db.session.refresh(ticket)
    while told["version"] < ticket.version:
        told = [one for frame in ben.of("tickets") for one in frame["tickets"]][-1]
    assert "message" in told["what"]


def test_a_hidden_ticket_is_in_no_event_by_number_by_count_or_by_mark(lines: LiveLines) -> None:
    shown = make_ticket(lines.cast.ada, lines.cast.it)
    dan, ben = watch(lines, lines.cast.dan), watch(lines, lines.cast.ben)
    before = dan.of("counts")
    canary = make_ticket(lines.cast.ada, lines.cast.it, subject="Canary")
    make_note(shown, lines.cast.ben)
    assert say_here(lines, ben, canary.number) == 204
    ben.wait_for(lambda one: one["type"] == "presence")
    # The same look told Ben; what comes after it would come after anything said of the canary.
    own = make_ticket(lines.cast.ada, lines.cast.highways)
    dan.wait_for_ticket(own.number)
    ben.wait_for_ticket(canary.number)
    assert dan.numbers() == [own.number] * len(dan.numbers())
    assert dan.of("counts")[: len(before)] == before
    assert all(one["counts"].get("open", 1) <= 1 for one in dan.of("counts"))
    assert not dan.of("presence")
    for secret in (canary.number, shown.number, "Canary"):
        assert secret not in dan.text
    assert mark_of(7) != mark_of(7)


def test_a_stream_that_was_lost_goes_on_from_its_mark(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    pass_ = pass_of(lines.cast.ben)
    first = watch(lines, lines.cast.ben, pass_=pass_)
    make_words_of(ticket, lines.cast.ada)
    first.wait_for_ticket(ticket.number)
    first.close()
    missed = make_ticket(lines.cast.ada, lines.cast.it)
    hidden = make_ticket(lines.cast.ada, lines.cast.highways)
    again = watch(lines, lines.cast.ben, pass_=pass_, after=first.mark)
    assert missed.number in again.numbers()
    assert hidden.number not in again.text


@pytest.mark.parametrize("mark", [0, 10**9])
def test_more_than_is_kept_is_said_and_not_lost(lines: LiveLines, mark: int) -> None:
    with unit_of_work():
        rows = [
            {"subject_kind": "person", "subject_id": 10**6, "seq": seq, "event": "PersonEdited"}
            | {"cause": "test", "before": {}, "after": {}, "at": clock.now()}
            | {"previous": "", "digest": ""}
            for seq in range(1, 1_002)
        ]
        db.session.execute(insert(Entry), rows)
    with lines.app.app_context():
        after = mark_of(mark)
    stream = watch(lines, lines.cast.ben, after=after)
    assert stream.of("refetch")


def test_what_goes_out_of_sight_is_said_once_and_then_nothing_more(lines: LiveLines) -> None:
    moved = make_ticket(lines.cast.ada, lines.cast.it)
    deleted = make_ticket(lines.cast.ada, lines.cast.it)
    ben, dan = watch(lines, lines.cast.ben), watch(lines, lines.cast.dan)
    move(moved, lines.cast.highways)
    ben.wait_for(lambda one: one == {"type": "gone", "numbers": [moved.number]})
    dan.wait_for_ticket(moved.number)
    with unit_of_work():
        delete(commands.lock(deleted.id), "Test", by=None, cause="test")
    ben.wait_for(lambda one: one == {"type": "gone", "numbers": [deleted.number]})
    heard = len(ben.numbers())
    make_words_of(moved, lines.cast.ada)
    dan.wait_for(lambda one: dan.numbers().count(moved.number) > 1)
    assert len(ben.numbers()) == heard
    assert deleted.number not in dan.text


def test_whoever_loses_a_right_is_told_nothing_that_came_after(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    ben, cleo = watch(lines, lines.cast.ben), watch(lines, lines.cast.cleo)
    heard = [len(one.numbers()) for one in (ben, cleo)]
    with unit_of_work():
        leave_group(
            db.session.get_one(Person, lines.cast.ben.id),
            db.session.get_one(Group, lines.cast.it.id),
        )
    make_words_of(ticket, lines.cast.ada)
    cleo.wait_for(lambda _one: ticket.number in cleo.numbers()[heard[1] :])
    ben.wait_for(lambda one: one["type"] == "refetch")
    assert ticket.number not in ben.numbers()[heard[0] :]


def test_signing_out_ends_the_stream(lines: LiveLines) -> None:
    stream = watch(lines, lines.cast.ben)
    with unit_of_work():
        for session in db.session.query(WebSession).filter_by(person_id=lines.cast.ben.id):
            db.session.delete(session)
        push.publish_after("sessions")
    stream.wait_for(lambda one: one["type"] == "ended")
    again = Stream(lines.port, stream.pass_).open()
    again.wait()
    assert again.status == 401


def test_who_looks_and_who_writes_is_told_to_those_who_may_see_the_ticket(
    lines: LiveLines,
) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)
    ben, cleo, dan = (
        watch(lines, one) for one in (lines.cast.ben, lines.cast.cleo, lines.cast.dan)
    )
    assert say_here(lines, cleo, ticket.number, "writing") == 204
    told = ben.wait_for(lambda one: one["type"] == "presence")
    assert told["number"] == ticket.number
    cleo_writes = {"id": lines.cast.cleo.id, "name": "Cleo Marsh", "state": "writing"}
    assert told["people"] == [cleo_writes]
    assert say_here(lines, dan, ticket.number) == 404
    assert say_here(lines, dan, "INC-999999") == 404
    late = watch(lines, lines.cast.eve)
    assert late.of("everywhere")[0]["here"] == [{"number": ticket.number, "people": [cleo_writes]}]
    assert say_here(lines, cleo, ticket.number, "gone") == 204
    ben.wait_for(lambda one: one["type"] == "presence" and one["people"] == [])
    assert ticket.number not in dan.text
    assert watch(lines, lines.cast.dan).of("everywhere") == [{"type": "everywhere", "here": []}]


def test_the_counts_of_all_are_those_of_each(lines: LiveLines) -> None:
    cast = lines.cast
    mine = make_ticket(cast.ada, cast.it)
    make_ticket(cast.ada, cast.highways)
    make_ticket(cast.ada)
    with unit_of_work():
        commands.assign(
            commands.lock(mine.id), db.session.get_one(Person, cast.ben.id), by=None, cause="test"
        )
    actors = [cast.actor(name) for name in ("ben", "dan", "eve")]
    with lines.app.test_request_context():
        expected = []
        for actor in actors:
            own = [one for one in fixed_views(actor) if one.filters.is_open]
            asked = {one.key: one.filters for one in [*own, *group_views(actor)]}
            expected.append(capped_counts(actor, asked))
    found = counts_of_all(actors)
    assert [{key: one[key] for key in one if key != RAIL} for one in found] == expected


def test_a_change_costs_as_many_questions_for_many_consoles_as_for_one(lines: LiveLines) -> None:
    ticket = make_ticket(lines.cast.ada, lines.cast.it)

    def cost_of(streams: list[Stream]) -> int:
        before = [len(one.numbers()) for one in streams]
        with counted() as statements:
            make_words_of(ticket, lines.cast.ada)
            for stream, heard in zip(streams, before, strict=True):
                stream.wait_for(lambda one, s=stream, h=heard: len(s.numbers()) > h)  # type: ignore[misc]
        return sum("ticket.version" in one for one in statements)

    few = [watch(lines, lines.cast.ben)]
    cost_of(few)
    one = cost_of(few)
    with unit_of_work():
        more = [make_person(f"N {n}", f"n{n}@borough.example", Role.ADMIN) for n in range(5)]
    many = few + [watch(lines, person) for person in more]
    # A look may fall between two entries, but none is made for each console.
    assert cost_of(many) < one + len(more)


def test_whoever_cannot_hold_a_stream_asks_for_the_same(lines: LiveLines) -> None:
    shown, hidden = (
        make_ticket(lines.cast.ada, lines.cast.it),
        make_ticket(lines.cast.ada, lines.cast.highways),
    )
    asked = urllib.request.Request(
        f"http://127.0.0.1:{lines.port}/live/console?once=1&age=0",
        headers={"Authorization": f"Bearer {pass_of(lines.cast.ben)}"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        frames = json.load(answer)
    assert [one["type"] for one in frames] == [
        "hello",
        "tickets",
        "everywhere",
        "notices",
        "counts",
    ]
    assert shown.number in str(frames)
    assert hidden.number not in str(frames)


@pytest.mark.skipif(BACKEND != "postgres", reason="SQLite commits in the order of its numbers.")
def test_an_entry_that_is_committed_late_is_told_all_the_same(lines: LiveLines) -> None:
    early = make_ticket(lines.cast.ada, lines.cast.it)
    stream = watch(lines, lines.cast.ben)
    heard = len(stream.numbers())
    row = {"subject_kind": "ticket", "subject_id": early.id, "seq": 900, "event": "TagsChanged"}
    row |= {
        "cause": "test",
        "before": {},
        "after": {},
        "at": clock.now(),
        "previous": "",
        "digest": "",
    }
    with db.engine.connect() as other:
        other.execute(insert(Entry), row)
        later = make_ticket(lines.cast.ada, lines.cast.it)
        stream.wait_for_ticket(later.number)
        assert early.number not in stream.numbers()[heard:]
        other.commit()
    push.publish(TOPIC)
    stream.wait_for(lambda _one: early.number in stream.numbers()[heard:])
