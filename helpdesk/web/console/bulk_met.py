"""What is shown when somebody else changed chosen tickets meanwhile: what they did, what was chosen, and both ways on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template

from helpdesk.journal.reading import history_of
from helpdesk.people.access import Actor
from helpdesk.tickets.access import number_parts
from helpdesk.tickets.queries import Row, rows_of, visible_ids
from helpdesk.web.console import met
from helpdesk.web.console.history import Change, changed_lines, fields_in, people_in
from helpdesk.web.console.names import read_names

MOST_SHOWN = 50
MOST_ENTRIES = 60
FIELDS = ("assignee", "group", "status", "priority", "type", "tag", "untag", "macro")


@dataclass(frozen=True, slots=True)
class MetTicket:
    """A ticket as it is now, with what others changed."""

    row: Row
    changes: list[Change]
    messages: int


def page(
    actor: Actor,
    versions: Mapping[str, int],
    chosen: Sequence[tuple[str, str]],
    values: Mapping[str, Any],
    back: str,
) -> str:
    """The page of those that were left alone; all that was chosen can be sent again with one click."""
    ids = [parts[1] for number in versions if (parts := number_parts(number))]
    rows = rows_of(visible_ids(actor, ids[:MOST_SHOWN]))
    return render_template(
        "console/bulk_met.html",
        tickets=[_met(row, versions[row.number]) for row in rows],
        chosen=chosen,
        fields={name: values.get(name) or "" for name in FIELDS},
        back=back,
    )


def _met(row: Row, version: int) -> MetTicket:
    entries = history_of("ticket", row.id, limit=MOST_ENTRIES)
    newer = met.newer_than(version, row.version, entries)
    names = read_names(people_in(newer), watching=0, fields=fields_in(newer))
    messages = sum(one.event == "MessageAdded" for one in newer)
    return MetTicket(row, changed_lines(newer, names), messages)
