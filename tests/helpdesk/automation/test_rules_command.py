"""`desk rules test`: what a rule would do, said at a terminal; nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.cli.rules import test_rule as command
from tests.cast import Cast
from tests.helpdesk.automation.rules import make_trigger
from tests.makers import make_ticket


def tried(name: str, **more: Any) -> None:
    run: Any = command.callback
    run.__wrapped__(name, **{"ticket": None, "days": 30, **more})


def test_it_counts_over_the_past_and_names_examples(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = make_ticket(cast.ada)
    make_trigger("printers", "printer event:opened", {"set_priority": 1})
    tried("printers")
    said = capsys.readouterr().out
    assert "it would have run 1 times on 1 tickets" in said
    assert "Set the priority to 1. 1 times." in said
    assert ticket.priority == 4


def test_it_says_of_a_ticket_what_holds_and_what_does_not(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = make_ticket(cast.ada)
    make_trigger("printers", "printer tag:vip", {"set_priority": 1})
    tried("printers", ticket=ticket.number)
    assert "this does not hold: it is tagged vip" in capsys.readouterr().out
    make_trigger("printers", "printer", {"set_priority": 1})
    tried("printers", ticket=ticket.number)
    assert "Set the priority to 1. (4 → 1)" in capsys.readouterr().out


def test_a_rule_that_there_is_not_is_said(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tried("nothing")
    assert "There is no trigger or timed rule named nothing." in capsys.readouterr().err
