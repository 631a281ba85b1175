"""What else keeps words of a ticket than its messages: its fields, the acts on it, what was asked and answered of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from helpdesk.answers.covering import covered
from helpdesk.answers.models import AnswerUse
from helpdesk.automation.models import RuleTrouble
from helpdesk.core.db import Model, db
from helpdesk.core.models import Answered
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging import showing
from helpdesk.messaging.models import ChannelThread
from helpdesk.messaging.talk_models import AwaitedFile
from helpdesk.operations.models import OperationPart
from helpdesk.redaction import stretches
from helpdesk.tickets import rewording
from helpdesk.tickets.commands import rename
from helpdesk.tickets.lives import lifecycle_of
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.processing import is_text
from helpdesk.tickets.rating_models import TicketRating

# What was asked within this time of a message may be the same question, which is kept without who asked it.
ASKED_WITHIN = timedelta(days=1)
# The beginning of a message that has at least so many signs is known again within a question.
_TELLING = 20
_MOST_USES = 5_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of row that keeps plain words of a ticket: which rows are its own, and which columns they stand in."""

    model: type[Model]
    of_ticket: Callable[[int, Sequence[int]], ColumnElement[bool]]
    columns: tuple[str, ...]


SHELVES = (
    Shelf(TicketRating, lambda ticket, _all: TicketRating.ticket_id == ticket, ("words",)),
    Shelf(AwaitedFile, lambda _ticket, all_: AwaitedFile.message_id.in_(all_), ("name", "words")),
    Shelf(ChannelThread, lambda ticket, _all: ChannelThread.ticket_id == ticket, ("shown",)),
    Shelf(RuleTrouble, lambda ticket, _all: RuleTrouble.ticket_id == ticket, ("text",)),
    Shelf(Answered, lambda ticket, all_: _answers_of(ticket, all_), ("answer",)),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Fields of one ticket and rows about it that hold a stretch; `words` by name, as they are to become."""

    ticket: Ticket
    in_subject: bool
    words: Mapping[str, str]
    rows: Sequence[tuple[Model, tuple[str, ...]]]
    parts: Sequence[OperationPart]
    uses: Sequence[AnswerUse]

    @property
    def count(self) -> int:
        """In how many places it stands, beside the subject."""
        return len(self.words) + len(self.rows) + len(self.parts) + len(self.uses)


def find_beside(
    ticket: Ticket,
    pattern: re.Pattern[str],
    messages: Sequence[Message],
    holding: Sequence[Message],
) -> Beside:
    """What keeps the stretch beside the messages of a ticket; `holding` are those of them that hold it."""
    words = {
        name: _reworded(ticket, pattern, name, text)
        for name, text in rewording.words_of(ticket).items()
        if pattern.search(text)
    }
    parts = db.session.scalars(select(OperationPart).where(OperationPart.ticket_id == ticket.id))
    return Beside(
        ticket=ticket,
        in_subject=pattern.search(ticket.subject) is not None,
        words=words,
        rows=list(_rows(ticket, pattern, [one.id for one in messages])),
        parts=[one for one in parts if _part_of(pattern, one, ticket) != _part(one)],
        uses=_uses(ticket, pattern, holding),
    )


def clear_beside(found: Beside, pattern: re.Pattern[str], *, by: int | None, cause: str) -> None:
    """Put the mark in the place of the stretch in all of these; a question that held it is forgotten whole."""
    ticket = found.ticket
    for row, columns in found.rows:
        if isinstance(row, ChannelThread):
            # What the other side shows of the ticket is written anew, without it.
            owe(showing.JOB, row.id)
        for name in columns:
            setattr(row, name, _cleared(pattern, row, name))
    for part in found.parts:
        part.before, part.after, part.told = _part_of(pattern, part, ticket)
    for use in found.uses:
        use.wording = ""
    ticket.last_line = stretches.in_text(pattern, ticket.last_line)[0][:200]
    rewording.reword(ticket, found.words, by=by, cause=cause)
    if found.in_subject:
        rename(ticket, stretches.in_text(pattern, ticket.subject)[0], by=by, cause=cause)


def _rows(
    ticket: Ticket, pattern: re.Pattern[str], message_ids: Sequence[int]
) -> Iterable[tuple[Model, tuple[str, ...]]]:
    for shelf in SHELVES:
        for row in db.session.scalars(
            select(shelf.model).where(shelf.of_ticket(ticket.id, message_ids))
        ):
            if any(stretches.in_value(pattern, getattr(row, name))[1] for name in shelf.columns):
                yield row, shelf.columns


def _answers_of(ticket_id: int, message_ids: Sequence[int]) -> ColumnElement[bool]:
    """What programs were answered that opened this ticket or wrote on it."""
    ticket = db.session.get_one(Ticket, ticket_id)
    return or_(
        Answered.answer["ticket"]["number"].as_string() == ticket.number,
        Answered.answer["message"]["id"].as_integer().in_(message_ids),
    )


def _reworded(ticket: Ticket, pattern: re.Pattern[str], name: str, text: str) -> str:
    """A figure goes as a whole, since no mark can stand in its place."""
    if _is_figure(ticket.custom.get(name.removeprefix(rewording.CUSTOM))):
        return ""
    return stretches.in_text(pattern, text)[0]


def _cleared(pattern: re.Pattern[str], row: Model, name: str) -> Any:
    if isinstance(row, ChannelThread):
        return ""
    value = stretches.in_value(pattern, getattr(row, name))[0]
    most = getattr(row.__table__.c[name].type, "length", None)
    return value[:most] if isinstance(value, str) and most else value


def _part(part: OperationPart) -> tuple[dict[str, Any], ...]:
    return part.before, part.after, part.told


def _part_of(
    pattern: re.Pattern[str], part: OperationPart, ticket: Ticket
) -> tuple[dict[str, Any], ...]:
    """What an act keeps of a ticket, without the stretch; names, ids and what is chosen from lists stay."""
    written = rewording.written_keys()
    before, after = (_fields_of(pattern, one, ticket, written) for one in (part.before, part.after))
    told = {
        name: stretches.in_value(pattern, value)[0] if name in ("why", "refused") else value
        for name, value in part.told.items()
    }
    return before, after, told


def _fields_of(
    pattern: re.Pattern[str], fields: Mapping[str, Any], ticket: Ticket, written: frozenset[str]
) -> dict[str, Any]:
    cleared = dict(fields)
    if "subject" in cleared:
        cleared["subject"] = stretches.in_text(pattern, cleared["subject"])[0][:500]
    if "custom" in cleared:
        cleared["custom"] = _where(pattern, cleared["custom"], lambda key: key in written)
    if "why" in cleared.get("priority", {}):
        priority = cleared["priority"]
        cleared["priority"] = {**priority, "why": stretches.in_value(pattern, priority["why"])[0]}
    if "process" in cleared.get("status", {}):
        status, life = cleared["status"], lifecycle_of(ticket.type)
        kept = _where(pattern, status["process"], lambda key: is_text(life, key))
        cleared["status"] = {**status, "process": kept}
    return cleared


def _where(
    pattern: re.Pattern[str], values: Mapping[str, Any], is_written: Callable[[str], bool]
) -> dict[str, Any]:
    """Of a mapping the values that people wrote without the stretch, figures as a whole."""
    cleared = dict(values)
    for key, value in values.items():
        if is_written(key) and value is not None and pattern.search(str(value)):
            cleared[key] = None if _is_figure(value) else stretches.in_value(pattern, value)[0]
    return cleared


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float)


def _uses(ticket: Ticket, pattern: re.Pattern[str], holding: Sequence[Message]) -> list[AnswerUse]:
    """Questions that may have been this one: they hold the stretch, or begin as a message that does."""
    if not holding:
        return []
    near = or_(
        *(
            AnswerUse.at.between(one.created_at - ASKED_WITHIN, one.created_at + ASKED_WITHIN)
            for one in holding
        )
    )
    rows = db.session.scalars(
        select(AnswerUse).where(AnswerUse.wording != "", near).limit(_MOST_USES)
    )
    begun = [covered(one.text)[:100] for one in holding]
    begun += [covered(ticket.subject)] if pattern.search(ticket.subject) else []
    telling = [one for one in begun if len(one) >= _TELLING]
    return [
        one
        for one in rows
        if pattern.search(one.wording) or any(text in one.wording for text in telling)
    ]
