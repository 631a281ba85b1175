"""Wallboards: told at once that their numbers may have changed, of their own groups alone, and not a word more."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.live.passes import make_board_pass
from helpdesk.people.commands import end_sessions
from helpdesk.people.models import Person, WebSession
from helpdesk.routing import profiles
from helpdesk.routing.boards import token_for
from tests.helpdesk.live.conftest import LiveLines
from tests.helpdesk.live.streams import Stream, pass_of, watch
from tests.makers import make_ticket


def screen(lines: LiveLines, pass_: str) -> Stream:
    """The stream of a screen, once it is kept fresh."""
    stream = Stream(lines.port, pass_, path="/live/board").open()
    lines.streams.append(stream)
    stream.wait_for(lambda one: one["type"] == "hello")
    return stream


def test_a_screen_is_told_of_its_groups_and_of_no_ticket(lines: LiveLines) -> None:
    cleo = watch(lines, lines.cast.cleo)
    board = screen(lines, token_for(lines.cast.actor("cleo")))
    elsewhere = make_ticket(lines.cast.ada, lines.cast.highways, subject="Elsewhere")
    eve = screen(lines, token_for(lines.cast.actor("eve")))
    make_ticket(lines.cast.ada, lines.cast.highways)
    eve.wait_for(lambda one: one["type"] == "board")
    assert not board.of("board")
    ticket = make_ticket(lines.cast.ada, lines.cast.it, subject="Canary")
    board.wait_for(lambda one: one["type"] == "board")
    cleo.wait_for(lambda one: one["type"] == "board")
    assert {frozenset(one) for one in board.of("board")} == {frozenset({"type"})}
    for secret in (ticket.number, elsewhere.number, "Canary", "id: "):
        assert secret not in board.text


def test_who_is_there_is_told_to_screens_and_leads(lines: LiveLines) -> None:
    board = screen(lines, token_for(lines.cast.actor("cleo")))
    cleo, ben = watch(lines, lines.cast.cleo), watch(lines, lines.cast.ben)
    with unit_of_work():
        agent = db.session.get_one(Person, lines.cast.ben.id)
        profiles.switch_availability(agent, False, actor=lines.cast.actor("ben"))
    board.wait_for(lambda one: one["type"] == "board")
    cleo.wait_for(lambda one: one["type"] == "board")
    assert not ben.of("board")


def test_the_pass_of_a_screen_opens_no_console_and_ends_with_its_link(lines: LiveLines) -> None:
    link = token_for(lines.cast.actor("cleo"))
    board = screen(lines, link)
    console = Stream(lines.port, link).open()
    console.wait()
    assert console.status == 401
    for wrong in (link + "x", pass_of(lines.cast.cleo), token_for(lines.cast.actor("ben"))):
        refused = Stream(lines.port, wrong, path="/live/board").open()
        refused.wait()
        assert refused.status == 401
    with unit_of_work():
        end_sessions(db.session.get_one(Person, lines.cast.cleo.id))
    board.wait_for(lambda one: one["type"] == "ended")
    board.wait()


def test_a_session_has_a_pass_for_its_wallboard_alone(lines: LiveLines) -> None:
    pass_of(lines.cast.cleo)
    session = db.session.query(WebSession).filter_by(person_id=lines.cast.cleo.id).one()
    pass_ = make_board_pass(session.id)
    screen(lines, pass_)
    console = Stream(lines.port, pass_).open()
    console.wait()
    assert console.status == 401
