"""What rules did to a ticket and why, in the words of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from helpdesk.journal.models import Entry
from workflows.conditions import read_condition
from workflows.faults import Faulty

RULE = "rule: "


def rule_of(entry: Entry) -> str | None:
    """The rule that made a change, as the one who acted; None where it was somebody else."""
    if entry.actor_id is not None or not entry.cause.startswith(RULE):
        return None
    return str(_("Rule “%(name)s”", name=entry.cause.removeprefix(RULE)))


def ruled_words(entry: Entry) -> str | None:
    """An entry of a rule in a line; None for any other entry."""
    after = entry.after
    if entry.event == "RuleRan":
        said = _("Ran, because %(why)s", why=condition_words(str(after.get("held", ""))))
        notes = [one.partition(": ")[2] for one in after.get("did", ()) if ": " in one]
        lag = int(after.get("lag") or 0)
        if lag > 0:
            notes.append(_("%(num)s seconds after its time", num=lag))
        return f"{said}. {' '.join(notes)}" if notes else str(said)
    if entry.event == "RuleRefused":
        return str(_("Changed nothing: %(why)s", why=str(after.get("why_not", ""))))
    if entry.event == "RulesStopped":
        return str(_("Rules that set each other off were stopped: %(all)s", all=_chain(after)))
    return None


def condition_words(text: str) -> str:
    """A condition as a sentence in the reader's language."""
    try:
        return read_condition(text).words(lambda one: str(_(one)))
    except Faulty:
        # A condition of long ago, whose fields there are no more.
        return text


def _chain(after: Mapping[str, Any]) -> str:
    return str(after.get("chain", ""))
