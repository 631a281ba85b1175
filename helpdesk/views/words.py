"""Words of the messages, as a view asks for them: the index of the search says which tickets have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from helpdesk.people.access import Actor
from helpdesk.search.backend import Hit, SearchQuery
from helpdesk.search.finding import readers_of
from helpdesk.search.indexing import current_backend
from helpdesk.search.query import Filter
from helpdesk.search.states import damaged
from helpdesk.tickets.models import Message, Ticket
from workflows.condition_parts import Test

# As many matches as an index ranks; of commoner words the newest alone are found.
MOST_FOUND: Final = 2_000


@dataclass(frozen=True, slots=True)
class Look:
    """How words are looked for: among what may be read by those of these terms, None for all, and in open tickets only.

    `limits` gathers in words why not all that has them may have been found.
    """

    readers: tuple[str, ...] | None = None
    only_open: bool = False
    limits: list[str] = field(default_factory=list, compare=False)

    @property
    def is_blind(self) -> bool:
        """Whether the index could not be read, so that what was found says nothing."""
        return damaged() in self.limits


def look_of(actor: Actor, *, only_open: bool) -> Look:
    """How words are looked for when a person asks."""
    return Look(readers_of(actor), only_open)


def have_words(test: Test, look: Look) -> ColumnElement[bool]:
    """Whether `Ticket` has the word or phrase in its subject, its fields or one of its messages; asks the index once."""
    is_open = (Filter("is", ("open",)),) if look.only_open else ()
    answer = current_backend().search(
        SearchQuery(
            str(test),
            look.readers,
            kinds=("ticket", "message"),
            filters=is_open,
            limit=MOST_FOUND,
            suggests=False,
        )
    )
    if answer.limited and answer.limited not in look.limits:
        look.limits.append(answer.limited)
    of_messages = select(Message.ticket_id).where(Message.id.in_(_numbers(answer.hits, "message")))
    return or_(Ticket.id.in_(_numbers(answer.hits, "ticket")), Ticket.id.in_(of_messages))


def _numbers(hits: Sequence[Hit], kind: str) -> list[int]:
    split = (hit.ref.partition(":") for hit in hits)
    return [int(number) for of, _colon, number in split if of == kind]
