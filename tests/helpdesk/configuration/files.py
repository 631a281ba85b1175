"""Files of a configuration for the tests, and what plans and applies them."""

from __future__ import annotations

from helpdesk.configuration.applying import apply, undo
from helpdesk.configuration.models import ConfigurationRun
from helpdesk.configuration.planning import Plan, plan
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor

CALENDAR = """\
# Our hours
kind: calendar
name: office-hours
title: Office hours
zone: Europe/London
weekly:
  mon: [["09:00", "17:00"]] # Mondays
  tue: [["09:00", "17:00"]]
"""
POLICY = """\
kind: policy
name: standard
title: Standard
calendar: office-hours
on_change: carry
metrics:
  resolution:
    targets: {"1": 14400, "2": 28800}
    pause_in: [waiting_requester]
"""
ANSWER = "kind: answer\nname: thanks\ntitle: Thanks\ntext: Thank you.\n"
GROUP = "kind: group\nname: water\ntitle: Water\naddress: water@borough.example\n"
FIELD = "kind: field\nname: asset\ntitle: Asset\ntype: choice\noptions: [Pump, Pipe]\n"

FILES = {
    "calendars/office-hours.yaml": CALENDAR,
    "policies/standard.yaml": POLICY,
    "canned-answers/thanks.yaml": ANSWER,
    "groups/water.yaml": GROUP,
    "fields/asset.yaml": FIELD,
}


def apply_all(
    bundle: dict[str, str], *, actor: Actor | None = None, prune: bool = False
) -> ConfigurationRun | None:
    made = plan(bundle, prune=prune)
    assert made.is_sound, [str(one) for one in made.complaints]
    with unit_of_work():
        return apply(bundle, digest=made.digest, actor=actor, cause="test", prune=prune)


def undo_last(run: ConfigurationRun | None, actor: Actor | None = None) -> ConfigurationRun:
    assert run is not None
    with unit_of_work():
        return undo(run.id, actor=actor, cause="test")


def told(made: Plan) -> list[str]:
    return [f"{step.act.value} {step.key}" for step in made.steps]
