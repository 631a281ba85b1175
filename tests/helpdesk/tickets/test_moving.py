"""Messages on the wrong ticket are moved out and taken back; tickets about one thing are merged and parted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.tickets import merging, moving
from helpdesk.tickets.models import LinkKind, Message, Ticket, TicketLink
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast, make_person
from tests.makers import make_note, make_reply, make_ticket, make_words_of
from workflows.lifecycle import Status


def ids_on(db: Any, ticket: Ticket) -> list[int]:
    found = select(Message.id).where(Message.ticket_id == ticket.id).order_by(Message.id)
    return list(db.session.scalars(found))


def out(message: Message, by: int) -> Ticket:
    with unit_of_work():
        return moving.move_out(message, by=by, cause="console")


def back(message: Message, by: int) -> Ticket:
    with unit_of_work():
        return moving.move_back(message, by=by, cause="console")


def merged(source: Ticket, target: Ticket, by: int) -> None:
    with unit_of_work():
        merging.merge(*moving.lock_both(source.id, target.id), by=by, cause="console")


def parted(source: Ticket, target: Ticket, by: int) -> None:
    with unit_of_work():
        merging.undo(*moving.lock_both(source.id, target.id), by=by, cause="console")


@pytest.fixture
def strange(cast: Cast) -> Message:
    """A message of somebody else on Ada's ticket."""
    ticket = make_ticket(cast.ada, cast.it)
    with unit_of_work():
        zoe = make_person("Zoe Quill", "zoe@citizen.example")
    return make_words_of(ticket, zoe, "The bins were not emptied.", subject="Bins")


def test_a_message_moved_out_has_a_ticket_of_its_own(cast: Cast, db: Any, strange: Message) -> None:
    old = strange.ticket

    new = out(strange, cast.ben.id)

    link = db.session.scalars(select(TicketLink)).one()
    assert (new.subject, new.requester.name, new.group_id) == ("Bins", "Zoe Quill", cast.it.id)
    assert (ids_on(db, new), new.message_count, new.status) == ([strange.id], 1, Status.NEW)
    assert strange.id not in ids_on(db, old)
    assert (old.message_count, old.last_line) == (1, "The printer on floor 2 prints blank pages.")
    assert (link.left_id, link.right_id, link.kind) == (new.id, old.id, LinkKind.RELATED)
    assert list(verify_all()) == []


def test_taking_it_back_takes_back_only_what_was_moved(
    cast: Cast, db: Any, strange: Message
) -> None:
    old, new = strange.ticket, out(strange, cast.ben.id)
    later = make_reply(new, cast.ben, "They come on Friday.")

    home = back(strange, cast.ben.id)

    assert home.id == old.id
    assert strange.id in ids_on(db, old)
    assert (ids_on(db, new), new.is_open) == ([later.id], True)
    assert strange.moved_from_id is None
    assert list(verify_all()) == []


def test_a_ticket_left_empty_is_closed_and_sends_on(cast: Cast, db: Any, strange: Message) -> None:
    old, new = strange.ticket, out(strange, cast.ben.id)

    back(strange, cast.ben.id)

    assert (new.status, new.merged_into_id, new.message_count) == (Status.CLOSED, old.id, 0)
    assert db.session.scalars(select(TicketLink)).all() == []
    assert list(verify_all()) == []


