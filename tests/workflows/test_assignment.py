"""Who is given a ticket: by turn, by load, by skill, by hours and absence, within limits; and it says why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.assignment import (
    Absence,
    Candidate,
    Choice,
    Match,
    Pick,
    Strategy,
    Wanted,
    after_turn,
    choose_assignee,
)

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
BEN, CLEO, DAN, EVE = 2, 3, 4, 5
TURN, LOAD = Strategy(Pick.ROUND_ROBIN), Strategy(Pick.LEAST_LOADED)


class Office:
    """Open before noon."""

    def is_open(self, at: datetime) -> bool:
        return at.hour < 12


def away(substitute: int | None = None) -> tuple[Absence, ...]:
    return (Absence(AT - timedelta(days=1), AT + timedelta(days=1), substitute),)


def choose(
    candidates: list[Candidate],
    strategy: Strategy = LOAD,
    *,
    channel: str = "email",
    skills: tuple[str, ...] = (),
    at: datetime = AT,
) -> Choice:
    return choose_assignee(candidates, strategy, wanted=Wanted(channel, frozenset(skills)), at=at)


def why_not(choice: Choice) -> dict[int, str]:
    return {agent: str(why) for agent, why in choice.others}


def test_the_least_loaded_is_chosen_and_it_is_said_why_and_why_not() -> None:
    choice = choose([Candidate(BEN, open=3, capacity=10), Candidate(CLEO, open=4, capacity=10)])
    assert (choice.agent, str(choice.why)) == (BEN, "fewest open, 3 of 10")
    assert why_not(choice) == {CLEO: "has 4 of 10 tickets"}


def test_load_is_weighed_by_what_each_can_bear() -> None:
    choice = choose([Candidate(BEN, open=3, capacity=4), Candidate(CLEO, open=5, capacity=20)])
    assert choice.agent == CLEO


def test_who_has_no_limit_is_weighed_as_a_usual_desk() -> None:
    assert choose([Candidate(BEN, open=9), Candidate(CLEO, open=5, capacity=10)]).agent == BEN


def test_of_two_equally_free_the_one_given_a_ticket_longer_ago_is_chosen() -> None:
    choice = choose([Candidate(BEN, last_turn=7), Candidate(CLEO, last_turn=3)])
    assert choice.agent == CLEO
    assert why_not(choice) == {BEN: "is as free, and comes later in turn"}


def test_turns_go_round_and_who_joins_late_gets_one_turn_and_not_all_they_missed() -> None:
    candidates, given = [Candidate(BEN), Candidate(CLEO)], list[int | None]()
    for turn in range(1, 9):
        if turn == 5:
            candidates = [*candidates, Candidate(DAN)]
        choice = choose(candidates, TURN)
        candidates = after_turn(candidates, choice, turn=turn)
        given.append(choice.agent)
    assert given == [BEN, CLEO, BEN, CLEO, DAN, BEN, CLEO, DAN]


def test_an_absent_agents_turn_goes_to_the_substitute() -> None:
    candidates = [Candidate(BEN, absences=away(DAN)), Candidate(CLEO), Candidate(DAN)]
    choice = choose(candidates, TURN)
    assert (choice.agent, choice.in_place_of) == (DAN, BEN)
    assert str(choice.why) == "has the turn of an absent colleague"
    assert why_not(choice)[BEN].startswith("absent until 2026-11-17")
    following = choose(after_turn(candidates, choice, turn=1), TURN)
    assert (following.agent, following.in_place_of) == (CLEO, None)


def test_a_substitute_who_is_full_or_away_is_passed_over() -> None:
    candidates = [
        Candidate(BEN, absences=away(DAN)),
        Candidate(CLEO),
        Candidate(DAN, open=2, capacity=2),
    ]
    assert choose(candidates, TURN).agent == CLEO


def test_an_absence_ends_at_its_instant() -> None:
    absence = Absence(AT - timedelta(days=1), AT)
    assert choose([Candidate(BEN, absences=(absence,))]).agent == BEN


@pytest.mark.parametrize(
    ("hindered", "code", "words"),
    [
        (Candidate(BEN, is_available=False), "away", "switched to away"),
        (Candidate(BEN, absences=away()), "absent", "absent until 2026-11-17T10:00:00+00:00"),
        (Candidate(BEN, open=5, capacity=5), "full", "has 5 of 5 tickets"),
        (
            Candidate(BEN, open=5, open_on={"email": 2}, limits={"email": 2}),
            "full_on_channel",
            "has 2 of 2 tickets on this channel",
        ),
        (Candidate(BEN, capacity=0), "full", "has 0 of 0 tickets"),
    ],
)
def test_who_may_not_be_given_one_is_passed_over_and_told_why(
    hindered: Candidate, code: str, words: str
) -> None:
    choice = choose([hindered, Candidate(CLEO, open=9)])
    assert choice.agent == CLEO
    assert why_not(choice) == {BEN: words}
    alone = choose([hindered])
    assert (alone.agent, alone.why.code) == (None, code)


def test_a_limit_of_one_channel_leaves_the_others_open() -> None:
    candidate = Candidate(BEN, open=2, open_on={"phone": 2}, limits={"phone": 2})
    assert choose([candidate], channel="email").agent == BEN
    assert choose([candidate], channel="phone").agent is None


def test_working_hours_count_where_the_strategy_says_so() -> None:
    candidates, noon = [Candidate(BEN, hours=Office())], AT.replace(hour=12)
    assert choose(candidates, LOAD, at=noon).agent == BEN
    inside = Strategy(Pick.LEAST_LOADED, in_working_hours=True)
    assert choose(candidates, inside, at=AT).agent == BEN
    assert choose(candidates, inside, at=noon).why.code == "hours"
    assert choose([Candidate(BEN)], inside, at=noon).agent == BEN


def test_all_skills_may_be_required() -> None:
    candidates = [
        Candidate(BEN, skills=frozenset({"network"})),
        Candidate(CLEO, skills=frozenset({"network", "welsh"}), open=9),
    ]
    choice = choose(candidates, Strategy(match=Match.ALL), skills=("network", "welsh"))
    assert choice.agent == CLEO
    assert str(choice.why) == "has the skill network, welsh, and fewest open, 9"
    assert why_not(choice) == {BEN: "lacks the skill welsh"}


def test_the_best_match_comes_first_and_load_decides_between_equals() -> None:
    skills = frozenset({"network"})
    candidates = [
        Candidate(BEN, open=0),
        Candidate(CLEO, open=5, skills=skills),
        Candidate(DAN, open=3, skills=skills),
    ]
    choice = choose(candidates, Strategy(match=Match.BEST), skills=("network",))
    assert choice.agent == DAN
    assert why_not(choice) == {BEN: "matches 0 of 1 skills", CLEO: "has 5 tickets"}


def test_where_nobody_matches_the_best_match_is_whoever_comes_next() -> None:
    strategy = Strategy(match=Match.BEST)
    assert choose([Candidate(BEN)], strategy, skills=("welsh",)).agent == BEN


def test_a_group_of_nobody_and_one_of_nobody_free_say_so() -> None:
    assert str(choose([]).why) == "nobody works in this group"
    mixed = [Candidate(BEN, is_available=False), Candidate(CLEO, open=1, capacity=1)]
    assert str(choose(mixed).why) == "none of 2 people is free"


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        agent=st.integers(1, 8),
        is_available=st.booleans(),
        skills=st.frozensets(st.sampled_from(["network", "welsh"])),
        open=st.integers(0, 6),
        capacity=st.none() | st.integers(0, 6),
        last_turn=st.integers(0, 5),
    ),
    max_size=8,
    unique_by=lambda one: one.agent,
)
STRATEGIES = st.builds(Strategy, st.sampled_from(Pick), st.sampled_from(Match))
SKILLS = st.frozensets(st.sampled_from(["network", "welsh"]))


@given(CANDIDATES, STRATEGIES, SKILLS, st.integers(0, 999))
def test_the_order_in_which_candidates_are_named_changes_nothing(
    candidates: list[Candidate], strategy: Strategy, skills: frozenset[str], seed: int
) -> None:
    shuffled = list(candidates)
    Random(seed).shuffle(shuffled)
    wanted = Wanted(skills=skills)
    first = choose_assignee(candidates, strategy, wanted=wanted, at=AT)
    assert choose_assignee(shuffled, strategy, wanted=wanted, at=AT) == first


@given(CANDIDATES, STRATEGIES, SKILLS)
def test_everybody_is_either_chosen_or_told_why_not(
    candidates: list[Candidate], strategy: Strategy, skills: frozenset[str]
) -> None:
    choice = choose_assignee(candidates, strategy, wanted=Wanted(skills=skills), at=AT)
    told = [agent for agent, _why in choice.others] + ([choice.agent] if choice.agent else [])
    assert sorted(told) == sorted(one.agent for one in candidates)
    assert str(choice.why)
    assert all(str(why) for _agent, why in choice.others)


@given(CANDIDATES)
def test_by_load_nobody_who_may_have_it_is_freer_than_the_one_chosen(
    candidates: list[Candidate],
) -> None:
    choice = choose(candidates)
    fit = [
        one
        for one in candidates
        if one.is_available and (one.capacity is None or one.open < one.capacity)
    ]
    assert (choice.agent is None) == (not fit)
    if fit:
        chosen = next(one for one in fit if one.agent == choice.agent)
        assert chosen.load == min(one.load for one in fit)


@given(st.integers(1, 7), st.integers(0, 60), st.sampled_from(Pick))
def test_over_time_equals_are_given_equally_many(people: int, tickets: int, pick: Pick) -> None:
    candidates, given = [Candidate(agent) for agent in range(1, people + 1)], Counter[int]()
    for turn in range(1, tickets + 1):
        choice = choose(candidates, Strategy(pick))
        assert choice.agent is not None
        given[choice.agent] += 1
        candidates = [
            replace(one, open=given[one.agent]) for one in after_turn(candidates, choice, turn=turn)
        ]
    counts = [given[one.agent] for one in candidates]
    assert max(counts) - min(counts) <= 1


@given(CANDIDATES, STRATEGIES, st.integers(0, 30))
def test_however_many_come_nobody_is_given_more_than_they_can_bear(
    candidates: list[Candidate], strategy: Strategy, tickets: int
) -> None:
    before = {one.agent: one for one in candidates}
    for turn in range(1, tickets + 1):
        choice = choose(candidates, strategy)
        candidates = [
            replace(one, open=one.open + (one.agent == choice.agent))
            for one in after_turn(candidates, choice, turn=turn)
        ]
    for one in candidates:
        if one.capacity is not None:
            assert one.open <= max(one.capacity, before[one.agent].open)
