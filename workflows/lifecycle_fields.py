"""The fields that moves of lifecycles ask for: what each is called and how it is filled in."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from workflows.faults import N_


class FieldKind(enum.StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    YES = "yes"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a process: its name in rows and rules, its label, and for a choice what may be chosen."""

    name: str
    label: str
    kind: FieldKind = FieldKind.LINE
    options: tuple[str, ...] = ()
    default: str = ""


# What a ticket has anyway, or what is not typed in: a move may ask for these, and the form has them elsewhere.
OF_THE_TICKET = {
    "group": N_("Group"),
    "assignee": N_("Assignee"),
    "impact": N_("Impact"),
    "urgency": N_("Urgency"),
    "public_message": N_("A message to the requester"),
}
CUSTOM = "custom:"
LINK = "link:"

GUARDS = {
    "tasks_done": N_("Every task that must be done is done or skipped."),
    "no_approval_needed": N_("The request needs no approval."),
    "no_task_begun": N_("No task has been begun."),
    "not_major": N_("The incident is no accepted major incident."),
    "review_done": N_("The review is written."),
    "inside_window": N_("It is the planned time."),
    "no_freeze": N_("No freeze overlaps the planned time."),
    "template_active": N_("The template is in use and unchanged."),
    "not_blocked": N_("All that it depends on is done."),
    "may_be_skipped": N_("The task need not be done."),
    "no_dependent_done": N_("Nothing that depends on it is done."),
}

EFFECTS = {
    "open_tasks": N_("Tasks that depend on nothing are opened."),
    "cancel_tasks": N_("Open tasks and approvals are cancelled."),
    "void_approvals": N_("Approvals given so far count no longer."),
    "offer_resolve_linked": N_("Incidents that wait for it are offered to be resolved."),
}

_TEXT = {
    "resolution_note": N_("What was done"),
    "workaround": N_("Workaround"),
    "root_cause": N_("Root cause"),
    "fix_note": N_("How it was fixed"),
    "justification": N_("Why it is needed"),
    "implementation_plan": N_("Plan of the work"),
    "backout_plan": N_("Plan for going back"),
    "test_plan": N_("Plan of the tests"),
    "review": N_("Review"),
    "risk_answers": N_("Answers about the risk"),
}
_LINE = {
    "reason": N_("Reason"),
    "cancel_reason": N_("Why it is cancelled"),
    "pending_reason": N_("What it waits for"),
    "third_party": N_("Third party"),
    "services_or_cis": N_("Services and systems touched"),
    "peer_review": N_("Reviewed by a colleague"),
    "template": N_("Template"),
}
_MOMENT = {
    "pending_until": N_("Wait until"),
    "planned_from": N_("Planned from"),
    "planned_to": N_("Planned until"),
    "actual_from": N_("Began at"),
    "actual_to": N_("Ended at"),
}
_CHOICE = {
    "resolution_code": (
        N_("Resolution code"),
        (
            "fixed",
            "workaround",
            "no_fault",
            "duplicate",
            "no_response",
            "by_change",
            "by_problem",
            "user_error",
        ),
        "fixed",
    ),
    "close_code": (
        N_("Close code"),
        ("fix_applied", "risk_accepted", "duplicate", "not_reproducible"),
        "fix_applied",
    ),
    "risk": (N_("Risk"), ("low", "medium", "high"), ""),
    "change_kind": (N_("Kind of change"), ("normal", "standard", "emergency"), "normal"),
    "outcome": (
        N_("Outcome"),
        ("successful", "successful_with_issues", "backed_out", "failed"),
        "",
    ),
}
_YES = {
    "conflicts_checked": N_("Looked for conflicts"),
    "known_error": N_("Known error"),
}

KNOWN: dict[str, Field] = {
    **{name: Field(name, label, FieldKind.TEXT) for name, label in _TEXT.items()},
    **{name: Field(name, label) for name, label in _LINE.items()},
    **{name: Field(name, label, FieldKind.MOMENT) for name, label in _MOMENT.items()},
    **{
        name: Field(name, label, FieldKind.CHOICE, options, default)
        for name, (label, options, default) in _CHOICE.items()
    },
    **{name: Field(name, label, FieldKind.YES) for name, label in _YES.items()},
}


def field_named(name: str) -> Field:
    """The field of this name as it is known to all lifecycles, else a line of text called by its name."""
    return KNOWN.get(name) or Field(name, name.replace("_", " ").capitalize())


def is_typed(name: str) -> bool:
    """Whether a field is typed in when a move asks for it; the others stand on the ticket, or are links and messages."""
    return name not in OF_THE_TICKET and not name.startswith((CUSTOM, LINK))
