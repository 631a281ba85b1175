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
    """Each ticket with what would become of it: those left alone first, those that are so already last."""
    names = _names(looks)
    return [
        {
            "number": one.number,
            "subject": one.subject,
            "why_not": one.why_not,
            "is_same": not one.why_not and not one.has_effect,
            "words": one.words,
            "changes": changes_shown(one.before, one.after, names),
        }
        for one in sorted(looks, key=lambda look: (not look.why_not, not look.has_effect))
    ]


def counts_of(looks: Sequence[Look], chosen: int, missing: int) -> dict[str, int]:
    """Of all that were chosen: how many would change, are so already, would be left alone, and are not looked at yet.

    `at_most` is how many would change if all of the latter did.
    """
    changed = sum(one.has_effect for one in looks)
    refused = sum(bool(one.why_not) for one in looks)
    return {
        "all": chosen + missing,
        "looked": len(looks) + missing,
        "changed": changed,
        "at_most": changed + chosen - len(looks),
        "refused": refused + missing,
        "same": len(looks) - changed - refused,
        "replies": sum(words.is_public for one in looks for words in one.words),
    }


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
