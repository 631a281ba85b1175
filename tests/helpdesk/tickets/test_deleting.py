"""A deleted ticket is hidden from everybody, with a reason, and can be brought back."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Conflict, Invalid, NotFound, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.tickets import deleting
from helpdesk.tickets.access import access_attachment, access_message, access_ticket
from helpdesk.tickets.commands import lock
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import Filters, capped_counts, list_tickets, other_tickets_of
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.makers import make_ticket, make_words_of
from workflows.lifecycle import Status


def deleted(cast: Cast, why: str = "Holds the data of a child.") -> Ticket:
    ticket = make_ticket(cast.ada, cast.it)
    make_words_of(ticket, cast.ada, files=(NewFile("a.txt", "text/plain", b"a"),))
    with unit_of_work():
        deleting.delete(lock(ticket.id), why, by=cast.cleo.id, cause="console")
    return ticket


@pytest.mark.parametrize("name", ["ada", "ben", "cleo", "eve"])
def test_nobody_reaches_a_deleted_ticket(cast: Cast, name: str) -> None:
    ticket, actor = deleted(cast), cast.actor(name)
    message = ticket.messages[-1]

    for reach in (
        lambda: access_ticket(actor, ticket.number),
        lambda: access_message(actor, message.id),
        lambda: access_attachment(actor, message.attachments[0].key),
    ):
        with pytest.raises(NotFound):
            reach()
    for is_open in (True, False, None):
        assert list_tickets(actor, Filters(is_open=is_open)).rows == []
    assert capped_counts(actor, {"open": Filters()}) == {"open": 0}
    assert other_tickets_of(actor, cast.ada.id) == []
    assert list(verify_all()) == []


def test_a_deleted_ticket_comes_back_as_it_was(cast: Cast) -> None:
    ticket = deleted(cast)

    with unit_of_work():
        deleting.restore(lock(ticket.id), by=cast.cleo.id, cause="console")

    assert access_ticket(cast.actor("ben"), ticket.number).status == Status.NEW
    assert list(verify_all()) == []


def test_a_reason_is_asked_for(cast: Cast) -> None:
    with pytest.raises(Invalid, match="Say why"):
        deleted(cast, "  ")


def test_deleting_twice_is_refused(cast: Cast) -> None:
    ticket = deleted(cast)
    with pytest.raises(Conflict), unit_of_work():
        deleting.delete(lock(ticket.id), "again", by=None, cause="console")


def test_whoever_leads_the_group_finds_it_among_the_deleted(cast: Cast) -> None:
    ticket = deleted(cast)

    assert [one.id for one in deleting.deleted_tickets(cast.actor("cleo"))] == [ticket.id]
    assert deleting.access_deleted(cast.actor("eve"), ticket.number).deleted_why == (
        "Holds the data of a child."
    )
    for name in ("ben", "dan"):
        assert deleting.deleted_tickets(cast.actor(name)) == []
        with pytest.raises(NotFound):
            deleting.access_deleted(cast.actor(name), ticket.number)


def test_only_who_leads_may_delete(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)

    with pytest.raises(Refused):
        access_ticket(cast.actor("ben"), ticket.number, to="delete")
    assert access_ticket(cast.actor("cleo"), ticket.number, to="delete").id == ticket.id
