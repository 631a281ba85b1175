"""Who is given a ticket: the candidates, why each may or may not, and which of those who may comes next.

The same facts always give the same choice; it says why it fell, and for everybody else why not.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from workflows.faults import N_

Agent = int

# What a person without a limit is compared by: so many tickets are a full desk.
USUAL_CAPACITY = 20


class Pick(enum.StrEnum):
    """Who of those who may comes next: whose turn is longest ago, or who has least to do for what they can bear."""

    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


class Match(enum.StrEnum):
    """What skills do: not looked at, all of them required, or the best match first."""

    IGNORED = "ignored"
    ALL = "all"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a choice is made: by skill first if it says so, then by turn or by load, inside working hours if it says so."""

    pick: Pick = Pick.LEAST_LOADED
    match: Match = Match.IGNORED
    in_working_hours: bool = False


class Hours(Protocol):
    """As much of a calendar as is needed here; `workflows.calendar.BusinessCalendar` fits."""

    def is_open(self, at: datetime, /) -> bool:
        """Whether work is done at an instant."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Away from one instant until another, not included; `substitute` takes their turn."""

    since: datetime
    until: datetime
    substitute: Agent | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether it is in force."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who could be given the ticket, with all that decides it.

    `open` is how many tickets they have to work on, `open_on` the same by channel; `capacity` and `limits` are the most
    they are given, None or missing for no limit. `last_turn` grows with each ticket that was given; 0 for never.
    """

    agent: Agent
    is_available: bool = True
    absences: tuple[Absence, ...] = ()
    hours: Hours | None = None
    skills: frozenset[str] = frozenset()
    open: int = 0
    capacity: int | None = None
    open_on: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    last_turn: int = 0

    @property
    def load(self) -> Fraction:
        """How full their desk is: 0 is empty, 1 full."""
        most = USUAL_CAPACITY if self.capacity is None else self.capacity
        return Fraction(self.open, max(most, 1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the ticket asks for: the skills it takes and the channel it came by."""

    channel: str = ""
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in words, a message for gettext with its values; `code` is the same for programs. It names nobody."""

    code: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen, None for nobody, and why; `others` says of everybody else why not, in order of the candidates.

    `in_place_of` is the absent agent whose turn it was.
    """

    agent: Agent | None
    why: Why
    others: tuple[tuple[Agent, Why], ...] = ()
    in_place_of: Agent | None = None


def choose_assignee(
    candidates: Iterable[Candidate],
    strategy: Strategy,
    *,
    wanted: Wanted,
    at: datetime,
) -> Choice:
    """The agent who is to have the ticket now. Where two are equal, the lower number comes first."""
    known = sorted(candidates, key=lambda one: one.agent)
    hindered = {one.agent: _hindrance(one, strategy, wanted, at) for one in known}
    fit = [one for one in known if hindered[one.agent] is None]
    if not fit:
        others = tuple((agent, why) for agent, why in hindered.items() if why is not None)
        return Choice(None, _nobody(others), others)
    best = _best(fit, strategy, wanted)
    absent = [one for one in known if (why := hindered[one.agent]) and why.code == "absent"]
    chosen, in_place_of = _next(best, absent, strategy, at)
    why = _why(chosen, in_place_of, strategy, wanted)
    others = tuple(
        (one.agent, hindered[one.agent] or _why_not(one, chosen, best, strategy, wanted))
        for one in known
        if one.agent != chosen.agent
    )
    return Choice(chosen.agent, why, others, in_place_of)


def _hindrance(one: Candidate, strategy: Strategy, wanted: Wanted, at: datetime) -> Why | None:
    """Why an agent may not be given the ticket now, the lasting reasons first; None where nothing is in the way."""
    missing = sorted(wanted.skills - one.skills)
    if strategy.match is Match.ALL and missing:
        return Why("skill", N_("lacks the skill %(skills)s"), {"skills": ", ".join(missing)})
    away = [absence for absence in one.absences if absence.holds_at(at)]
    if away:
        until = max(absence.until for absence in away)
        return Why("absent", N_("absent until %(until)s"), {"until": until.isoformat()})
    if not one.is_available:
        return Why("away", N_("switched to away"))
    if strategy.in_working_hours and one.hours is not None and not one.hours.is_open(at):
        return Why("hours", N_("outside working hours"))
    return _fullness(one, wanted)


def _fullness(one: Candidate, wanted: Wanted) -> Why | None:
    if one.capacity is not None and one.open >= one.capacity:
        return Why(
            "full",
            N_("has %(open)d of %(most)d tickets"),
            {"open": one.open, "most": one.capacity},
        )
    most, has = one.limits.get(wanted.channel), one.open_on.get(wanted.channel, 0)
    if most is not None and has >= most:
        return Why(
            "full_on_channel",
            N_("has %(open)d of %(most)d tickets on this channel"),
            {"open": has, "most": most},
        )
    return None


