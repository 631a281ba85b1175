"""What a plan would do to open tickets: due dates that move, rules that would act; and nothing is written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.configuration.planning import Plan, plan
from helpdesk.configuration.writing import write_text
from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.sla.models import SlaEvent
from helpdesk.tickets.models import Ticket
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.configuration.files import apply_all
from tests.helpdesk.sla.desk import HOUR, OFFICE, hours, policy, set_up
from tests.makers import make_ticket

TRIGGER = 'kind: trigger\nname: it\ntitle: IT\nwhen: group:"IT support" event:opened\ndo:\n  - add_tag: it\n'
TIMED = "kind: timed_rule\nname: old\ntitle: Old\nwhen: age:>1h\ndo:\n  - add_tag: old\n"


def planned(**metrics: int) -> Plan:
    """The plan of a policy with other targets."""
    body = policy()
    for name, target in metrics.items():
        body["metrics"][name] = {"targets": {"*": target}}
    return plan({"policies/standard.yaml": write_text(body)})


@pytest.fixture
def ticket(cast: Cast, clock: StoppedClock) -> Ticket:
    """Opened by Ada on Monday at ten; to be answered by eleven."""
    set_up()
    made = make_ticket(cast.ada, cast.it)
    db.session.rollback()
    return made


def test_a_due_date_that_moves_is_told_with_both_instants(ticket: Ticket) -> None:
    facts = db.session.query(SlaEvent).count()
    due = planned(first_response=2 * HOUR).effects.due_dates
    assert due is not None
    assert (due.open_tickets, due.looked_at, due.moved) == (1, 1, 1)
    one = due.sample[0]
    assert (one.number, one.before, one.after) == (
        ticket.number,
        ticket.created_at + hours(1),
        ticket.created_at + hours(2),
    )
    db.session.rollback()
    assert db.session.query(SlaEvent).count() == facts


def test_what_the_plan_says_of_due_dates_comes_true(ticket: Ticket, settle: object) -> None:
    body = policy()
    body["metrics"]["first_response"] = {"targets": {"*": 3 * HOUR}}
    files = {"policies/standard.yaml": write_text(body)}
    due = plan(files).effects.due_dates
    apply_all(files)
    assert callable(settle)
    settle()
    db.session.expire_all()
    assert due is not None
    assert db.session.get_one(Ticket, ticket.id).due_at == due.sample[0].after


def test_what_changes_no_due_date_moves_none(ticket: Ticket) -> None:
    due = planned(resolution=80 * HOUR).effects.due_dates
    assert due is not None
    assert (due.looked_at, due.moved, due.sample) == (1, 0, [])


def test_a_calendar_moves_the_tickets_whose_policy_counts_by_it(ticket: Ticket) -> None:
    week = {**OFFICE["weekly"], "mon": [["13:00", "17:00"]]}
    due = plan({"calendars/office.yaml": write_text({**OFFICE, "weekly": week})}).effects.due_dates
    assert due is not None
    assert (due.moved, due.sample[0].after) == (1, ticket.created_at + hours(4))


def test_a_plan_that_concerns_no_clock_looks_at_no_ticket(ticket: Ticket) -> None:
    made = plan({"a.yaml": "kind: answer\nname: a\ntitle: A\ntext: A.\n"})
    assert made.effects.due_dates is None
    assert list(made.effects.rules) == []


def test_rules_are_held_against_what_happened_to_tickets(cast: Cast, clock: StoppedClock) -> None:
    make_ticket(cast.ada, cast.it)
    make_ticket(cast.ada, cast.highways)
    clock.advance(timedelta(hours=2))
    rules = plan({"a.yaml": TRIGGER, "b.yaml": TIMED}).effects.rules
    assert {one.key.name: (one.looked_at, one.fired) for one in rules} == {
        "it": (2, 1),
        "old": (2, 2),
    }
    quiet = TRIGGER.replace("title:", "active: false\ntitle:")
    assert list(plan({"a.yaml": quiet}).effects.rules) == []


def test_a_plan_asks_as_much_of_the_database_for_many_tickets_as_for_few(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up(when='group:"IT support"')
    counts = []
    for number in (2, 12):
        for _each in range(number):
            make_ticket(cast.ada, cast.it)
        with count_queries() as counted:
            planned(first_response=2 * HOUR)
        counts.append(counted.count)
    assert counts[1] <= counts[0] + 2
