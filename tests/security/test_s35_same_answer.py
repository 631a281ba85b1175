"""S35: nobody learns from the desk who has an account."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from sqlalchemy import func, select

from helpdesk.core.models import OutboxEntry
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import commands, passwords, tokens
from helpdesk.people.models import PasswordToken
from tests.cast import Cast
from tests.pages import PageClient

KNOWN, CLOSED, UNKNOWN = "ben@borough.example", "dan@borough.example", "zoe@borough.example"
REQUESTER = "ada@borough.example"


@pytest.fixture
def closed(cast: Cast) -> Cast:
    with unit_of_work():
        commands.deactivate(cast.dan)
    return cast


def plain(text: str, address: str) -> str:
    """A page without what is random in it and without what was typed."""
    without_token = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    return re.sub(r'nonce="[^"]*"', "", without_token).replace(address, "ADDRESS")


def test_a_failed_sign_in_says_the_same_whoever_it_was(client: PageClient, closed: Cast) -> None:
    pages = set()
    for address in (KNOWN, CLOSED, UNKNOWN, REQUESTER):
        answer = client.post(
            "/sign-in", {"sign_in_name": address, "password": "wrong words here"}, status=422
        )
        pages.add(plain(answer.get_data(as_text=True), address))
    assert len(pages) == 1


def test_a_closed_account_with_its_right_password_says_the_same(
    client: PageClient, closed: Cast
) -> None:
    typed = {"sign_in_name": CLOSED, "password": "correct horse battery staple"}
    right = client.post("/sign-in", typed, status=422).get_data(as_text=True)
    wrong = client.post("/sign-in", {**typed, "sign_in_name": UNKNOWN}, status=422)
    assert plain(right, CLOSED) == plain(wrong.get_data(as_text=True), UNKNOWN)


def test_a_failed_sign_in_costs_the_same_whoever_it_was(
    client: PageClient, closed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = CountingHasher()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    passwords._dummy.cache_clear()
    token = client.token()
    for address in (KNOWN, CLOSED, UNKNOWN, REQUESTER):
        fields = {"sign_in_name": address, "password": "wrong words", "csrf_token": token}
        client.raw.post("/sign-in", base_url="http://desk.example", data=fields)
    passwords._dummy.cache_clear()
    # The hash is all of the time that could tell one from another.
    assert len(hasher.costs) == 4
    assert all(cost == hasher.costs[0] for cost in hasher.costs)


class CountingHasher(PasswordHasher):
    """The cheap hasher of the tests, which notes what each comparison costs."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.costs: list[Parameters] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.costs.append(extract_parameters(str(hash)))
        return super().verify(hash, password)


def test_asking_for_a_link_answers_and_writes_the_same_for_all(
    client: PageClient, closed: Cast, db: Any
) -> None:
    pages, rows = set(), set()
    for address in (KNOWN, CLOSED, UNKNOWN, REQUESTER):
        before = counted(db)
        answer = client.post("/forgot", {"address": address}, status=200)
        pages.add(plain(answer.get_data(as_text=True), address))
        rows.add(counted(db) - before)
    assert len(pages) == 1
    assert rows == {1}


def counted(db: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(PasswordToken.id))) or 0


def test_only_somebody_who_may_sign_in_gets_a_mail(
    client: PageClient, closed: Cast, db: Any
) -> None:
    for address in (KNOWN, CLOSED, UNKNOWN, REQUESTER):
        client.post("/forgot", {"address": address}, status=200)
    ids = db.session.scalars(select(PasswordToken.id).order_by(PasswordToken.id)).all()
    mails = [tokens.password_mail(token_id) for token_id in ids]
    assert [mail.address for mail in mails if mail] == [KNOWN]


def test_too_many_links_for_one_address_are_not_sent_and_not_told(
    client: PageClient, cast: Cast, db: Any
) -> None:
    for _time in range(5):
        client.post("/forgot", {"address": KNOWN}, status=200)
    assert counted(db) == 3


def test_the_mail_is_owed_and_not_sent_by_the_request(
    client: PageClient, cast: Cast, db: Any
) -> None:
    client.post("/forgot", {"address": KNOWN}, status=200)
    owed = db.session.scalars(select(OutboxEntry.job)).all()
    assert "send_password_mail" in owed
