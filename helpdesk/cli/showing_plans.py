"""A plan as lines at a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from helpdesk.cli.main import say
from helpdesk.configuration.differences import MISSING
from helpdesk.configuration.effects import DueDates, Effects
from helpdesk.configuration.planning import Act, Plan, Step

_MARKS = {
    Act.CREATE: ("+", "green", "new"),
    Act.CHANGE: ("~", "yellow", "changed"),
    Act.RETIRE: ("-", "red", "retired"),
}
LONGEST_VALUE = 80
MOST_FIELDS = 40


def show_plan(plan: Plan) -> None:
    """Everything a plan says, faults first, since nothing else counts then."""
    for complaint in plan.complaints:
        say(str(complaint))
    if plan.complaints:
        say(f"{len(plan.complaints)} faults; nothing can be applied.")
        return
    for step in plan.steps:
        for line in _lines_of(step):
            say(line)
    for concern in plan.concerns:
        say(f"{click.style('note', fg='yellow')}  {concern}")
    for line in _effects(plan.effects):
        say(line)
    if plan.unknown:
        names = ", ".join(str(key) for key in plan.unknown[:8])
        more = ", …" if len(plan.unknown) > 8 else ""
        say(f"In no file, left alone: {len(plan.unknown)} ({names}{more})")
    counts = {act: sum(step.act is act for step in plan.steps) for act in Act}
    told = ", ".join(f"{counts[act]} {_MARKS[act][2]}" for act in Act)
    say(f"{told}, {plan.same} the same." if plan.steps else f"Nothing to do; {plan.same} the same.")


def _lines_of(step: Step) -> Iterator[str]:
    mark, colour, word = _MARKS[step.act]
    head = click.style(f"{mark} {step.key}", fg=colour, bold=True)
    yield f"{head}  {word}{f' ({step.source})' if step.source else ''}"
    if step.act is not Act.CHANGE:
        return
    changes = step.changes
    for change in changes[:MOST_FIELDS]:
        yield f"    {change.field}: {_shown(change.before)} -> {_shown(change.after)}"
    if len(changes) > MOST_FIELDS:
        yield f"    and {len(changes) - MOST_FIELDS} more"


def _shown(value: Any) -> str:
    if value is MISSING:
        return "(none)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _effects(effects: Effects) -> Iterator[str]:
    if effects.due_dates is not None:
        yield from _due_dates(effects.due_dates)
    for rule in effects.rules:
        yield f"Rule {rule.key.name} would have acted on {rule.fired} of {rule.looked_at} tickets of the last 30 days."
        if rule.warning:
            yield f"    {rule.warning}"


def _due_dates(due: DueDates) -> Iterator[str]:
    yield (
        f"Due dates that move: {due.moved} of {due.looked_at} open tickets looked at"
        f" ({due.open_tickets} are open)."
    )
    for one in due.sample:
        yield f"    {one.number}: {one.before or 'none'} -> {one.after or 'none'}"
