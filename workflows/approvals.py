"""When votes decide: any, all, majority, a number, a share; told the votes, it says approved, rejected or open."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from workflows.faults import N_, fault


class Verdict(enum.StrEnum):
    """How it stands. Voided: what was to be approved changed, so nothing that was said counts any more."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOIDED = "voided"


class Choice(enum.StrEnum):
    """What an approver says. An abstention lowers the number of votes that count."""

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"


class Rule(enum.StrEnum):
    """How many approvals a stage takes."""

    ANY = "any"
    ALL = "all"
    MAJORITY = "majority"
    QUORUM = "quorum"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule with its number: votes for a quorum, 1 to 100 for a percentage, none for the others. Raises Faulty."""

    rule: Rule
    number: int = 0

    def __post_init__(self) -> None:
        if self.rule is Rule.QUORUM and self.number < 1:
            raise fault(("number",), N_("A quorum is at least one vote."))
        if self.rule is Rule.PERCENT and not 1 <= self.number <= 100:
            raise fault(("number",), N_("A share of the votes is a number from 1 to 100."))


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes of a stage, counted. `seats` is how many approvers were frozen when the stage opened."""

    seats: int
    approved: int = 0
    rejected: int = 0
    abstained: int = 0
    vetoed: bool = False

    @property
    def counting(self) -> int:
        """How many votes count: the seats less those who abstained."""
        return self.seats - self.abstained

    @property
    def outstanding(self) -> int:
        """How many have not voted."""
        return self.counting - self.approved - self.rejected


def decide(decision: Decision, tally: Tally) -> Verdict:
    """What the votes amount to.

    A veto rejects whatever else was said. Where nobody's vote counts it is rejected: silence approves nothing.
    """
    if tally.vetoed or tally.counting <= 0:
        return Verdict.REJECTED
    needed = needed_of(decision, tally.counting)
    if tally.approved >= needed:
        return Verdict.APPROVED
    if tally.counting - tally.rejected < needed:
        return Verdict.REJECTED
    return Verdict.OPEN


def needed_of(decision: Decision, counting: int) -> int:
    """How many approvals it takes where so many votes count; more than there are where a quorum cannot be had."""
    match decision.rule:
        case Rule.ANY:
            return 1
        case Rule.ALL:
            return counting
        case Rule.MAJORITY:
            return counting // 2 + 1
        case Rule.QUORUM:
            return decision.number
        case Rule.PERCENT:
            return -(-counting * decision.number // 100)
