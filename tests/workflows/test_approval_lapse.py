"""What falls due while nobody votes: reminders, deputies, the lead; time on hold does not count; nothing approves itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workflows.approvals import Choice, Decision, Rule, Verdict
from workflows.approvals_lapse import Deed, due, steps
from workflows.approvals_plan import Plan, Stage
from workflows.approvals_round import Approval, answer, ask, open_approval, vote

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
ADA, BEN, CLEO, DAN = range(1, 5)


class Always:
    """A calendar that is always open."""

    def add(self, at: datetime, duration: timedelta) -> tuple[datetime, datetime]:
        return at + duration, at + duration

    def between(self, a: datetime, b: datetime) -> timedelta:
        return b - a


def hours(count: float) -> datetime:
    return AT + timedelta(hours=count)


def waiting(rule: Rule = Rule.ALL, target: timedelta | None = timedelta(hours=10)) -> Approval:
    plan = Plan((Stage("Board", Decision(rule), (BEN, CLEO), target=target),))
    return open_approval(plan, requester=ADA, version=1, at=AT)


def test_the_silent_are_reminded_twice_then_deputies_may_vote_then_the_lead_is_told() -> None:
    found = steps(waiting(), Always(), {BEN: DAN})
    assert [(step.deed, step.at) for step in found] == [
        (Deed.REMIND, hours(5)),
        (Deed.REMIND, hours(9)),
        (Deed.TO_DEPUTY, hours(10)),
        (Deed.TO_LEAD, hours(15)),
    ]
    assert found[2].deputies == {BEN: DAN}
    assert found[0].silent == (BEN, CLEO)


def test_without_a_deputy_the_lead_is_told_at_once() -> None:
    found = steps(waiting(), Always(), {BEN: CLEO, CLEO: ADA})
    assert [(step.deed, step.percent) for step in found][-1] == (Deed.TO_LEAD, 100)
    assert Deed.TO_DEPUTY not in [step.deed for step in found]


def test_who_has_voted_is_reminded_no_more() -> None:
    voted = vote(waiting(), by=BEN, choice=Choice.APPROVE, at=hours(1), version=1)
    assert steps(voted, Always(), {})[0].silent == (CLEO,)


def test_time_on_hold_does_not_count_and_while_it_lasts_nothing_falls_due() -> None:
    held = ask(waiting(), by=BEN, text="Which room?", at=hours(6))
    assert [step.at for step in steps(held, Always(), {})] == [hours(5)]
    answered = answer(held, at=hours(8))
    assert [step.at for step in steps(answered, Always(), {})] == [hours(5), hours(11), hours(12)]


def test_questions_that_overlap_hold_the_time_once() -> None:
    held = ask(waiting(), by=BEN, text="Which room?", at=hours(1))
    held = ask(held, by=CLEO, text="Which floor?", at=hours(2))
    answered = answer(held, at=hours(3))
    assert steps(answered, Always(), {})[0].at == hours(7)


def test_only_what_has_come_is_due() -> None:
    assert [step.percent for step in due(waiting(), Always(), {}, now=hours(9))] == [50, 90]


def test_a_stage_without_a_target_and_one_that_is_decided_have_nothing_due() -> None:
    assert steps(waiting(target=None), Always(), {}) == []
    decided = vote(waiting(Rule.ANY), by=BEN, choice=Choice.APPROVE, at=hours(1), version=1)
    assert steps(decided, Always(), {}) == []


def test_however_long_nobody_votes_it_is_not_approved() -> None:
    approval = waiting()
    assert due(approval, Always(), {}, now=hours(10_000))
    assert approval.verdict is Verdict.OPEN
