"""list_ordered(): a page of a list in the order of a field that an administrator added.

No index has such an order: all tickets that the list holds are compared, so it is offered for open ones alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, String, and_, literal, or_, select, true

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.paging import Page, decode_cursor, encode_cursor
from helpdesk.people.access import Actor
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.narrowing import Filters, conditions_of, seen_on, shape_of, walks_of
from helpdesk.tickets.own_fields import ByField
from helpdesk.tickets.queries import PAGE, Row, rows_of

# The first value of a cursor: whether the last ticket of the page has a value, or none.
_SET, _UNSET = 1, 0


def list_ordered(
    actor: Actor,
    filters: Filters,
    order: ByField,
    *,
    after: str | None = None,
    limit: int = PAGE,
    where: ColumnElement[bool] | None = None,
) -> Page[Row]:
    """A page of the tickets this person may see, by a field; those without a value last. Two queries and that of tags."""
    walks, shape = walks_of(actor, filters), shape_of(filters)
    if not walks.names:
        return Page(rows=())
    place = order.place()
    query = select(Ticket.id, place.label("place")).where(
        or_(*map(seen_on, walks.names)),
        *conditions_of(shape.names),
        true() if where is None else where,
        _beyond(order, place, after),
    )
    turned = place.desc() if order.falls else place.asc()
    query = query.order_by(place.is_(None), turned, Ticket.id).limit(limit + 1)
    found = db.session.execute(query, {**walks.values, **shape.values}).all()
    older = _cursor(found[limit - 1]) if len(found) > limit else None
    return Page(rows=rows_of([row.id for row in found[:limit]]), older=older)


def _cursor(last: Sequence[Any]) -> str:
    ticket_id, place = last
    return encode_cursor([_UNSET if place is None else _SET, str(place), ticket_id])


def _beyond(order: ByField, place: ColumnElement[Any], after: str | None) -> ColumnElement[bool]:
    if not after:
        return true()
    is_set, held, ticket_id = decode_cursor(after, (int, str, int))
    if not is_set:
        return and_(place.is_(None), Ticket.id > ticket_id)
    reached: ColumnElement[Any] = (
        literal(held, String())
        if order.is_of_words
        else literal(_read_number(str(held)), Float(53))
    )
    further = place < reached if order.falls else place > reached
    return or_(further, and_(place == reached, Ticket.id > ticket_id), place.is_(None))


def _read_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Invalid("This page of the list does not exist.", "Go back to the start of the list.")
    return number
