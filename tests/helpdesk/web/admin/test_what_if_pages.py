"""The pages of what-if: a draft is written, tried, watched without scripts, stopped, and its flips lead to tickets."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from helpdesk.cli import levels
from helpdesk.configuration.editing import text_of as text_of_body
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.sla import what_if
from helpdesk.sla.what_if_models import RunState, SlaWhatIf
from tests.cast import Cast
from tests.helpdesk.sla.desk import HOUR, hours, policy, set_up
from tests.helpdesk.web.console.budget import counted
from tests.makers import make_reply, make_ticket
from tests.pages import PageClient

STRICT = HOUR // 2


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def text_of(client: PageClient) -> str:
    assert client.last is not None
    return client.last.get_data(as_text=True)


def _strict() -> dict[str, Any]:
    body = policy()
    body["metrics"]["first_response"] = {"targets": {"*": STRICT}}
    return body


def _answered_late(cast: Cast, clock: StoppedClock, count: int = 1) -> None:
    for _ in range(count):
        ticket = make_ticket(cast.ada, cast.it)
        clock.advance(hours(0.75))
        make_reply(ticket, cast.ben)


def _asked() -> SlaWhatIf:
    with unit_of_work():
        return what_if.begin(Kind.POLICY, "standard", _strict(), months=1, by=None)


def test_a_draft_begins_with_what_holds_and_is_handed_to_a_worker(
    eve: PageClient, cast: Cast
) -> None:
    set_up()
    eve.get("/admin/what-if")
    assert "/admin/what-if/policy/standard" in text_of(eve)
    eve.get("/admin/what-if/policy/standard")
    assert "first_response" in text_of(eve)
    eve.post("/admin/what-if/policy/standard", {"text": text_of_body(_strict()), "months": "2"})
    (run,) = what_if.recent()
    assert (run.state, run.months, run.made_by) == (RunState.WAITING, 2, cast.eve.id)


def test_a_faulty_draft_is_shown_with_its_faults_and_is_not_tried(
    eve: PageClient, cast: Cast
) -> None:
    set_up()
    path = "/admin/what-if/policy/standard"
    eve.post(path, {"text": "metrics:\n  speed: {}\n", "months": "2"}, status=422)
    assert "speed" in text_of(eve)
    eve.post(path, {"text": text_of_body(_strict()), "months": "x"}, status=422)
    assert what_if.recent() == []


def test_a_run_shows_its_progress_and_looks_again_by_itself(eve: PageClient, cast: Cast) -> None:
    set_up()
    run = _asked()
    eve.get(f"/admin/what-if/{run.id}")
    assert eve.last is not None
    assert eve.last.headers["Refresh"]
    assert "Stop" in text_of(eve)
    eve.post(f"/admin/what-if/{run.id}/stop", {})
    eve.get(f"/admin/what-if/{run.id}")
    assert "Refresh" not in eve.last.headers
    assert "Go on" in text_of(eve)
    eve.post(f"/admin/what-if/{run.id}/go-on", {})
    assert what_if.find(run.id).state is RunState.WAITING


@pytest.mark.parametrize("tickets", [1, 12])
def test_what_was_found_is_shown_within_its_budget(
    eve: PageClient, cast: Cast, clock: StoppedClock, tickets: int
) -> None:
    set_up()
    _answered_late(cast, clock, tickets)
    run = _asked()
    what_if.work(run.id, processes=0)
    with counted() as statements:
        eve.get(f"/admin/what-if/{run.id}")
    assert len(statements) <= 9, "\n\n".join(statements)
    page = text_of(eve)
    assert "IT support" in page
    assert "Only the target is another." in page
    assert page.count("/clocks/first_response/1") == what_if.find(run.id).flips > 0


def test_only_administrators_may_try_drafts(client: PageClient, cast: Cast) -> None:
    set_up()
    client.sign_in("ben@borough.example")
    client.get("/admin/what-if", status=403)


def test_the_command_tries_a_change_of_one_field_and_says_what_flips(
    cast: Cast, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up()
    _answered_late(cast, clock)
    body = levels._draft(
        Kind.POLICY, "standard", None, (f"metrics.first_response.targets.*={STRICT}",)
    )
    with unit_of_work():
        run = what_if.begin(Kind.POLICY, "standard", body, months=1, by=None)
    said: list[str] = []
    monkeypatch.setattr(levels, "say", said.append)
    levels._show(levels._work(run.id, 0))
    assert any("100.0%     0.0%" in line for line in said)
    assert any(line.startswith("- ticket") and "met > missed" in line for line in said)


def test_the_command_wants_a_draft() -> None:
    shown = CliRunner().invoke(levels.sla, ["what-if", "--help"])
    assert "--go-on" in shown.output
