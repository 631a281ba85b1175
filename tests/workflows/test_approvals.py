"""An approval under way: frozen seats, votes that may change, stages in order, delegates, and what voids it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.approvals import Choice, Decision, Rule, Verdict, decide
from workflows.approvals_plan import Delegation, Plan, Stage, freeze, read_plan
from workflows.approvals_round import (
    Approval,
    NotAllowed,
    amend,
    answer,
    ask,
    open_approval,
    stand_in,
    vote,
)
from workflows.faults import Faulty

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
ADA, BEN, CLEO, DAN, EVE, FAY = range(1, 7)
YES, NO, PASS = Choice.APPROVE, Choice.REJECT, Choice.ABSTAIN


def stage(rule: Rule, *approvers: int, number: int = 0, vetoes: tuple[int, ...] = ()) -> Stage:
    return Stage(rule.value, Decision(rule, number), approvers, frozenset(vetoes))


def opened(
    *stages: Stage, once: bool = False, delegations: tuple[Delegation, ...] = ()
) -> Approval:
    return open_approval(
        Plan(stages, once), requester=ADA, version=1, at=AT, delegations=delegations
    )


def said(approval: Approval, by: int, choice: Choice, minutes: int = 1, **more: int) -> Approval:
    reason = "Too dear" if choice is NO else ""
    at = AT + timedelta(minutes=minutes)
    return vote(
        approval, by=by, choice=choice, at=at, version=more.get("version", 1), reason=reason
    )


def test_stages_open_in_order_each_when_the_one_before_it_is_approved() -> None:
    approval = opened(stage(Rule.ANY, BEN), stage(Rule.ALL, CLEO, DAN))
    approval = said(approval, BEN, YES)
    assert [len(one.votes) for one in approval.stages] == [1, 0]
    assert approval.stage.opened_at == AT + timedelta(minutes=1)
    approval = said(said(approval, CLEO, YES), DAN, YES, minutes=5)
    assert (approval.verdict, approval.decided_at) == (
        Verdict.APPROVED,
        AT + timedelta(minutes=5),
    )


def test_a_rejected_stage_rejects_the_whole_and_opens_no_other() -> None:
    approval = said(opened(stage(Rule.ANY, BEN), stage(Rule.ANY, CLEO)), BEN, NO)
    assert approval.verdict is Verdict.REJECTED
    assert len(approval.stages) == 1


def test_a_vote_keeps_who_when_why_and_what_was_seen() -> None:
    kept = said(opened(stage(Rule.ALL, BEN, CLEO)), BEN, PASS, minutes=3).stage.votes[0]
    assert (kept.by, kept.seat, kept.choice) == (BEN, BEN, PASS)
    assert (kept.at, kept.version) == (AT + timedelta(minutes=3), 1)


def test_a_vote_may_be_changed_until_it_is_decided_and_both_stay_on_record() -> None:
    approval = opened(stage(Rule.MAJORITY, BEN, CLEO, DAN))
    approval = said(said(approval, BEN, NO), BEN, YES, minutes=2)
    assert approval.stage.tally().approved == 1
    assert [one.choice for one in approval.stage.votes] == [NO, YES]
    approval = said(approval, CLEO, YES)
    assert approval.verdict is Verdict.APPROVED
    with pytest.raises(NotAllowed, match="decided already"):
        said(approval, BEN, NO)


def test_a_rejection_needs_a_reason() -> None:
    with pytest.raises(NotAllowed, match="Say why"):
        vote(opened(stage(Rule.ANY, BEN)), by=BEN, choice=NO, at=AT, version=1, reason=" ")


def test_nobody_votes_who_was_not_asked() -> None:
    with pytest.raises(NotAllowed, match="not asked"):
        said(opened(stage(Rule.ANY, BEN)), CLEO, YES)


def test_nobody_approves_their_own_request_however_they_came_into_the_set() -> None:
    approval = opened(stage(Rule.ALL, ADA, BEN))
    assert [seat.holder for seat in approval.stage.seats] == [BEN]
    with pytest.raises(NotAllowed, match="of their own"):
        said(approval, ADA, YES)
    to_ada = Delegation(BEN, ADA, AT, AT + timedelta(days=1))
    delegated = opened(stage(Rule.ALL, BEN), delegations=(to_ada,))
    assert [seat.holder for seat in delegated.stage.seats] == [BEN]


def test_where_nobody_is_left_to_decide_it_is_rejected() -> None:
    assert opened(stage(Rule.ANY, ADA)).verdict is Verdict.REJECTED
    approval = said(opened(stage(Rule.ALL, BEN, CLEO)), BEN, PASS)
    assert approval.verdict is Verdict.OPEN
    assert said(approval, CLEO, PASS).verdict is Verdict.REJECTED


def test_a_veto_holder_rejects_alone_and_one_without_a_seat_cannot_approve() -> None:
    approval = opened(stage(Rule.QUORUM, BEN, CLEO, DAN, number=2, vetoes=(EVE,)))
    with pytest.raises(NotAllowed, match="others approve"):
        said(approval, EVE, YES)
    assert said(said(approval, BEN, YES), EVE, NO).verdict is Verdict.REJECTED
    assert said(said(approval, BEN, NO), CLEO, YES).verdict is Verdict.OPEN


def test_a_delegate_decides_in_place_of_the_absent_and_both_names_stay() -> None:
    away = Delegation(BEN, CLEO, AT - timedelta(days=1), AT + timedelta(days=1))
    over = Delegation(DAN, EVE, AT - timedelta(days=2), AT)
    approval = opened(stage(Rule.ALL, BEN, DAN), delegations=(away, over))
    first, second = approval.stage.seats
    assert (first.holder, first.instead_of, second.holder) == (CLEO, (BEN,), DAN)
    with pytest.raises(NotAllowed, match="not asked"):
        said(approval, BEN, YES)


def test_a_delegation_made_later_changes_no_stage_that_is_open() -> None:
    approval = opened(stage(Rule.ANY, BEN), stage(Rule.ANY, CLEO))
    later = Delegation(CLEO, DAN, AT, AT + timedelta(days=9))
    approval = vote(approval, by=BEN, choice=YES, at=AT, version=1, reason="", delegations=(later,))
    assert approval.stages[0].seats[0].holder == BEN
    assert approval.stages[1].seats[0].holder == DAN


@pytest.mark.parametrize(
    ("pairs", "seats"),
    [
        ([(BEN, CLEO)], [(CLEO, (BEN,)), (DAN, ())]),
        ([(BEN, CLEO), (CLEO, EVE)], [(EVE, (BEN,)), (DAN, ())]),
        ([(BEN, CLEO), (CLEO, BEN)], [(BEN, ()), (DAN, ())]),
        ([(BEN, DAN)], [(DAN, (BEN,))]),
        ([(BEN, EVE), (DAN, EVE)], [(EVE, (BEN, DAN))]),
        ([(BEN, CLEO), (CLEO, ADA)], [(CLEO, (BEN,)), (DAN, ())]),
    ],
)
def test_chains_and_rings_of_delegation_give_each_one_seat(
    pairs: list[tuple[int, int]], seats: list[tuple[int, tuple[int, ...]]]
) -> None:
    delegations = [Delegation(one, to, AT, AT + timedelta(days=1)) for one, to in pairs]
    frozen = freeze([BEN, DAN], requester=ADA, delegations=delegations, at=AT)
    assert [(seat.holder, seat.instead_of) for seat in frozen] == seats


def test_who_voted_in_an_earlier_stage_votes_once_where_the_plan_says_so() -> None:
    stages = (stage(Rule.ANY, BEN, CLEO), stage(Rule.ALL, BEN, DAN))
    twice = said(opened(*stages), BEN, YES)
    assert [seat.holder for seat in twice.stage.waiting_for()] == [BEN, DAN]
    once = said(opened(*stages, once=True), BEN, YES)
    assert [seat.holder for seat in once.stage.waiting_for()] == [DAN]
    assert said(once, DAN, YES).verdict is Verdict.APPROVED


def test_votes_brought_along_may_decide_a_stage_as_it_opens() -> None:
    stages = (stage(Rule.ALL, BEN, CLEO), stage(Rule.ANY, BEN), stage(Rule.ANY, CLEO))
    approval = said(said(opened(*stages, once=True), BEN, YES), CLEO, YES)
    assert approval.verdict is Verdict.APPROVED
    assert len(approval.stages) == 3


def test_editing_what_is_protected_voids_open_and_given_approvals() -> None:
    approval = said(opened(stage(Rule.ALL, BEN, CLEO)), BEN, YES)
    later = AT + timedelta(hours=1)
    assert amend(approval, version=1, at=later) == approval
    voided = amend(approval, version=2, at=later)
    assert (voided.verdict, voided.decided_at) == (Verdict.VOIDED, later)
    assert voided.stage.votes == approval.stage.votes
    with pytest.raises(NotAllowed, match="decided already"):
        said(voided, CLEO, YES, version=2)
    given_already = said(approval, CLEO, YES)
    assert amend(given_already, version=2, at=later).verdict is Verdict.VOIDED
    refused = said(approval, CLEO, NO)
    assert amend(refused, version=2, at=later).verdict is Verdict.REJECTED


def test_a_vote_on_what_was_changed_meanwhile_does_not_count() -> None:
    with pytest.raises(NotAllowed, match="has changed"):
        said(opened(stage(Rule.ANY, BEN)), BEN, YES, version=2)


def test_a_question_holds_the_stage_until_it_is_answered() -> None:
    approval = ask(opened(stage(Rule.ANY, BEN, CLEO)), by=BEN, text="Which room?", at=AT)
    held = said(approval, CLEO, YES)
    assert held.stage.on_hold
    assert held.verdict is Verdict.OPEN
    assert answer(held, at=AT + timedelta(hours=1)).verdict is Verdict.APPROVED


def test_who_asked_and_then_votes_waits_for_no_answer() -> None:
    approval = ask(opened(stage(Rule.ANY, BEN)), by=BEN, text="Which room?", at=AT)
    assert said(approval, BEN, YES).verdict is Verdict.APPROVED


def test_a_deputy_votes_for_a_silent_seat_and_has_no_second_vote() -> None:
    approval = opened(stage(Rule.ALL, BEN, CLEO))
    with pytest.raises(NotAllowed, match="nobody has two"):
        stand_in(approval, holder=BEN, deputy=CLEO)
    with pytest.raises(NotAllowed, match="of their own"):
        stand_in(approval, holder=BEN, deputy=ADA)
    approval = said(stand_in(approval, holder=BEN, deputy=DAN), DAN, YES)
    kept = approval.stage.votes[0]
    assert (kept.by, kept.seat) == (DAN, BEN)
    with pytest.raises(NotAllowed, match="has voted"):
        stand_in(approval, holder=BEN, deputy=EVE)


def test_a_plan_is_read_and_every_fault_is_named_by_its_place() -> None:
    plan = read_plan(
        {
            "once": True,
            "stages": [{"name": "Board", "rule": "percent", "number": 60, "approvers": [2, 3, 2]}],
        }
    )
    assert plan.stages[0].approvers == (2, 3)
    assert plan.once
    with pytest.raises(Faulty) as faulty:
        read_plan(
            {
                "stages": [
                    {"rule": "most", "approvers": [2]},
                    {"rule": "quorum", "approvers": ["Ben"], "target_minutes": 0},
                    {"rule": "any", "approvers": []},
                ]
            }
        )
    assert [fault.path for fault in faulty.value.faults] == [
        ("stages", 0, "rule"),
        ("stages", 1, "number"),
        ("stages", 1, "approvers"),
        ("stages", 1, "target_minutes"),
        ("stages", 2, "approvers"),
    ]


VOTES = st.lists(
    st.tuples(st.sampled_from([BEN, CLEO, DAN, EVE, FAY]), st.sampled_from(list(Choice))),
    max_size=12,
)


@given(st.sampled_from(list(Rule)), VOTES)
def test_votes_one_by_one_come_to_what_the_last_words_counted_at_once_come_to(
    rule: Rule, votes: list[tuple[int, Choice]]
) -> None:
    """Against a count made anew after every vote, until it is decided; then no vote is taken."""
    number = {Rule.QUORUM: 3, Rule.PERCENT: 60}.get(rule, 0)
    people = (BEN, CLEO, DAN, EVE, FAY)
    approval = opened(stage(rule, *people, number=number))
    last: dict[int, Choice] = {}
    for by, choice in votes:
        if approval.verdict is not Verdict.OPEN:
            with pytest.raises(NotAllowed):
                said(approval, by, choice)
            continue
        approval = said(approval, by, choice)
        last[by] = choice
        tally = approval.stage.tally()
        assert (tally.approved, tally.rejected, tally.abstained) == tuple(
            list(last.values()).count(one) for one in (YES, NO, PASS)
        )
        assert approval.verdict is decide(Decision(rule, number), tally)
