"""P35: a program that tries again gets the same answer, and what it asked for was done once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk import schedule
from helpdesk.core.clock import StoppedClock
from helpdesk.core.repeating import KEPT
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from helpdesk.tickets.models import Message, Ticket
from tests.cast import Cast
from tests.helpdesk.api.test_writing import count, key_of, posted
from tests.makers import make_ticket
from tests.pages import PageClient

BODY = {"subject": "The printer", "text": "It burns."}
TOGETHER = 8


def test_the_same_request_again_is_answered_the_same_and_opens_nothing(
    client: PageClient, cast: Cast
) -> None:
    key = key_of(cast.ben)
    first = posted(client, "/tickets", BODY, key, "4711")
    again = posted(client, "/tickets", BODY, key, "4711")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(Ticket) == 1


def test_a_key_with_another_request_is_refused(client: PageClient, cast: Cast) -> None:
    key = key_of(cast.ben)
    posted(client, "/tickets", BODY, key, "4711")
    other = posted(client, "/tickets", {**BODY, "text": "It smokes."}, key, "4711")
    assert other.status_code == 422
    ticket = make_ticket(cast.ada, cast.it)
    elsewhere = posted(client, f"/tickets/{ticket.number}/notes", BODY, key, "4711")
    assert elsewhere.status_code == 422
    assert (count(Ticket), count(Message)) == (2, 2)


def test_each_person_has_keys_of_their_own(client: PageClient, cast: Cast) -> None:
    for person in (cast.ben, cast.cleo):
        assert posted(client, "/tickets", BODY, key_of(person), "1").status_code == 201
    assert count(Ticket) == 2


def test_what_was_refused_may_be_tried_again_under_its_key(client: PageClient, cast: Cast) -> None:
    key = key_of(cast.ben)
    assert posted(client, "/tickets", {**BODY, "group": "None"}, key, "5").status_code == 422
    assert posted(client, "/tickets", BODY, key, "5").status_code == 201


@pytest.mark.parametrize("again", ["x" * 256, "caf\xe9"])
def test_a_key_that_cannot_be_one_is_refused(client: PageClient, cast: Cast, again: str) -> None:
    assert posted(client, "/tickets", BODY, key_of(cast.ben), again).status_code == 422
    assert count(Ticket) == 0


def test_a_key_is_forgotten_after_its_time(
    client: PageClient, cast: Cast, clock: StoppedClock
) -> None:
    key = key_of(cast.ben)
    posted(client, "/tickets", BODY, key, "old")
    clock.advance(KEPT + timedelta(seconds=1))
    with unit_of_work():
        schedule.tidy()
    assert posted(client, "/tickets", BODY, key, "old").status_code == 201
    assert count(Ticket) == 2


@pytest.mark.faults
def test_those_that_come_at_one_moment_open_one_ticket(app: Flask, cast: Cast) -> None:
    key, gate = key_of(cast.ben), threading.Barrier(TOGETHER)
    answers: list[tuple[int, str]] = []

    def one() -> None:
        client = PageClient(app)
        gate.wait()
        answer = posted(client, "/tickets", BODY, key, "same")
        answers.append((answer.status_code, answer.get_data(as_text=True)))

    threads = [threading.Thread(target=one) for _ in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == TOGETHER
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert (count(Ticket), count(Message)) == (1, 1)
    assert count(Person) == 5
