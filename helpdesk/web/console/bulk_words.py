"""What changing many tickets would do, in words: the change, and each ticket before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from helpdesk.operations.bulk import Look, Wanted
from helpdesk.people.queries import names_of
from helpdesk.web import words
from helpdesk.web.console import seen
from helpdesk.web.console.change_words import changes_shown
from helpdesk.web.console.names import Names, read_names


def wanted_words(wanted: Wanted) -> list[tuple[str, str]]:
    """Each thing that is to be done to every ticket: what, and to which value."""
    return list(_wanted(wanted))


def shown(looks: Sequence[Look]) -> list[dict[str, Any]]:
    """Each ticket with what would change about it; those that would be left alone first."""
    names = _names(looks)
    return [
        {
            "number": one.number,
            "subject": one.subject,
            "why_not": one.why_not,
            "changes": changes_shown(one.before, one.after, names),
        }
        for one in sorted(looks, key=lambda look: not look.why_not)
    ]


def _wanted(wanted: Wanted) -> Iterator[tuple[str, str]]:
    changes = wanted.changes
    if changes.assignee is not None:
        people = names_of([changes.assignee])
        yield _("Assignee"), people.get(changes.assignee, "") or _("nobody")
    if changes.group is not None:
        yield _("Group"), seen.group_name(changes.group) or _("No group")
    if changes.status is not None:
        yield _("Status"), words.status_word(changes.status)
    if changes.priority is not None:
        yield _("Priority"), f"P{changes.priority}" if changes.priority else _("By the matrix")
    if changes.type is not None:
        yield _("Type"), words.type_word(changes.type)
    if changes.tag:
        yield _("Add tags"), changes.tag
    if changes.untag:
        yield _("Remove tags"), changes.untag
    if wanted.macro:
        yield _("Macro"), wanted.macro


def _names(looks: Sequence[Look]) -> Names:
    ids: set[int | None] = set()
    for one in looks:
        for state in (one.before, one.after):
            ids |= {state.get("assignee"), state.get("requester"), *state.get("watchers", ())}
    return read_names(ids, watching=0)
