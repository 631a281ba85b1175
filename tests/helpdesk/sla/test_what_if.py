"""A draft held against the past: what it finds, that it writes nothing else, stops, and goes on where it stopped."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import DefinitionVersion, Kind
from helpdesk.sla import what_if
from helpdesk.sla.day_clocks import DAY
from helpdesk.sla.models import SlaEvent, SlaFired, SlaTimer
from helpdesk.sla.what_if_models import RunState, SlaWhatIf
from tests.cast import Cast
from tests.helpdesk.sla.desk import HOUR, OFFICE, hours, policy, set_up
from tests.makers import make_reply, make_ticket
from workflows.faults import Faulty
from workflows.what_if import Line, Tally, Verdict


def _answered(cast: Cast, clock: StoppedClock, *after: float) -> list[int]:
    """Tickets of the IT group that were answered so many hours after they came."""
    found = []
    for wait in after:
        ticket = make_ticket(cast.ada, cast.it)
        clock.advance(hours(wait))
        make_reply(ticket, cast.ben)
        found.append(ticket.id)
    return found


def _with_answer_in(seconds: int) -> dict[str, Any]:
    body = policy()
    body["metrics"]["first_response"] = {"targets": {"*": seconds}}
    return body


def _run(body: dict[str, Any], kind: Kind = Kind.POLICY, name: str = "standard") -> SlaWhatIf:
    with unit_of_work():
        run = what_if.begin(kind, name, body, months=1, by=None)
    return what_if.work(run.id, processes=0)


def _line(run: SlaWhatIf, metric: str, dimension: str = "all") -> Line:
    lines = Tally.from_json(run.result).lines(dimension)
    return next(line for line in lines if line.metric == metric)


def test_a_shorter_target_shows_what_it_would_have_cost(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    _, slow = _answered(cast, clock, 0.25, 0.75)
    run = _run(_with_answer_in(HOUR // 2))
    line = _line(run, "first_response")
    assert (line.before.attainment, line.after.attainment) == (1.0, 0.5)
    assert (run.state, run.done, run.of, run.flips) == (RunState.DONE, 2, 2, 1)
    (flip,) = what_if.flips_of(run.id, 10)
    assert (flip.ticket_id, flip.metric, flip.gets_better) == (slow, "first_response", False)
    assert flip.data["after"]["target"] == HOUR // 2


def test_it_is_told_by_team_channel_and_priority(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    _answered(cast, clock, 0.25)
    run = _run(_with_answer_in(60))
    assert _line(run, "first_response", "team").value == "IT support"
    assert _line(run, "first_response", "priority").value == "p4"
    assert _line(run, "first_response", "channel").value


def test_a_draft_of_a_calendar_takes_its_place_in_the_past(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    _answered(cast, clock, 3)
    closed = {**OFFICE, "holidays": [{"date": clock.now().date().isoformat()}]}
    run = _run(closed, Kind.CALENDAR, "office")
    line = _line(run, "first_response")
    assert (line.before.counts[Verdict.MISSED], line.after.counts[Verdict.MET]) == (1, 1)
    (flip,) = [one for one in what_if.flips_of(run.id, 10) if one.metric == "first_response"]
    assert flip.gets_better
    assert flip.data["after"]["cause"] == "holiday"


def test_it_writes_nothing_but_its_own_result(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    _answered(cast, clock, 0.75)
    before = _rows()
    _run(_with_answer_in(60))
    assert _rows() == before


def _rows() -> list[Any]:
    db.session.rollback()
    counted = [
        db.session.scalar(select(func.count()).select_from(table))
        for table in (SlaEvent, SlaFired, DefinitionVersion)
    ]
    states = db.session.scalars(select(SlaTimer.state).order_by(SlaTimer.id)).all()
    return [*counted, states]


def test_a_stopped_run_goes_on_where_it_stopped(
    cast: Cast, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up()
    _answered(cast, clock, 0.25, 0.75, 0.25)
    monkeypatch.setattr(what_if, "BATCH", 1)
    with unit_of_work():
        run = what_if.begin(Kind.POLICY, "standard", _with_answer_in(HOUR // 2), months=1, by=None)

    def stop(_run: SlaWhatIf) -> None:
        with unit_of_work():
            what_if.stop(run.id)

    stopped = what_if.work(run.id, say=stop, processes=0)
    assert (stopped.state, stopped.done) == (RunState.STOPPED, 1)
    with unit_of_work():
        what_if.go_on(run.id)
    shown: list[int] = []
    ended = what_if.work(run.id, say=lambda one: shown.append(one.done), processes=0)
    assert shown == [2, 3]
    assert (ended.state, Tally.from_json(ended.result).tickets, ended.flips) == (
        RunState.DONE,
        3,
        1,
    )


def test_a_run_that_is_done_does_not_go_on(cast: Cast) -> None:
    set_up()
    run = _run(policy())
    with unit_of_work(), pytest.raises(Conflict):
        what_if.go_on(run.id)


def test_a_run_whose_process_ended_is_left_and_may_go_on(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    with unit_of_work():
        run = what_if.begin(Kind.POLICY, "standard", policy(), months=1, by=None)
        run.state, run.beat_at = RunState.RUNNING, clock.now()
    assert not what_if.is_left(what_if.find(run.id))
    clock.advance(hours(1))
    assert what_if.is_left(what_if.find(run.id))


def test_other_processes_find_the_same(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    _answered(cast, clock, 0.25, 0.75)
    alone = _run(_with_answer_in(HOUR // 2))
    with unit_of_work():
        run = what_if.begin(Kind.POLICY, "standard", _with_answer_in(HOUR // 2), months=1, by=None)
    beside = what_if.work(run.id, processes=1)
    assert beside.result == alone.result


def test_tickets_from_before_the_range_are_left_out(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    _answered(cast, clock, 0.25)
    clock.advance(hours(24 * 60))
    line = _line(_run(_with_answer_in(60)), "resolution")
    assert line.before.counts[Verdict.LATE] == 1
    metrics = {one.metric for one in Tally.from_json(what_if.recent()[0].result).lines("all")}
    assert "first_response" not in metrics


def test_a_draft_that_cannot_be_used_is_refused(cast: Cast) -> None:
    set_up()
    with unit_of_work(), pytest.raises(Faulty):
        what_if.begin(Kind.POLICY, "standard", {"metrics": {"speed": {}}}, months=1, by=None)
    with unit_of_work(), pytest.raises(NotFound):
        what_if.begin(Kind.POLICY, "unknown", policy(), months=1, by=None)
    with unit_of_work(), pytest.raises(Invalid):
        what_if.begin(Kind.MACRO, "standard", {}, months=1, by=None)
    with unit_of_work(), pytest.raises(Invalid):
        what_if.begin(Kind.POLICY, "standard", policy(), months=0, by=None)


def test_facts_of_clocks_that_count_days_are_passed_over(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    (ticket_id,) = _answered(cast, clock, 0.25)
    with unit_of_work():
        last = db.session.scalar(
            select(func.max(SlaEvent.seq)).where(SlaEvent.ticket_id == ticket_id)
        )
        db.session.add(
            SlaEvent(ticket_id=ticket_id, seq=(last or 0) + 1, at=clock.now(), kind=DAY, data={})
        )
    run = _run(_with_answer_in(60))
    assert (run.unread, run.done, run.flips) == (0, 1, 1)


def test_a_ticket_whose_facts_make_no_sense_is_counted_as_unread(
    cast: Cast, clock: StoppedClock
) -> None:
    set_up()
    broken, _ = _answered(cast, clock, 0.25, 0.25)
    with unit_of_work():
        facts = select(SlaEvent).where(SlaEvent.ticket_id == broken, SlaEvent.seq == 1)
        db.session.scalars(facts).one().kind = "unheard of"
    run = _run(_with_answer_in(60))
    assert (run.state, run.unread, run.flips) == (RunState.DONE, 1, 1)


def test_older_versions_of_the_policy_are_replaced_too(cast: Cast, clock: StoppedClock) -> None:
    set_up()
    _answered(cast, clock, 0.75)
    with unit_of_work():
        store.save(Kind.POLICY, "standard", policy(title="Newer"), by=None, cause="test")
    line = _line(_run(_with_answer_in(60)), "first_response")
    assert line.after.counts[Verdict.MISSED] == 1
