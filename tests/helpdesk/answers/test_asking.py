"""What the desk says by itself: found by what people ask, with what it needs, and a person one step away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.answers import uses
from helpdesk.answers.asking import ask, likely
from helpdesk.answers.models import AnswerUse, Outcome, WhenOld
from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast, make_person
from tests.helpdesk.answers.desk import BIN_DAY, make_service, make_table
from tests.makers import make_ticket

OFFICE = {
    "title": "Office",
    "zone": "Europe/London",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}


@pytest.fixture
def bins(cast: Cast) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)


def newest(db: Any) -> AnswerUse:
    found: AnswerUse = db.session.scalars(select(AnswerUse).order_by(AnswerUse.id.desc())).first()
    return found


def test_a_question_is_asked_for_what_the_service_needs(bins: None) -> None:
    answered = ask("when is my bin collected?", "portal", None, "en")

    assert answered.outcome is Outcome.ASKED
    asked = answered.pieces[0].asks_for
    assert asked is not None
    assert asked.label == "What is your postcode?"


def test_several_rows_of_a_key_are_chosen_from(bins: None) -> None:
    answered = ask("", "chat", None, "en", service="bin-day", given={"postcode": "sw1a2aa"})

    asked = answered.pieces[0].asks_for
    assert asked is not None
    assert asked.options == ("10 Downing Lane", "11 Downing Lane")
    assert answered.pieces[0].given == {"postcode": "SW1A2AA"}


def test_an_answer_is_told_once_all_is_known(bins: None) -> None:
    given = {"postcode": "SW1A 2AA", "address": "11 Downing Lane"}

    answered = ask("", "chat", None, "en", service="bin-day", given=given)

    said = answered.pieces[0].text
    assert said == "Bins at 11 Downing Lane are emptied on Tuesday 24 November 2026."
    assert answered.outcome is Outcome.ANSWERED


def test_a_postcode_in_the_question_is_used(bins: None) -> None:
    answered = ask("What day do you empty the bins at sw1a 1aa?", "slack", None, "en")

    assert answered.pieces[0].text == "Bins at 1 Palace Road are emptied on Monday."


def test_a_welsh_question_is_answered_in_welsh(bins: None) -> None:
    answered = ask("Pryd mae'r biniau'n cael eu casglu yn SW1A 1AA?", "chat", None, "en")

    assert answered.language == "cy"
    assert answered.pieces[0].text == "Caiff y biniau yn 1 Palace Road eu gwagio ar Dydd Llun."


def test_what_cannot_be_a_postcode_is_asked_for_again(bins: None) -> None:
    answered = ask("", "portal", None, "en", service="bin-day", given={"postcode": "nowhere"})

    asked = answered.pieces[0].asks_for
    assert asked is not None
    assert "not a full postcode" in asked.error


def test_an_unknown_key_falls_back_to_a_person(bins: None, cast: Cast) -> None:
    answered = ask("", "portal", None, "en", service="bin-day", given={"postcode": "ZE1 0AA"})

    assert answered.outcome is Outcome.FELL_BACK
    assert answered.pieces[0].text == "We do not know this postcode."
    assert answered.hand_over.group_id == cast.highways.id


def test_a_question_nobody_knows_is_a_miss_with_a_person_one_step_away(bins: None, db: Any) -> None:
    answered = ask("Can I keep a llama in the garden?", "portal", None, "en")

    assert answered.pieces == ()
    assert answered.outcome is Outcome.MISSED
    assert answered.hand_over.text == "Ask a person"
    assert newest(db).wording == "Can I keep a llama in the garden?"


def test_why_it_was_matched_is_said(bins: None) -> None:
    answered = ask("bin colection day", "portal", None, "en")

    assert answered.pieces[0].because == "Matched because of: bin, collect, day."


def test_the_same_question_gets_the_same_answer(bins: None) -> None:
    first = ask("rubish collection", "portal", None, "en")
    again = ask("rubish collection", "portal", None, "en")

    assert first.pieces == again.pieces


def test_old_facts_say_so(cast: Cast, clock: StoppedClock) -> None:
    make_table(as_of=date(2026, 11, 1), max_age_days=7)
    make_service("bin-day", **BIN_DAY)

    said = ask("bins SW1A 1AA", "portal", None, "en", service="bin-day").pieces[0]

    assert "This was right on 1 November 2026." in said.text


def test_old_facts_are_not_told_where_that_is_set(cast: Cast) -> None:
    make_table(as_of=date(2026, 11, 1), max_age_days=7, when_old=WhenOld.WITHHOLD)
    make_service("bin-day", **BIN_DAY)

    answered = ask("bins SW1A 1AA", "portal", None, "en", service="bin-day")

    assert answered.outcome is Outcome.FELL_BACK


def test_hours_follow_from_the_calendar(cast: Cast, clock: StoppedClock) -> None:
    with unit_of_work():
        store.save(Kind.CALENDAR, "office", OFFICE, by=None, cause="test")
    make_service(
        "hours",
        title="Opening hours",
        asked={"en": {"phrases": ["when are you open"]}},
        **{"from": {"hours": "office"}},
        text="{state} Today: {today}.",
    )

    by_day = ask("when are you open", "portal", None, "en").pieces[0].text
    clock.advance(timedelta(hours=9))
    at_night = ask("when are you open", "portal", None, "en").pieces[0].text

    assert by_day == "Open now, until 17:00. Today: 09:00 to 17:00."
    assert at_night.startswith("Closed now. Opens Tuesday 17 November at 09:00.")


STATUS: dict[str, Any] = {
    "title": "Status of my request",
    "asked": {"en": {"phrases": ["how does my request stand"], "words": ["status"]}},
    "from": {"status": True},
    "text": "{lines}",
}


def test_ones_own_requests_are_told(cast: Cast) -> None:
    make_service("status", **STATUS)
    ticket = make_ticket(cast.ada, subject="No heating")

    said = ask("how does my request stand", "portal", cast.ada, "en").pieces[0].text

    assert said == f"{ticket.number}, No heating: we are working on it (since 16 November 2026)"


@pytest.mark.parametrize("who", ["nobody", "another requester"])
def test_nobody_learns_of_a_request_that_is_not_theirs(cast: Cast, who: str) -> None:
    make_service("status", **STATUS)
    ticket = make_ticket(cast.ada, subject="No heating")
    with unit_of_work():
        fay = make_person("Fay Price", "fay@borough.example")
    viewer = None if who == "nobody" else fay

    there = ask(f"status {ticket.number}", "chat", viewer, "en", service="status").pieces[0]
    missing = ask("status INC-999999", "chat", viewer, "en", service="status").pieces[0]

    assert there == missing
    assert "heating" not in there.text
    assert there.link == ("/follow" if viewer is None else "")


@pytest.mark.parametrize(
    ("audience", "sees"),
    [("public", "nobody ada ben"), ("signed_in", "ada ben"), ("internal", "ben")],
)
def test_a_service_answers_only_its_audience(cast: Cast, audience: str, sees: str) -> None:
    make_service(
        "wifi",
        title="Wifi password",
        asked={"en": {"phrases": ["wifi password"]}},
        text="It is on the board.",
        audience=audience,
        **{"from": {"text": True}},
    )

    told = [
        who
        for who, viewer in (("nobody", None), ("ada", cast.ada), ("ben", cast.ben))
        if ask("wifi password", "portal", viewer, "en").pieces
        and ask("", "portal", viewer, "en", service="wifi").pieces
    ]

    assert told == sees.split()


def test_what_stands_in_braces_in_a_value_stays_as_it_is(cast: Cast) -> None:
    make_table(body=b"Postcode,Address,Day\nSW1A 1AA,{day}{{7*7}},Monday\n")
    make_service("bin-day", **BIN_DAY)

    said = ask("", "portal", None, "en", service="bin-day", given={"postcode": "SW1A 1AA"})

    assert said.pieces[0].text == "Bins at {day}{{7*7}} are emptied on Monday."


def test_a_text_that_names_a_column_there_is_not_falls_back(cast: Cast) -> None:
    make_table(body=b"Postcode,Address\nSW1A 1AA,1 Palace Road\n")
    make_service("bin-day", **BIN_DAY)

    answered = ask("", "portal", None, "en", service="bin-day", given={"postcode": "SW1A 1AA"})

    assert answered.outcome is Outcome.FELL_BACK


def test_a_use_says_nothing_of_who_asked(bins: None, db: Any) -> None:
    ask("bins for ada@borough.example, 07700 900123, 10 Oak Road SW1A 2AA", "chat", None, "en")

    kept = newest(db)
    assert "[…]" in kept.wording
    for telling in ("ada", "07700", "Oak", "SW1A"):
        assert telling not in kept.wording


def test_whether_it_helped_is_noted_by_the_key_of_the_answer(bins: None, db: Any) -> None:
    answered = ask("when is my bin collected", "portal", None, "en")

    assert uses.say_helpful(answered.key, False)
    assert not uses.say_helpful("another key", True)
    assert newest(db).is_helpful is False


def test_the_words_of_a_question_are_forgotten(bins: None, db: Any, clock: StoppedClock) -> None:
    ask("Can I keep a llama?", "portal", None, "en")

    clock.advance(timedelta(days=91))
    with unit_of_work():
        uses.sweep()
    assert newest(db).wording == ""

    clock.advance(timedelta(days=320))
    with unit_of_work():
        uses.sweep()
    assert newest(db) is None


def test_asking_inside_other_work_goes_with_that_work(bins: None, db: Any) -> None:
    with unit_of_work():
        ask("when is my bin collected", "slack", None, "en")

    assert newest(db).door == "slack"


def test_likely_answers_are_noted_nowhere(bins: None, db: Any) -> None:
    found = likely("My bin was not emptied again", None, "en")

    assert [piece.name for piece in found] == ["bin-day"]
    assert newest(db) is None


def test_a_service_that_is_switched_off_answers_nobody(cast: Cast) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY, active=False)

    assert ask("when is my bin collected", "portal", None, "en").pieces == ()


def test_a_changed_service_is_matched_anew(bins: None) -> None:
    assert ask("kerbside pickup", "portal", None, "en").pieces == ()

    asked = {"en": {"phrases": [*BIN_DAY["asked"]["en"]["phrases"], "kerbside pickup"]}}
    make_service("bin-day", **{**BIN_DAY, "asked": asked})

    assert ask("kerbside pickup", "portal", None, "en").is_sure