def _best(fit: Sequence[Candidate], strategy: Strategy, wanted: Wanted) -> list[Candidate]:
    if strategy.match is not Match.BEST or not wanted.skills:
        return list(fit)
    most = max(len(one.skills & wanted.skills) for one in fit)
    return [one for one in fit if len(one.skills & wanted.skills) == most]


def _next(
    best: Sequence[Candidate], absent: Sequence[Candidate], strategy: Strategy, at: datetime
) -> tuple[Candidate, Agent | None]:
    """Who comes next among the best, and in whose place.

    In turn, an absent agent's turn comes round like everybody's, and goes to the substitute if that one is fit.
    """
    if strategy.pick is Pick.LEAST_LOADED:
        return min(best, key=lambda one: (one.load, one.last_turn, one.agent)), None
    fit = {one.agent: one for one in best}
    turns: list[tuple[int, Agent, Candidate, Agent | None]] = [
        (one.last_turn, one.agent, one, None) for one in best
    ]
    for one in absent:
        substitute = fit.get(_substitute_of(one, at) or 0)
        if substitute is not None:
            turns.append((one.last_turn, one.agent, substitute, one.agent))
    _turn, _agent, chosen, in_place_of = min(turns, key=lambda turn: turn[:2])
    return chosen, in_place_of


def _substitute_of(one: Candidate, at: datetime) -> Agent | None:
    return next((a.substitute for a in one.absences if a.substitute and a.holds_at(at)), None)


def _why(chosen: Candidate, in_place_of: Agent | None, strategy: Strategy, wanted: Wanted) -> Why:
    values: dict[str, object] = {"open": chosen.open}
    if chosen.capacity is not None:
        values["most"] = chosen.capacity
    held = sorted(chosen.skills & wanted.skills)
    if strategy.match is not Match.IGNORED and held:
        values["skills"] = ", ".join(held)
    return Why(*_said(strategy, values, in_place_of is not None), values)


def _said(strategy: Strategy, values: Mapping[str, object], substitutes: bool) -> tuple[str, str]:
    if substitutes:
        return "substitute", N_("has the turn of an absent colleague")
    if strategy.pick is Pick.ROUND_ROBIN:
        if "skills" in values:
            return "turn", N_("has the skill %(skills)s, and it was their turn")
        return "turn", N_("it was their turn")
    if "skills" in values and "most" in values:
        return "load", N_("has the skill %(skills)s, and fewest open, %(open)d of %(most)d")
    if "skills" in values:
        return "load", N_("has the skill %(skills)s, and fewest open, %(open)d")
    if "most" in values:
        return "load", N_("fewest open, %(open)d of %(most)d")
    return "load", N_("fewest open, %(open)d")


def _why_not(
    one: Candidate,
    chosen: Candidate,
    best: Sequence[Candidate],
    strategy: Strategy,
    wanted: Wanted,
) -> Why:
    if one not in best:
        return Why(
            "match",
            N_("matches %(count)d of %(all)d skills"),
            {"count": len(one.skills & wanted.skills), "all": len(wanted.skills)},
        )
    if strategy.pick is Pick.ROUND_ROBIN:
        return Why("later", N_("comes later in turn"))
    if one.load == chosen.load:
        return Why("later", N_("is as free, and comes later in turn"), {"open": one.open})
    if one.capacity is not None:
        return Why(
            "load",
            N_("has %(open)d of %(most)d tickets"),
            {"open": one.open, "most": one.capacity},
        )
    return Why("load", N_("has %(open)d tickets"), {"open": one.open})


def _nobody(others: Sequence[tuple[Agent, Why]]) -> Why:
    """Why nobody could be chosen: the one reason, if all have the same; else how many there are of each."""
    if not others:
        return Why("nobody", N_("nobody works in this group"))
    codes = {why.code for _agent, why in others}
    texts = {
        "skill": N_("nobody has the skills"),
        "absent": N_("everybody is absent"),
        "away": N_("everybody is switched to away"),
        "hours": N_("it is outside everybody's working hours"),
        "full": N_("everybody has as many tickets as they can bear"),
        "full_on_channel": N_("everybody has as many tickets of this channel as they can bear"),
    }
    if len(codes) == 1:
        (code,) = codes
        return Why(code, texts[code])
    counts = {"people": len(others)}
    return Why("several", N_("none of %(people)d people is free"), counts)


def after_turn(candidates: Iterable[Candidate], choice: Choice, *, turn: int) -> list[Candidate]:
    """The candidates with the turn noted: for the one who was chosen, and for the one whose turn it was."""
    took = {choice.agent, choice.in_place_of}
    return [replace(one, last_turn=turn) if one.agent in took else one for one in candidates]
