"""When votes decide: the whole table for up to six seats, held against the rules as they are written in words."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.approvals import Choice, Decision, Rule, Tally, Verdict, decide
from workflows.faults import Faulty

OPEN, APPROVED, REJECTED = Verdict.OPEN, Verdict.APPROVED, Verdict.REJECTED
MOST_SEATS = 6


def decisions(most: int = MOST_SEATS) -> list[Decision]:
    return [
        Decision(Rule.ANY),
        Decision(Rule.ALL),
        Decision(Rule.MAJORITY),
        *(Decision(Rule.QUORUM, number) for number in range(1, most + 2)),
        *(Decision(Rule.PERCENT, number) for number in (1, 25, 33, 34, 50, 51, 66, 67, 99, 100)),
    ]


def by_the_words(decision: Decision, n: int, a: int, r: int) -> Verdict:
    """The decision table as the design states it, rule by rule."""
    k = decision.number
    if n == 0:
        return REJECTED
    match decision.rule:
        case Rule.ANY:
            return APPROVED if a >= 1 else REJECTED if r == n else OPEN
        case Rule.ALL:
            return REJECTED if r >= 1 else APPROVED if a == n else OPEN
        case Rule.MAJORITY:
            return APPROVED if 2 * a > n else REJECTED if 2 * (n - r) <= n else OPEN
        case Rule.PERCENT:
            k = (n * k + 99) // 100
    return APPROVED if a >= k else REJECTED if n - r < k else OPEN


def tallies(seats: int) -> list[Tally]:
    return [
        Tally(seats, a, r, b)
        for a, r, b in product(range(seats + 1), repeat=3)
        if a + r + b <= seats
    ]


@pytest.mark.parametrize("decision", decisions(), ids=lambda one: f"{one.rule}-{one.number}")
def test_every_count_of_votes_is_decided_by_the_rule_as_it_is_written(decision: Decision) -> None:
    for seats in range(MOST_SEATS + 1):
        for tally in tallies(seats):
            wanted = by_the_words(decision, tally.counting, tally.approved, tally.rejected)
            assert decide(decision, tally) is wanted, tally


@pytest.mark.parametrize("decision", decisions(), ids=lambda one: f"{one.rule}-{one.number}")
def test_it_is_decided_just_when_no_further_yes_and_no_can_change_it(decision: Decision) -> None:
    for seats in range(1, MOST_SEATS + 1):
        for tally in tallies(seats):
            if not tally.counting:
                continue
            ends = {
                by_the_words(
                    decision,
                    tally.counting,
                    tally.approved + more,
                    tally.rejected + tally.outstanding - more,
                )
                for more in range(tally.outstanding + 1)
            }
            wanted = ends.pop() if len(ends) == 1 else OPEN
            assert decide(decision, tally) is wanted, tally


@pytest.mark.parametrize("decision", decisions(), ids=lambda one: f"{one.rule}-{one.number}")
def test_when_everybody_has_voted_it_is_decided(decision: Decision) -> None:
    for seats in range(MOST_SEATS + 1):
        for tally in tallies(seats):
            if tally.outstanding == 0:
                assert decide(decision, tally) is not OPEN, tally


@pytest.mark.parametrize(
    ("decision", "tally", "wanted"),
    [
        (Decision(Rule.ANY), Tally(3, 1, 2), APPROVED),
        (Decision(Rule.ANY), Tally(3, 0, 2), OPEN),
        (Decision(Rule.ANY), Tally(3, 0, 2, 1), REJECTED),
        (Decision(Rule.ALL), Tally(3, 2, 1), REJECTED),
        (Decision(Rule.ALL), Tally(3, 2, 0, 1), APPROVED),
        (Decision(Rule.MAJORITY), Tally(4, 2, 2), REJECTED),
        (Decision(Rule.MAJORITY), Tally(4, 2, 0), OPEN),
        (Decision(Rule.MAJORITY), Tally(4, 2, 0, 1), APPROVED),
        (Decision(Rule.QUORUM, 2), Tally(3, 2, 1), APPROVED),
        (Decision(Rule.QUORUM, 2), Tally(2, 1, 0, 1), REJECTED),
        (Decision(Rule.QUORUM, 3), Tally(2), REJECTED),
        (Decision(Rule.PERCENT, 50), Tally(3, 1, 0), OPEN),
        (Decision(Rule.PERCENT, 50), Tally(3, 2, 0), APPROVED),
        (Decision(Rule.PERCENT, 67), Tally(3, 2, 0), OPEN),
        (Decision(Rule.PERCENT, 66), Tally(3, 2, 0), APPROVED),
        (Decision(Rule.ANY), Tally(2, 0, 0, 2), REJECTED),
        (Decision(Rule.ANY), Tally(0), REJECTED),
    ],
)
def test_a_count_read_by_hand(decision: Decision, tally: Tally, wanted: Verdict) -> None:
    assert decide(decision, tally) is wanted


def test_a_veto_rejects_whatever_the_others_said() -> None:
    assert decide(Decision(Rule.ANY), Tally(3, 2, 1, vetoed=True)) is REJECTED


@pytest.mark.parametrize(("rule", "number"), [("quorum", 0), ("percent", 0), ("percent", 101)])
def test_a_number_that_makes_no_sense_is_refused(rule: str, number: int) -> None:
    with pytest.raises(Faulty):
        Decision(Rule(rule), number)


SAID = st.lists(st.sampled_from([None, *Choice]), min_size=1, max_size=9)


def tally_of(said: list[Choice | None]) -> Tally:
    return Tally(
        len(said),
        said.count(Choice.APPROVE),
        said.count(Choice.REJECT),
        said.count(Choice.ABSTAIN),
    )


@given(st.sampled_from(decisions()), SAID, st.data())
def test_an_approval_never_turns_approved_into_rejected(
    decision: Decision, said: list[Choice | None], data: st.DataObject
) -> None:
    """Whoever approves, having said nothing or something else before, makes it no worse."""
    worse = {REJECTED: 0, OPEN: 1, APPROVED: 2}
    before = decide(decision, tally_of(said))
    place = data.draw(st.integers(0, len(said) - 1))
    after = decide(decision, tally_of([*said[:place], Choice.APPROVE, *said[place + 1 :]]))
    assert worse[after] >= worse[before] or said[place] is Choice.ABSTAIN
    assert not (before is APPROVED and after is REJECTED)


@given(st.sampled_from(decisions()), SAID, st.randoms(use_true_random=False))
def test_the_order_of_the_seats_changes_nothing(
    decision: Decision, said: list[Choice | None], chance: object
) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(decision, tally_of(shuffled)) is decide(decision, tally_of(said))
