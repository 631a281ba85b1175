"""One approval under way: stages open one after the other, people vote, a change of what they saw voids it all.

An `Approval` is a value; each function here gives the next one, or raises `NotAllowed` with what is in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workflows.approvals import Choice, Tally, Verdict, decide
from workflows.approvals_plan import Delegation, Person, Plan, Seat, freeze
from workflows.faults import N_, Fault, Faulty


class NotAllowed(Faulty):
    """What somebody wanted to do may not be done, and why."""

    def __init__(self, text: str) -> None:
        super().__init__(Fault((), text))


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody said, when, and of which version of the protected fields; never changed once it is said.

    `by` is who said it, `seat` the holder of the seat it counts for, None for a veto holder without a seat.
    """

    by: Person
    seat: Person | None
    choice: Choice
    at: datetime
    version: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something an approver asked first; the stage waits until it is answered or the asker votes."""

    by: Person
    at: datetime
    text: str
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A stage that was opened: its frozen seats and veto holders, and all that was said in it, in order."""

    opened_at: datetime
    seats: tuple[Seat, ...]
    vetoes: tuple[Seat, ...]
    votes: tuple[Vote, ...] = ()
    questions: tuple[Question, ...] = ()
    verdict: Verdict = Verdict.OPEN
    decided_at: datetime | None = None

    @property
    def on_hold(self) -> bool:
        """Whether a question waits for its answer."""
        return any(question.answered_at is None for question in self.questions)

    def standing(self) -> dict[Person, Vote]:
        """The vote that counts for each seat, by its holder: the last one said."""
        return {vote.seat: vote for vote in self.votes if vote.seat is not None}

    def waiting_for(self) -> tuple[Seat, ...]:
        """The seats from which nothing was heard."""
        said = self.standing()
        return tuple(seat for seat in self.seats if seat.holder not in said)

    def tally(self) -> Tally:
        """The votes, counted."""
        said = [vote.choice for vote in self.standing().values()]
        return Tally(
            seats=len(self.seats),
            approved=said.count(Choice.APPROVE),
            rejected=said.count(Choice.REJECT),
            abstained=said.count(Choice.ABSTAIN),
            vetoed=self._is_vetoed(),
        )

    def _is_vetoed(self) -> bool:
        last = {vote.by: vote.choice for vote in self.votes}
        return any(
            last.get(person) is Choice.REJECT
            for seat in self.vetoes
            for person in (seat.holder, *seat.deputies)
        )


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval under way or decided; `version` is that of the protected fields it is about."""

    plan: Plan
    requester: Person | None
    version: int
    stages: tuple[Open, ...]
    verdict: Verdict = Verdict.OPEN
    decided_at: datetime | None = None

    @property
    def stage(self) -> Open:
        """The stage that was opened last."""
        return self.stages[-1]


def open_approval(
    plan: Plan,
    *,
    requester: Person | None,
    version: int,
    at: datetime,
    delegations: Sequence[Delegation] = (),
) -> Approval:
    """Open the first stage. One in which nobody may decide is rejected at once, and so is the whole."""
    return _opened(Approval(plan, requester, version, ()), at, delegations)


def vote(
    approval: Approval,
    *,
    by: Person,
    choice: Choice,
    at: datetime,
    version: int,
    reason: str = "",
    delegations: Sequence[Delegation] = (),
) -> Approval:
    """Count a vote; a later one of the same seat replaces it until the stage is decided.

    `delegations` are those in force, for the stage that this vote may open. Raises NotAllowed.
    """
    seat = _seat_for(approval, by, version)
    if choice is Choice.REJECT and not reason.strip():
        raise NotAllowed(N_("Say why you reject it."))
    if seat is None and choice is Choice.APPROVE:
        raise NotAllowed(N_("You may reject this; the others approve it."))
    said = Vote(by, seat.holder if seat else None, choice, at, version, reason.strip())
    stage = approval.stage
    questions = tuple(
        replace(one, answered_at=at) if one.by == by and one.answered_at is None else one
        for one in stage.questions
    )
    return _judged(
        approval, replace(stage, votes=(*stage.votes, said), questions=questions), at, delegations
    )


def ask(approval: Approval, *, by: Person, text: str, at: datetime) -> Approval:
    """Put a question before voting; the stage is on hold until it is answered. Raises NotAllowed."""
    _seat_for(approval, by, approval.version)
    if not text.strip():
        raise NotAllowed(N_("Write your question."))
    stage = approval.stage
    question = Question(by, at, text.strip())
    return _with(approval, replace(stage, questions=(*stage.questions, question)))


def answer(approval: Approval, *, at: datetime, delegations: Sequence[Delegation] = ()) -> Approval:
    """The questions are answered: the stage goes on, and is decided if the votes suffice."""
    _require_open(approval)
    questions = tuple(
        replace(one, answered_at=one.answered_at or at) for one in approval.stage.questions
    )
    return _judged(approval, replace(approval.stage, questions=questions), at, delegations)


def stand_in(approval: Approval, *, holder: Person, deputy: Person) -> Approval:
    """Let somebody else vote for a silent seat too, since its time ran out; both names stay. Raises NotAllowed."""
    _require_open(approval)
    stage = approval.stage
    if holder not in [seat.holder for seat in stage.waiting_for()]:
        raise NotAllowed(N_("This person has voted, or was not asked."))
    if deputy == approval.requester:
        raise NotAllowed(N_("Nobody approves a request of their own."))
    if any(seat.may_be_used_by(deputy) for seat in stage.seats):
        raise NotAllowed(N_("This person has a vote already, and nobody has two."))
    seats = tuple(
        replace(seat, deputies=(*seat.deputies, deputy)) if seat.holder == holder else seat
        for seat in stage.seats
    )
    return _with(approval, replace(stage, seats=seats))


def amend(approval: Approval, *, version: int, at: datetime) -> Approval:
    """A protected field changed: open and given approvals are void. What was rejected stays rejected."""
    if version == approval.version or approval.verdict in (Verdict.REJECTED, Verdict.VOIDED):
        return approval
    return replace(approval, verdict=Verdict.VOIDED, decided_at=at)


def _seat_for(approval: Approval, by: Person, version: int) -> Seat | None:
    """The seat this person may use; None for a veto holder without one. Raises NotAllowed."""
    _require_open(approval)
    if by == approval.requester:
        raise NotAllowed(N_("Nobody approves a request of their own."))
    if version != approval.version:
        raise NotAllowed(N_("What you looked at has changed. Look again, then vote."))
    for seat in approval.stage.seats:
        if seat.may_be_used_by(by):
            return seat
    if any(seat.may_be_used_by(by) for seat in approval.stage.vetoes):
        return None
    raise NotAllowed(N_("You were not asked to approve this."))


def _require_open(approval: Approval) -> None:
    if approval.verdict is not Verdict.OPEN:
        raise NotAllowed(N_("This is decided already."))


def _opened(approval: Approval, at: datetime, delegations: Sequence[Delegation]) -> Approval:
    """The approval with its next stage open, and those after it where this one is decided at once."""
    plan = approval.plan.stages[len(approval.stages)]
    seats = freeze(plan.approvers, requester=approval.requester, delegations=delegations, at=at)
    vetoes = freeze(
        sorted(plan.vetoes), requester=approval.requester, delegations=delegations, at=at
    )
    stage = Open(at, seats, vetoes, _brought(approval, seats, vetoes))
    widened = replace(approval, stages=(*approval.stages, stage))
    return _judged(widened, stage, at, delegations)


def _brought(
    approval: Approval, seats: tuple[Seat, ...], vetoes: tuple[Seat, ...]
) -> tuple[Vote, ...]:
    """The votes that people of this stage gave in earlier ones, where one vote is enough."""
    if not approval.plan.once:
        return ()
    last = {vote.by: vote for stage in approval.stages for vote in stage.votes}
    seated = {seat.holder for seat in seats}
    asked = [*seated, *(seat.holder for seat in vetoes if seat.holder not in seated)]
    votes = (
        replace(last[person], seat=person if person in seated else None)
        for person in asked
        if person in last
    )
    return tuple(sorted(votes, key=lambda one: (one.at, one.by)))


def _judged(
    approval: Approval, stage: Open, at: datetime, delegations: Sequence[Delegation]
) -> Approval:
    """The approval with this as its last stage, decided if the votes suffice and no question waits."""
    decision = approval.plan.stages[len(approval.stages) - 1].decision
    verdict = Verdict.OPEN if stage.on_hold else decide(decision, stage.tally())
    if verdict is Verdict.OPEN:
        return _with(approval, stage)
    approval = _with(approval, replace(stage, verdict=verdict, decided_at=at))
    if verdict is Verdict.APPROVED and len(approval.stages) < len(approval.plan.stages):
        return _opened(approval, at, delegations)
    return replace(approval, verdict=verdict, decided_at=at)


def _with(approval: Approval, stage: Open) -> Approval:
    return replace(approval, stages=(*approval.stages[:-1], stage))
