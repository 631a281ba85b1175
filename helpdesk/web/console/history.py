"""The journal of a ticket in the words of its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.journal.models import Entry
from helpdesk.tickets.rating import MOST, rating_of
from helpdesk.web import moments, words
from helpdesk.web.console.due_words import due_words
from helpdesk.web.console.names import Names
from helpdesk.web.console.operation_words import taken_back_words
from helpdesk.web.console.routed import people_of_routing, routed_words
from helpdesk.web.console.ruled import rule_of, ruled_words
from helpdesk.web.console.side_lines import side_line
from workflows.lifecycle_fields import field_named

PERSON_KEYS = ("assignee", "requester")
TICKET_KEYS = ("moved_to", "moved_from", "merged_into")
CUSTOM = "custom."
PROCESS = "process."


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the journal as a thin line."""

    at: datetime
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed, as shown beside what somebody typed meanwhile.

    `words` is False where the journal keeps no text: it can say that a field changed and not what it was.
    """

    what: str
    before: str
    after: str
    who: str
    at: datetime
    words: bool = True


def people_in(entries: Iterable[Entry]) -> set[int | None]:
    """The people that these entries speak of."""
    found: set[int | None] = set()
    for entry in entries:
        found.add(entry.actor_id)
        found |= people_of_routing(entry.after) if entry.event == "TicketRouted" else set()
        for state in (entry.before, entry.after):
            found.update(state.get(key) for key in PERSON_KEYS)
            found.update(state.get("watchers") or ())
    return found


def fields_in(entries: Iterable[Entry]) -> set[str]:
    """The keys of the custom fields that these entries speak of."""
    return {
        key.removeprefix(CUSTOM)
        for entry in entries
        for key in entry.after.get("personal", {})
        if key.startswith(CUSTOM)
    }


def tickets_in(entries: Iterable[Entry]) -> set[int]:
    """The other tickets that these entries speak of, besides links."""
    return {
        state[key]
        for entry in entries
        for state in (entry.before, entry.after)
        for key in TICKET_KEYS
        if isinstance(state.get(key), int)
    }


def line_of(entry: Entry, names: Names, numbers: Mapping[int, str]) -> Line:
    """An entry in a line; `numbers` has the numbers of linked tickets that the reader may see."""
    actor = rule_of(entry) or names.person(entry.actor_id)
    special = ruled_words(entry) or due_words(entry) or _special(entry, numbers)
    if entry.event in ("MacroUsed", "MacroUndone"):
        special = _macro_words(entry)
    if entry.event == "TakenBack":
        special = taken_back_words(entry.after)
    if entry.event == "TicketRouted":
        special = routed_words(entry.after, names)
    if special is not None:
        return Line(entry.at, actor, special)
    told = [_told(change) for change in changes_of(entry, names)]
    return Line(entry.at, actor, "; ".join(told) or _("Changed"))


def _macro_words(entry: Entry) -> str:
    if entry.event == "MacroUndone":
        return _("Took back the macro %(name)s", name=str(entry.after.get("macro_undone", "")))
    return _("Used the macro “%(name)s”", name=str(entry.after.get("macro", "")))


def changes_of(entry: Entry, names: Names) -> list[Change]:
    """The fields that an entry changed."""
    who = names.person(entry.actor_id)
    found = [
        Change(
            label,
            value_of(key, entry.before.get(key), names),
            value_of(key, value, names),
            who,
            entry.at,
        )
        for key, value in entry.after.items()
        if (label := label_of(key)) and value != entry.before.get(key)
    ]
    for key in entry.after.get("personal", {}):
        found.append(Change(_personal_label(key, names), "", "", who, entry.at, words=False))
    return found


def changed_lines(entries: Sequence[Entry], names: Names) -> list[Change]:
    """All that these entries changed."""
    return [
        change
        for entry in entries
        if entry.event not in ("MessageAdded", "MessageRedacted")
        for change in changes_of(entry, names)
    ]


def _told(change: Change) -> str:
    if not change.words:
        return _("%(what)s was changed", what=change.what)
    if not change.before:
        return _("%(what)s: %(after)s", what=change.what, after=change.after)
    return _(
        "%(what)s: %(before)s → %(after)s",
        what=change.what,
        before=change.before,
        after=change.after,
    )


def _special(entry: Entry, numbers: Mapping[int, str]) -> str | None:
    if entry.event == "TicketOpened":
        channel = words.channel_word(str(entry.after.get("channel", "")))
        return _("Opened by %(channel)s", channel=channel)
    if entry.event == "MessageAdded":
        return _message_words(entry.after)
    if entry.event.startswith("Side"):
        return side_line(entry)
    if entry.event == "MessageRedacted":
        return _("Something was taken out of a message for good")
    if entry.event == "DeliveryFailed":
        return _("A mail could not be delivered")
    if entry.event == "CallBackPromised":
        return _promised_words(entry.after)
    if entry.event == "CallBackDone":
        return _("The promised call is done")
    if entry.event == "TicketRated":
        return _rated_words(entry)
    if entry.event in _MOVES:
        return _moved_words(entry, numbers)
    if entry.event in ("TicketDeleted", "TicketRestored"):
        return _("Deleted") if entry.event == "TicketDeleted" else _("Restored")
    if entry.event in ("TicketsLinked", "TicketsUnlinked"):
        state = entry.after if entry.event == "TicketsLinked" else entry.before
        other = numbers.get(state.get("link", 0), _("another ticket"))
        kind = words.link_word(str(state.get("kind", "")))
        if entry.event == "TicketsLinked":
            return _("Linked: %(kind)s %(other)s", kind=kind, other=other)
        return _("No longer linked: %(kind)s %(other)s", kind=kind, other=other)
    return None


def _rated_words(entry: Entry) -> str:
    """How the requester said it went; their words are read where they are kept, which few tickets have."""
    said = _("Said how it went: %(score)s of %(most)s", score=entry.after.get("rating"), most=MOST)
    rated = rating_of(entry.subject_id)
    return f"{said}: “{rated.words}”" if rated is not None and rated.words else said


_MOVES = ("MessagesTaken", "MessagesBrought", "TicketsMerged", "MergeUndone")


def _moved_words(entry: Entry, numbers: Mapping[int, str]) -> str:
    ids = [entry.after.get(key) or entry.before.get(key) for key in TICKET_KEYS]
    other = numbers.get(next((one for one in ids if one), 0), _("another ticket"))
    if entry.event == "MessagesTaken":
        count = len(entry.after.get("taken", ()))
        return ngettext(
            "%(num)d message went to %(other)s",
            "%(num)d messages went to %(other)s",
            count,
            other=other,
        )
    if entry.event == "MessagesBrought":
        count = len(entry.after.get("brought", ()))
        return ngettext(
            "%(num)d message came from %(other)s",
            "%(num)d messages came from %(other)s",
            count,
            other=other,
        )
    if entry.event == "TicketsMerged":
        return _("Merged into %(other)s", other=other)
    return _("No longer merged into %(other)s", other=other)


def _promised_words(after: Mapping[str, Any]) -> str:
    try:
        due = datetime.fromisoformat(str(after.get("due")))
    except ValueError:
        return _("Promised to ring back")
    return _("Promised to ring back: %(when)s", when=moments.stamp(due))


def _message_words(after: Mapping[str, Any]) -> str:
    if after.get("visibility") == "internal":
        return _("Internal note")
    if after.get("direction") == "out":
        return _("Reply")
    return _("Message by %(channel)s", channel=words.channel_word(str(after.get("channel", ""))))


def label_of(key: str) -> str:
    """What a field of a ticket is called; "" for what no reader is told of."""
    labels = {
        "status": _("Status"),
        "assignee": _("Assignee"),
        "group": _("Group"),
        "priority": _("Priority"),
        "impact": _("Impact"),
        "urgency": _("Urgency"),
        "type": _("Type"),
        "tags": _("Tags"),
        "watchers": _("Watchers"),
        "requester": _("Requester"),
        "resolution_code": _("Resolution code"),
        "pending_until": _("Wait until"),
        "reopened": _("Times reopened"),
        "priority_overridden": _("Priority set by hand"),
    }
    return labels.get(key, "") or _process_label(key)


def _process_label(key: str) -> str:
    is_field = key.startswith(PROCESS)
    return _(field_named(key.removeprefix(PROCESS)).label) if is_field else ""


def _personal_label(key: str, names: Names) -> str:
    if key.startswith(PROCESS):
        return _process_label(key)
    return names.field(key.removeprefix(CUSTOM)) if key.startswith(CUSTOM) else _("Subject")


def value_of(key: str, value: Any, names: Names) -> str:
    """The value of a field in words."""
    if key in PERSON_KEYS:
        return names.person(value) if value is not None else _("nobody")
    if key == "group":
        return names.group(value)
    if key == "watchers":
        return ", ".join(names.person(one) for one in value or ()) or _("nobody")
    if key == "tags":
        return ", ".join(value or ()) or _("none")
    if value is None:
        return ""
    if key == "resolution_code" or key.startswith(PROCESS):
        return words.code_word(str(value))
    if key == "pending_until":
        return moments.moment(datetime.fromisoformat(str(value))).exact
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "status":
        return words.status_word(str(value))
    if key == "type":
        return words.type_word(str(value))
    if key in ("impact", "urgency"):
        return words.level_word(str(value))
    return f"P{value}" if key == "priority" else str(value)
