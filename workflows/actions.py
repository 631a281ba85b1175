"""What rules and macros do to a ticket: data with a sentence for each; whoever performs them stands above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar

from workflows.facts import CustomValue
from workflows.faults import N_

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `kind` is its name in files; `sentence` says it, with its own fields to fill in."""

    kind: ClassVar[str] = ""
    sentence: ClassVar[str] = ""
    # Whether a reader outside sees it, and whether it can be taken back.
    is_public: ClassVar[bool] = False
    is_undoable: ClassVar[bool] = True

    def describe(self, translate: Translate = str) -> str:
        """What it does, in plain words."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return translate(self.sentence) % values


@dataclass(frozen=True, slots=True)
class SetStatus(Action):
    """Move the ticket to a status, if its lifecycle lets it."""

    kind = "set_status"
    sentence = N_("Set the status to %(status)s.")
    status: str


@dataclass(frozen=True, slots=True)
class SetPriority(Action):
    """Give the ticket a priority, 1 the highest, whatever the matrix says."""

    kind = "set_priority"
    sentence = N_("Set the priority to %(priority)s.")
    priority: int


@dataclass(frozen=True, slots=True)
class SetType(Action):
    """Make the ticket another type."""

    kind = "set_type"
    sentence = N_("Make it a ticket of the type %(type)s.")
    type: str


@dataclass(frozen=True, slots=True)
class AssignGroup(Action):
    """Move the ticket to a group by its name."""

    kind = "assign_group"
    sentence = N_("Move it to the group %(group)s.")
    group: str


@dataclass(frozen=True, slots=True)
class AssignAgent(Action):
    """Give the ticket to an agent by address; empty for nobody."""

    kind = "assign_agent"
    agent: str

    def describe(self, translate: Translate = str) -> str:
        if not self.agent:
            return translate(N_("Give it to nobody."))
        return translate(N_("Give it to %(agent)s.")) % {"agent": self.agent}


@dataclass(frozen=True, slots=True)
class Route(Action):
    """Let the routing of the ticket's group choose an agent."""

    kind = "route"
    sentence = N_("Let the routing of its group choose an agent.")


@dataclass(frozen=True, slots=True)
class AddTag(Action):
    """Put a tag on the ticket."""

    kind = "add_tag"
    sentence = N_("Add the tag %(tag)s.")
    tag: str


@dataclass(frozen=True, slots=True)
class RemoveTag(Action):
    """Take a tag off the ticket."""

    kind = "remove_tag"
    sentence = N_("Take off the tag %(tag)s.")
    tag: str


@dataclass(frozen=True, slots=True)
class SetField(Action):
    """Set one of the administrator's own fields; an empty text clears it."""

    kind = "set_field"
    sentence = N_("Set %(key)s to %(value)s.")
    key: str
    value: CustomValue


@dataclass(frozen=True, slots=True)
class AddNote(Action):
    """Add an internal note."""

    kind = "add_note"
    sentence = N_("Add the note: %(text)s")
    is_undoable = False
    text: str


@dataclass(frozen=True, slots=True)
class SendReply(Action):
    """Write to the requester: a canned answer by its name, or a text."""

    kind = "send_reply"
    is_public = True
    is_undoable = False
    text: str = ""
    answer: str = ""

    def describe(self, translate: Translate = str) -> str:
        if self.answer:
            said = translate(N_("Send the requester the answer %(answer)s."))
            return said % {"answer": self.answer}
        return translate(N_("Send the requester: %(text)s")) % {"text": self.text}


WHO = ("assignee", "group", "leads", "admins")
_WHO_WORDS = {
    "assignee": N_("the assignee"),
    "group": N_("the members of its group"),
    "leads": N_("those who lead its group"),
    "admins": N_("the administrators"),
}


@dataclass(frozen=True, slots=True)
class Notify(Action):
    """Tell staff by mail: the assignee, the group, its leads, the administrators, or somebody by address."""

    kind = "notify"
    is_undoable = False
    who: str
    text: str

    def describe(self, translate: Translate = str) -> str:
        who = translate(_WHO_WORDS[self.who]) if self.who in _WHO_WORDS else self.who
        return translate(N_("Tell %(who)s: %(text)s")) % {"who": who, "text": self.text}


@dataclass(frozen=True, slots=True)
class AddWatcher(Action):
    """Let somebody watch the ticket, by address."""

    kind = "add_watcher"
    sentence = N_("Let %(person)s watch it.")
    person: str


ALL: tuple[type[Action], ...] = (
    SetStatus,
    SetPriority,
    SetType,
    AssignGroup,
    AssignAgent,
    Route,
    AddTag,
    RemoveTag,
    SetField,
    AddNote,
    SendReply,
    Notify,
    AddWatcher,
)
BY_KIND = {action.kind: action for action in ALL}
