"""Operations in words: what was done, what of it stands, and what undoing left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.operations.models import Act, Operation, OperationState
from helpdesk.tickets.models import Ticket

MOST_NUMBERS = 3


def summary(operation: Operation, tickets: Sequence[Ticket], names: Mapping[int, str]) -> str:
    """What was done, in a line; `tickets` are those of it that the reader may see, `names` those of people."""
    said = operation.said
    others = [one for one in tickets if one.id != operation.ref_id]
    here = next((one.number for one in tickets if one.id == operation.ref_id), _("a hidden ticket"))
    numbers = _numbers(others, operation.size)
    if operation.act is Act.MACRO:
        title = str(said.get("title") or said.get("macro", ""))
        return _("Macro “%(title)s” on %(numbers)s", title=title, numbers=numbers)
    if operation.act is Act.MERGE:
        return _("Merged %(numbers)s into %(number)s", numbers=_numbers(others, 1), number=here)
    if operation.act in (Act.SPLIT, Act.MESSAGE):
        return _("Split %(numbers)s: %(number)s", numbers=_numbers(others, 1), number=here)
    if operation.act is Act.HANDOVER:
        return _("Handed over %(numbers)s", numbers=numbers)
    if operation.act is Act.PEOPLE:
        kept, gone = names.get(said.get("kept", 0), "–"), names.get(said.get("gone", 0), "–")
        return _("Merged the person %(gone)s into %(kept)s", gone=gone, kept=kept)
    if what := said.get("what"):
        return _("%(field)s of %(numbers)s", field=field_word(str(what)), numbers=numbers)
    return _("Changed %(numbers)s", numbers=numbers)


def state_word(operation: Operation) -> tuple[str, str]:
    """How an operation stands, and the tone of its pill; "" for one that is simply done."""
    return {
        OperationState.RUNNING: (_("going on"), "info"),
        OperationState.STOPPED: (_("stopped"), "warn"),
        OperationState.DONE: ("", ""),
        OperationState.UNDOING: (_("being taken back"), "info"),
        OperationState.UNDONE: (_("taken back"), ""),
    }[operation.state]


def field_word(name: str) -> str:
    """A field as undoing names it."""
    labels = {
        "type": _("Type"),
        "status": _("Status"),
        "group": _("Group"),
        "assignee": _("Assignee"),
        "priority": _("Priority"),
        "subject": _("Subject"),
        "requester": _("Requester"),
        "tags": _("Tags"),
        "watchers": _("Watchers"),
        "messages": _("Messages"),
        "links": _("Links"),
    }
    return labels.get(name) or name.removeprefix("custom.").replace("_", " ").capitalize()


def left_words(told: Mapping[str, Any]) -> list[str]:
    """What undoing left on one ticket, a sentence for each reason."""
    found = []
    kept = [field_word(name) for name in told.get("kept", ())]
    if kept:
        found.append(_("%(fields)s: changed since, so left as it is.", fields=", ".join(kept)))
    for name, why in told.get("refused", {}).items():
        found.append(f"{field_word(name)}: {why}" if name else str(why))
    return found


def taken_back_words(after: Mapping[str, Any]) -> str:
    """A line of a ticket's history."""
    back = ", ".join(field_word(str(name)) for name in after.get("went_back", ()))
    return _("Taken back: %(fields)s", fields=back)


def undone_words(whole: int, left: int) -> str:
    """What is said after undoing."""
    if not left:
        return _("Taken back.")
    if not whole:
        return ngettext(
            "%(num)s ticket was changed since, and what was changed stayed.",
            "%(num)s tickets were changed since, and what was changed stayed.",
            left,
        )
    done = ngettext("%(num)s ticket is as it was.", "%(num)s tickets are as they were.", whole)
    stayed = ngettext(
        "On %(num)s ticket something stayed, since it was changed later.",
        "On %(num)s tickets something stayed, since it was changed later.",
        left,
    )
    return f"{done} {stayed}"


def _numbers(tickets: Sequence[Ticket], size: int) -> str:
    """The first numbers, and how many more."""
    shown = ", ".join(one.number for one in tickets[:MOST_NUMBERS])
    more = max(size, len(tickets)) - min(len(tickets), MOST_NUMBERS)
    if not shown:
        return ngettext("%(num)s ticket", "%(num)s tickets", max(size, 1))
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(num)s more", "%(shown)s and %(num)s more", more, shown=shown)
