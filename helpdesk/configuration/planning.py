"""plan(): what files would change, what is wrong with them, and what would come of it; it changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from helpdesk.configuration.bundles import Bundle
from helpdesk.configuration.concerns import concerns_of
from helpdesk.configuration.differences import Change, Line, changes, lines
from helpdesk.configuration.due_dates import moved_due_dates
from helpdesk.configuration.effects import Effects, Seams, effects_of
from helpdesk.configuration.files import FileComplaint, Wanted, read_files
from helpdesk.configuration.items import Key, Standing, World, rank_of
from helpdesk.configuration.references import complaints_of_world
from helpdesk.configuration.rule_firings import would_fire
from helpdesk.configuration.shelves import all_standing, canonical

SEAMS = Seams(due_dates=moved_due_dates, rules=would_fire)


class Act(StrEnum):
    """What is done to a thing."""

    CREATE = "create"
    CHANGE = "change"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that would be written; `before` is None for a new one, `after` for one that is retired."""

    key: Key
    act: Act
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    source: str = ""
    standing: Standing | None = None

    @property
    def title(self) -> str:
        body = self.after or self.before or {}
        return str(body.get("title") or self.key.name)

    @property
    def changes(self) -> list[Change]:
        """Field by field; all fields of a new thing are new."""
        return changes(self.before or {}, self.after or {})

    @property
    def lines(self) -> list[Line]:
        """Line by line, as text."""
        return lines(self.before or {}, self.after or {})


@dataclass(frozen=True, slots=True)
class Plan:
    """What files would do. It can be applied when `complaints` is empty; `digest` names it and what it was made of."""

    steps: Sequence[Step]
    same: int
    unknown: Sequence[Key]
    complaints: Sequence[FileComplaint]
    concerns: Sequence[str]
    effects: Effects
    digest: str
    world: World = field(repr=False)

    @property
    def is_sound(self) -> bool:
        return not self.complaints


def plan(bundle: Bundle, *, prune: bool = False, with_effects: bool = True) -> Plan:
    """Hold files against what stands. With `prune`, what stands in no file is retired; else it is left alone."""
    wanted, complaints = read_files(bundle)
    standing = all_standing()
    steps, same = _steps(wanted, standing)
    unknown = sorted(set(standing) - {one.key for one in wanted}, key=rank_of)
    if prune:
        steps += _retired(unknown, standing, broken=bool(complaints))
    before = World({key: one.body for key, one in standing.items()})
    after = _world_after(before, steps)
    sources = {one.key: one for one in wanted}
    complaints = [*complaints, *complaints_of_world(after, before, sources)]
    sound = not complaints
    return Plan(
        steps=steps,
        same=same,
        unknown=[] if prune else unknown,
        complaints=sorted(complaints),
        concerns=[
            *_of_planned(steps),
            *(concerns_of(after, steps_of(steps)) if sound else []),
        ],
        effects=effects_of(before, after, steps_of(steps), SEAMS)
        if sound and with_effects
        else Effects(),
        digest=digest_of(standing, steps),
        world=after,
    )


def steps_of(steps: Iterable[Step]) -> dict[Key, Mapping[str, Any] | None]:
    """What each thing that is written says afterwards; None for what is retired."""
    return {step.key: step.after for step in steps}


def digest_of(standing: Mapping[Key, Standing], steps: Sequence[Step]) -> str:
    """A name for these steps on this ground: another, as soon as anything stands differently."""
    told = {
        "standing": [[*key, one.version, one.body] for key, one in sorted(standing.items())],
        "steps": [[*step.key, step.act.value, step.after] for step in steps],
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _steps(wanted: Sequence[Wanted], standing: Mapping[Key, Standing]) -> tuple[list[Step], int]:
    steps: list[Step] = []
    same = 0
    for one in sorted(wanted, key=lambda each: rank_of(each.key)):
        held = standing.get(one.key)
        body = canonical(one.key, one.body)
        if held is None:
            steps.append(Step(one.key, Act.CREATE, None, body, one.path))
        elif dict(held.body) != body:
            steps.append(Step(one.key, Act.CHANGE, held.body, body, one.path, held))
        else:
            same += 1
    return steps, same


def _retired(
    unknown: Sequence[Key], standing: Mapping[Key, Standing], *, broken: bool
) -> list[Step]:
    """What stands in no file; nothing while a file cannot be read, for it may be the one."""
    if broken:
        return []
    return [
        Step(key, Act.RETIRE, standing[key].body, None, "", standing[key])
        for key in reversed(unknown)
        # What is switched off already is as good as retired.
        if standing[key].version is not None or standing[key].body.get("active") is not False
    ]


def _world_after(before: World, steps: Sequence[Step]) -> World:
    bodies = dict(before.bodies)
    for step in steps:
        if step.after is None:
            bodies.pop(step.key, None)
        else:
            bodies[step.key] = step.after
    return World(bodies)


def _of_planned(steps: Sequence[Step]) -> list[str]:
    """Versions that begin later put themselves in the place of what is applied now."""
    return [
        _(
            "%(what)s has a version that begins later, on %(day)s; it will take the place of this one.",
            what=str(step.key),
            day=step.standing.planned.date().isoformat(),
        )
        for step in steps
        if step.standing is not None and step.standing.planned is not None
    ]
