"""A list as a file for a spreadsheet: the rows that the list itself would show, page after page (S06)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from flask import Response, request, stream_with_context
from flask_babel import gettext as _

from helpdesk.people.access import Actor
from helpdesk.tickets.models import CustomField
from helpdesk.tickets.queries import Row
from helpdesk.web import words
from helpdesk.web.auth import current_actor
from helpdesk.web.console import added_columns, views
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.downloads import disposition
from helpdesk.web.console.lists import page_of, view_asked
from helpdesk.web.console.narrowing import Narrowing, read_narrowing

MOST_ROWS = 20_000
A_PAGE = 500
# What spreadsheets take for a formula at the head of a cell (S45).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | float
# By this sign spreadsheets know that the file is written in UTF-8.
_MARK = "\ufeff"


@console.get("/views/<view>/export")
def export_list(view: str) -> Response:
    """The list at this address as comma-separated values, without its pages."""
    actor = current_actor()
    chosen = view_asked(actor, view, request.args)
    narrowing = read_narrowing(request.args, chosen.sort)
    added = added_columns.fields_named(views.shown_for(actor, chosen).added)
    heads = [*_heads(), *(one.label for one in added)]
    lines = _lines(heads, _rows(actor, chosen, narrowing, added))
    answer = Response(stream_with_context(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = disposition(f"{chosen.title}.csv", "attachment")
    return answer


def _rows(
    actor: Actor, view: views.View, narrowing: Narrowing, added: Sequence[CustomField]
) -> Iterator[list[Cell]]:
    """All rows of the list, by its own query, as far as a file may go; the added fields of its view last."""
    after: str | None = None
    for _page in range(MOST_ROWS // A_PAGE):
        page = page_of(actor, view, narrowing, after=after, limit=A_PAGE)
        held = added_columns.held_by(page.rows, added)
        for row in page.rows:
            own = [added_columns.plain(held[row.id].get(one.key)) for one in added]
            yield [*_cells(row), *own]
        after = page.older
        if after is None:
            return


def _lines(heads: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    yield _MARK + _line(heads)
    for row in rows:
        yield _line(row)


def _line(cells: Iterable[Cell]) -> str:
    held = io.StringIO()
    csv.writer(held).writerow([as_text(one) if isinstance(one, str) else one for one in cells])
    return held.getvalue()


def as_text(cell: str) -> str:
    """A cell that a spreadsheet reads as text, whatever it begins with."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _heads() -> list[str]:
    return [
        _("Number"),
        _("Subject"),
        _("Type"),
        _("Status"),
        _("Priority"),
        _("Group"),
        _("Assignee"),
        _("Requester"),
        _("Channel"),
        _("Tags"),
        _("Opened"),
        _("Last activity"),
        _("Due"),
    ]


def _cells(row: Row) -> list[str]:
    return [
        row.number,
        row.subject,
        words.type_word(row.type),
        words.status_word(row.status, row.type),
        f"P{row.priority}",
        row.group or "",
        row.assignee or "",
        row.requester,
        words.channel_word(row.channel),
        ", ".join(row.tags),
        _instant(row.created_at),
        _instant(row.last_activity_at),
        _instant(row.due_at),
    ]


def _instant(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""
