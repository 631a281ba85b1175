"""What could not be said is gathered by similar wording, taught, and then answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.answers import unsaid, uses
from helpdesk.answers.asking import ask
from helpdesk.core.clock import StoppedClock
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table


@pytest.fixture
def bins(cast: Cast) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)


def asked(*questions: str) -> None:
    for question in questions:
        ask(question, "portal", None, "en")


def test_questions_of_similar_wording_are_one_and_the_most_frequent_comes_first(
    bins: None, clock: StoppedClock
) -> None:
    asked("who is my councillor", "garden waste sacks", "How do I get garden waste sacks?")
    asked("garden wast sacks", "Who is my councilor please?", "garden waste sacks")

    found = unsaid.unsaid()

    assert [(one.wording, one.count) for one in found] == [
        ("garden waste sacks", 4),
        ("who is my councillor", 2),
    ]


def test_what_was_answered_is_not_on_the_list_unless_it_did_not_help(bins: None) -> None:
    answered = ask("bins SW1A 1AA", "portal", None, "en", service="bin-day")
    assert unsaid.unsaid() == []

    uses.say_helpful(answered.key, False)

    assert [one.near for one in unsaid.unsaid()] == ["bin-day"]


def test_a_taught_phrase_is_matched_and_off_the_list(bins: None, cast: Cast) -> None:
    asked("kerbside pickup dates")
    group = unsaid.unsaid()[0]

    with unit_of_work():
        unsaid.teach("bin-day", "kerbside  pickup dates", "en", by=cast.eve.id, cause="test")
        unsaid.settle(group.ids, by=cast.eve.id)

    assert unsaid.unsaid() == []
    assert ask("Kerbside pickup dates?", "portal", None, "en").pieces[0].name == "bin-day"


def test_a_phrase_is_taught_once(bins: None) -> None:
    for phrase in ("kerbside pickup", "Kerbside Pickup"):
        with unit_of_work():
            unsaid.teach("bin-day", phrase, "cy", by=None, cause="test")

    body = store.find(Kind.SERVICE, "bin-day").body
    assert body["asked"]["cy"]["phrases"][-1] == "kerbside pickup"
    assert len(store.versions_of(Kind.SERVICE, "bin-day")) == 2


@pytest.mark.parametrize("phrase", ["", "  ", "the", "?!", "x " * 200])
def test_a_phrase_that_says_nothing_is_not_taught(bins: None, phrase: str) -> None:
    with pytest.raises(Invalid), unit_of_work():
        unsaid.teach("bin-day", phrase, "en", by=None, cause="test")


def test_the_list_looks_back_for_a_while(bins: None, clock: StoppedClock) -> None:
    asked("who is my councillor")
    clock.advance(timedelta(days=91))

    assert unsaid.unsaid() == []
