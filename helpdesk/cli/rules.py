"""`desk rules`: what a rule would do, on a ticket or over the past, before it is switched on."""

from __future__ import annotations

from datetime import timedelta

import click

from helpdesk.automation import back_testing
from helpdesk.automation.back_testing import TESTED
from helpdesk.automation.models import BackTest
from helpdesk.cli.main import fail, say, with_app
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.store import Version
from helpdesk.tickets.access import number_parts
from helpdesk.tickets.facts import Happened, facts_of
from helpdesk.tickets.models import Ticket
from workflows.effects import changes_of
from workflows.rules import Trigger


@click.group()
def rules() -> None:
    """Rules: try them before they run."""


@rules.command("test")
@click.argument("name")
@click.option("--ticket", help="Try it on this ticket, as it stands now.")
@click.option("--days", default=30, show_default=True, help="Try it over the last days.")
@with_app
def test_rule(name: str, ticket: str | None, days: int) -> None:
    """Say what the trigger or timed rule NAME would do. Nothing is changed."""
    version = _rule_named(name)
    if ticket is not None:
        _on_ticket(version, ticket)
        return
    since = clock.now() - timedelta(days=days)
    with unit_of_work():
        test = back_testing.begin(version.kind, version.name, version.body, since=since, actor=None)
        test_id = test.id
    _say_report(_run(test_id), version, days)


def _run(test_id: int) -> BackTest:
    """Go through the test here; a worker that takes it too goes on where we are."""
    while True:
        with unit_of_work():
            back_testing.run(test_id)
        test = db.session.get_one(BackTest, test_id, populate_existing=True)
        if test.finished_at is not None:
            return test
        say(f"{test.done:,} of {test.total:,} tickets read ...")


def _rule_named(name: str) -> Version:
    for kind in TESTED:
        for version in store.current(kind):
            if version.name == name:
                return version
    fail(f"There is no trigger or timed rule named {name}.", "See Administration, Rules.")
    raise AssertionError("fail() ends the program.")


def _on_ticket(version: Version, number: str) -> None:
    parts = number_parts(number)
    ticket = db.session.get(Ticket, parts[1]) if parts else None
    if ticket is None:
        fail(f"There is no ticket {number}.")
        return
    rule = version.value
    events = rule.on if isinstance(rule, Trigger) else frozenset()
    facts, at = facts_of(ticket, Happened(events=events)), clock.now()
    failing = rule.when.why_not(facts, at)
    if failing is not None:
        say(f"It would not run on {number}, since this does not hold: {failing.words()}.")
        return
    say(f"It would run on {number}, since {rule.when.that_held(facts, at).words()}:")
    for action in rule.do:
        changes = ", ".join(
            f"{one.before or '–'} → {one.after}" for one in changes_of(action, facts)
        )
        say(f"  {action.describe()}{f' ({changes})' if changes else ''}")


def _say_report(test: BackTest, version: Version, days: int) -> None:
    found = test.result
    say(
        f"In the last {days} days it would have run {found['runs']:,} times "
        f"on {found['tickets']:,} tickets."
    )
    for number, action in enumerate(version.value.do):
        say(f"  {action.describe()} {found['deeds'].get(str(number), 0):,} times.")
    for one in found["examples"][:10]:
        say(f"  {one['at'][:16].replace('T', ' ')}  ticket {one['number']}: {one['held']}")
    for finding in back_testing.findings(version.kind, version.name, version.body):
        click.secho(finding.words(), fg="yellow")


COMMANDS = (rules,)
