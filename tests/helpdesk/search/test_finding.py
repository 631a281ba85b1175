"""Searching for a person: what they may see, and only that."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.search import indexing
from helpdesk.search.backend import SearchBackend
from helpdesk.search.finding import Results, find, suggest
from helpdesk.search.query import Fault
from helpdesk.search.snippets import CLOSING, OPENING
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewFile
from tests.cast import Cast, make_person
from tests.counting import count_queries
from tests.helpdesk.search.conftest import Settle
from tests.makers import make_note, make_reply, make_ticket, make_words_of

CANARY = "zorblaxian"


def numbers(results: Results) -> list[str]:
    return [found.row.number for found in results.tickets]


def test_a_new_message_is_found(engine: SearchBackend, cast: Cast, settle: Settle) -> None:
    ticket = make_ticket(cast.ada, cast.it, text="The lift is stuck.")
    settle()
    make_words_of(ticket, cast.ada, "Now the escalator too.")
    settle()
    assert numbers(find(cast.actor("ben"), "escalators")) == [ticket.number]


def test_messages_of_one_ticket_are_one_result_with_its_best_place_marked(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject="Lift", text="The lift is stuck & <b>loud</b>.")
    make_reply(ticket, cast.ben, "We look at the lift.")
    settle()
    [found] = find(cast.actor("ben"), "stuck lift").tickets
    assert found.subject == f"{OPENING}Lift{CLOSING}"
    assert f"The {OPENING}lift{CLOSING} is {OPENING}stuck{CLOSING} & <b>" in found.snippet


def test_another_groups_words_numbers_and_counts_never_appear(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    hidden = make_ticket(cast.ada, cast.highways, subject=CANARY, text=f"All about {CANARY}")
    make_note(hidden, cast.dan, f"{CANARY} again")
    settle()
    indexing.optimise()
    ben = cast.actor("ben")
    for text in (
        CANARY,
        "zorb*",
        '"about zorblaxian"',
        "zorblaxiam",
        hidden.number,
        "subject:zorblaxian",
        "all",
        "%",
        "_",
        "*",
        "zorb%",
        "is:open",
        "group:highways",
        f"number:{hidden.number}",
        "before:2999",
    ):
        results = find(ben, text)
        assert results.tickets == ()
        assert results.suggestion is None
        assert not results.more
    assert suggest(ben, "zorb") == []
    assert numbers(find(cast.actor("dan"), CANARY)) == [hidden.number]
    assert numbers(find(cast.actor("eve"), CANARY)) == [hidden.number]
    assert suggest(cast.actor("dan"), "zorb") == [CANARY]


def test_a_ticket_moved_away_is_hidden_at_once_even_from_a_stale_index(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    ticket = make_ticket(cast.ada, cast.it, text=CANARY)
    settle()
    with unit_of_work():
        commands.move_to_group(
            commands.lock(ticket.id), cast.highways, by=cast.cleo.id, cause="console"
        )
    assert find(cast.actor("ben"), CANARY).tickets == ()
    settle()
    assert numbers(find(cast.actor("dan"), CANARY)) == [ticket.number]


def test_a_requester_finds_the_public_messages_of_their_own_tickets_only(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    mine = make_ticket(cast.ada, cast.it, text="My lamp is broken")
    make_note(mine, cast.ben, f"The lamp, {CANARY}")
    with unit_of_work():
        commands.set_tags(commands.lock(mine.id), [CANARY], by=cast.ben.id, cause="console")
        other = make_person("Otto", "otto@borough.example")
    make_ticket(other, cast.it, text="The lamp of another")
    settle()
    ada = cast.actor("ada")
    assert numbers(find(ada, "lamp")) == [mine.number]
    assert CANARY not in find(ada, "lamp").tickets[0].snippet
    assert find(ada, CANARY).tickets == ()
    assert find(ada, "ada").people == ()


def test_the_number_of_a_ticket_brings_that_ticket_first(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    wanted = make_ticket(cast.ada, cast.it)
    for _ in range(3):
        make_ticket(
            cast.ada, cast.it, subject=f"As in {wanted.number}", text=f"{wanted.number} " * 5
        )
    settle()
    assert numbers(find(cast.actor("ben"), wanted.number.lower()))[0] == wanted.number


def test_filters_ask_the_database_as_it_is_now(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    tagged = make_ticket(cast.ada, cast.it, text="lamp")
    plain = make_ticket(cast.ada, text="lamp")
    settle()
    with unit_of_work():
        commands.set_tags(commands.lock(tagged.id), ["light"], by=None, cause="test")
        commands.assign(commands.lock(tagged.id), cast.ben, by=None, cause="test")
    ben = cast.actor("ben")
    for text in (
        "lamp tag:light",
        "lamp assignee:me",
        "lamp group:it",
        'lamp group:"IT support"',
        "tag:light",
        "lamp -is:unassigned",
        f"lamp number:{tagged.number}",
        "lamp assignee:kaya is:open status:new,closed",
    ):
        assert numbers(find(ben, text)) == [tagged.number], text
    for text in (
        "lamp -tag:light",
        "lamp group:none",
        "lamp is:unassigned",
        "assignee:nobody channel:email type:incident",
    ):
        assert numbers(find(ben, text)) == [plain.number], text
    for text in (
        "lamp is:closed",
        "lamp status:closed",
        "lamp before:2020",
        "lamp priority:1",
        "lamp tag:other",
        "lamp requester:nobody",
    ):
        assert numbers(find(ben, text)) == [], text


def test_people_are_found_by_name_and_address(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    indexing.index_people([cast.ada.id, cast.ben.id])
    assert [one.name for one in find(cast.actor("ben"), "byrne").people] == ["Ada Byrne"]
    [found] = find(cast.actor("ben"), "ada@borough.example").people
    assert found.addresses == ("ada@borough.example",)


def test_the_text_of_a_file_is_found(engine: SearchBackend, cast: Cast, settle: Settle) -> None:
    file = NewFile(name="minutes-2026.txt", content_type="text/plain", body=b"The quorum was met.")
    ticket = make_ticket(cast.ada, cast.it, files=(file,))
    settle()
    ben = cast.actor("ben")
    assert numbers(find(ben, "quorum")) == [ticket.number]
    assert numbers(find(ben, "minutes-2026.txt")) == [ticket.number]


def test_what_was_not_understood_is_noted(engine: SearchBackend, cast: Cast) -> None:
    notes = find(cast.actor("ben"), 'colour:red before:yesterday "open').notes
    assert [note.fault for note in notes] == [Fault.UNKNOWN_FIELD, Fault.BAD_DATE, Fault.OPEN_QUOTE]


def test_the_number_of_queries_does_not_grow_with_what_is_found(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    def queries() -> int:
        db.session.rollback()
        db.session.expire_all()
        with count_queries() as counted:
            find(ben, "lamp")
        return counted.count

    ben = cast.actor("ben")
    make_ticket(cast.ada, cast.it, text="lamp")
    settle()
    few = queries()
    for _ in range(12):
        make_ticket(cast.ada, cast.it, text="lamp")
    settle()
    assert queries() <= few <= 14


@pytest.mark.parametrize("page", [0, -1, 2, 10_000])
def test_a_page_out_of_range_is_empty_or_the_first(
    engine: SearchBackend, cast: Cast, page: int
) -> None:
    assert find(cast.actor("ben"), "lamp", page=page).tickets == ()


def test_pages_follow_each_other_without_repeats(
    engine: SearchBackend, cast: Cast, settle: Settle
) -> None:
    made = {make_ticket(cast.ada, cast.it, text="lamp").number for _ in range(5)}
    settle()
    ben = cast.actor("ben")
    pages = [find(ben, "lamp", page=number, limit=2) for number in (1, 2, 3)]
    assert [page.more for page in pages] == [True, True, False]
    assert sorted(number for page in pages for number in numbers(page)) == sorted(made)