def test_the_only_message_of_a_ticket_stays(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    make_note(ticket, cast.ben)

    with pytest.raises(Invalid, match="only message"):
        out(ticket.messages[0], cast.ben.id)


def test_a_note_stays_with_its_ticket(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    note = make_note(ticket, cast.ben)

    with pytest.raises(Invalid, match="note stays"):
        out(note, cast.ben.id)


def test_a_message_that_never_moved_cannot_be_taken_back(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)

    with pytest.raises(Conflict, match="not moved"):
        back(ticket.messages[0], cast.ben.id)


def test_a_message_moved_twice_goes_back_to_where_it_came(cast: Cast, db: Any) -> None:
    first = make_ticket(cast.ada, cast.it)
    message = make_words_of(first, cast.ada, "One more thing.")
    second = out(message, cast.ben.id)
    make_words_of(second, cast.ada, "And another.")
    third = out(message, cast.ben.id)

    back(message, cast.ben.id)

    assert message.id in ids_on(db, first)
    assert third.merged_into_id == first.id
    assert list(verify_all()) == []


def test_merging_brings_all_messages_and_closes_the_other(cast: Cast, db: Any) -> None:
    source, target = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    make_note(source, cast.ben)
    moved = ids_on(db, source)

    merged(source, target, cast.ben.id)

    assert set(moved) < set(ids_on(db, target))
    assert (target.message_count, source.message_count) == (3, 0)
    assert (source.status, source.merged_into_id) == (Status.CLOSED, target.id)
    assert list(verify_all()) == []


def test_whoever_asked_on_the_merged_ticket_watches_the_other(cast: Cast) -> None:
    with unit_of_work():
        zoe = make_person("Zoe Quill", "zoe@citizen.example")
    source, target = make_ticket(zoe, cast.it), make_ticket(cast.ada, cast.it)

    merged(source, target, cast.ben.id)

    assert [one.person_id for one in target.watchers] == [zoe.id]
    parted(source, target, cast.ben.id)
    assert target.watchers == []


def test_parting_takes_back_what_was_moved_and_leaves_the_rest(cast: Cast, db: Any) -> None:
    source, target = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    moved, own = ids_on(db, source), ids_on(db, target)
    merged(source, target, cast.ben.id)
    later = make_words_of(target, cast.ada, "It works now.")

    parted(source, target, cast.ben.id)

    assert ids_on(db, source) == moved
    assert ids_on(db, target) == [*own, later.id]
    assert (source.status, source.merged_into_id) == (Status.NEW, None)
    assert list(verify_all()) == []


def test_merging_again_after_parting_holds(cast: Cast) -> None:
    source, target = make_ticket(cast.ada, cast.it), make_ticket(cast.ada, cast.it)
    for _ in range(2):
        merged(source, target, cast.ben.id)
        parted(source, target, cast.ben.id)

    assert list(verify_all()) == []


def test_a_ticket_is_merged_once_and_never_into_itself(cast: Cast) -> None:
    one, two, three = (make_ticket(cast.ada, cast.it) for _ in range(3))
    merged(one, two, cast.ben.id)

    for source, target in ((one, three), (three, one), (two, two)):
        with pytest.raises(Invalid):
            merged(source, target, cast.ben.id)


def test_a_chain_of_merges_leads_to_its_end(cast: Cast) -> None:
    one, two, three = (make_ticket(cast.ada, cast.it) for _ in range(3))
    merged(one, two, cast.ben.id)
    merged(two, three, cast.ben.id)

    end = moving.standing_for(one.id)
    assert end is not None
    assert end.id == three.id
    assert three.message_count == 3
    assert moving.standing_for(4711) is None


def test_a_moved_message_that_was_changed_is_named(cast: Cast, db: Any, strange: Message) -> None:
    out(strange, cast.ben.id)
    moved = strange.id
    with unit_of_work():
        db.session.execute(
            db.update(Message).where(Message.id == moved).values(text="I said nothing.")
        )

    assert [flaw.what for flaw in verify_all()] == [
        f"the text of message {moved} is not what the journal says"
    ]


def test_a_message_moved_past_the_journal_is_named(cast: Cast, db: Any, strange: Message) -> None:
    other, moved = make_ticket(cast.ada, cast.it), strange.id
    with unit_of_work():
        db.session.execute(db.update(Message).where(Message.id == moved).values(ticket_id=other.id))

    said = {flaw.what for flaw in verify_all()}
    assert f"message {moved} is gone" in said
    assert f"message {moved} is not in the journal" in said


def test_the_journal_says_who_moved_what_where(cast: Cast, db: Any, strange: Message) -> None:
    old = strange.ticket
    new = out(strange, cast.ben.id)

    [taken] = db.session.scalars(select(Entry).where(Entry.event == "MessagesTaken"))
    assert (taken.subject_id, taken.actor_id) == (old.id, cast.ben.id)
    assert taken.after == {"taken": [strange.id], "moved_to": new.id}
