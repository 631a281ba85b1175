"""What people asked and no article answers: by words, by what replies led to, by time, and for who may see the tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import open_questions
from helpdesk.knowledge.models import Audience
from helpdesk.tickets.models import Ticket, TicketType
from tests.cast import Cast
from tests.counting import count_queries
from tests.helpdesk.knowledge.shelf import make_article, make_draft, translate
from tests.makers import make_reply, make_ticket


def subjects(cast: Cast, name: str = "ben") -> list[str]:
    return [one.subject for one in open_questions.open_questions(cast.actor(name))]


def test_a_subject_that_no_article_has_the_words_for_is_open(cast: Cast) -> None:
    make_article("When we collect your bins")
    make_ticket(cast.ada, cast.it, subject="Hedgehog in the lift")

    assert subjects(cast) == ["Hedgehog in the lift"]


@pytest.mark.parametrize(
    "subject", ["Printer prints blank pages", "RE: Blank page!", "Where are the blank pages?"]
)
def test_what_an_article_has_the_words_for_is_answered(cast: Cast, subject: str) -> None:
    make_article("Blank pages", "Rock the drum.", keywords="printer")
    make_ticket(cast.ada, cast.it, subject=subject)

    assert subjects(cast) == []


def test_an_article_for_the_staff_answers_too(cast: Cast) -> None:
    make_article("Blank pages", "Rock the drum.", audience=Audience.INTERNAL)
    make_ticket(cast.ada, cast.it, subject="Blank pages")

    assert subjects(cast) == []


def test_a_draft_answers_nobody(cast: Cast) -> None:
    make_draft("Blank pages", "Rock the drum.")
    make_ticket(cast.ada, cast.it, subject="Blank pages")

    assert subjects(cast) == ["Blank pages"]


def test_a_welsh_subject_is_answered_by_its_mutated_words(cast: Cast) -> None:
    translate(make_article("Bin days", "On Tuesdays."), "Casgliad biniau", "Dydd Mawrth.")
    make_ticket(cast.ada, cast.it, subject="Fy nghasgliad")

    assert subjects(cast) == []


def test_a_ticket_whose_reply_led_to_an_article_is_answered(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it, subject="Hedgehog in the lift")
    make_reply(ticket, cast.ben, text="See https://desk.example/help/4-animals")

    assert subjects(cast) == []


def test_alike_subjects_are_one_question_and_the_most_asked_comes_first(cast: Cast) -> None:
    make_ticket(cast.ada, cast.it, subject="Hedgehog in the lift")
    newest = make_ticket(cast.ada, cast.it, subject="Re: a hedgehog in our lift")
    make_ticket(cast.ada, cast.it, subject="Lost umbrella")

    first, second = open_questions.open_questions(cast.actor("ben"))

    assert (first.times, first.number) == (2, newest.number)
    assert (second.times, second.subject) == (1, "Lost umbrella")


def test_tickets_that_a_reader_may_not_see_are_left_out(cast: Cast) -> None:
    make_ticket(cast.ada, cast.it, subject="Hedgehog in the lift")

    assert subjects(cast, "dan") == []
    assert subjects(cast, "eve") == ["Hedgehog in the lift"]


def test_what_the_staff_plan_is_no_question(cast: Cast) -> None:
    make_ticket(cast.ada, cast.it, subject="Replace the switches", type=TicketType.CHANGE)

    assert subjects(cast) == []


def test_what_was_asked_long_ago_is_left_out(cast: Cast) -> None:
    make_ticket(cast.ada, cast.it, subject="Hedgehog in the lift")
    with unit_of_work():
        db.session.execute(update(Ticket).values(created_at=clock.now() - timedelta(days=91)))
    db.session.expire_all()

    assert subjects(cast) == []


def test_a_subject_that_says_nothing_is_left_out(cast: Cast) -> None:
    make_ticket(cast.ada, cast.it, subject="Re: please help me")

    assert subjects(cast) == []


def test_it_costs_the_same_however_much_was_asked(cast: Cast) -> None:
    costs = []
    for number in range(2):
        for one in range(2 * number + 1):
            make_ticket(cast.ada, cast.it, subject=f"Hedgehog{'s' * one} umbrella{number} {one}x")
            make_article(f"Council tax {number} {one}")
        with count_queries() as counted:
            subjects(cast)
        costs.append(counted.count)

    assert costs[0] == costs[1] <= 8
