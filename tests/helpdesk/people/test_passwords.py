"""Which passwords are good enough, and how they are kept."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import authentication, passwords
from tests.cast import PASSWORD, Cast

ABOUT = ("Ada Byrne", "ada.byrne@borough.example")

# Read before the first test begins: the other tests have a quicker one.
AS_SHIPPED = passwords._hasher


@pytest.fixture(autouse=True)
def hashes_as_shipped(quick_hashes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here passwords cost what they cost a desk."""
    monkeypatch.setattr(passwords, "_hasher", AS_SHIPPED)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "mangle-otter-lamp-93",
        "8374-2938-1029-3847",
        "xK9#qLm2vR!t",
        "Rhwng y môr a'r mynydd",
        "длинная фраза без смысла",
    ],
)
def test_a_password_of_its_own_is_taken(app: Flask, password: str) -> None:
    passwords.check_rules(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "xK9#qLm2vR!",
        "password1234",
        "Passw0rd!Passw0rd!",
        "Summer2026!!",
        "Welcome12345",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "commondesk-desk-2026",
        "AdaByrne2026!",
        "borough-borough-1",
        "x" * 257,
    ],
)
def test_a_short_or_guessable_password_is_refused(app: Flask, password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check_rules(password, about=ABOUT)
    assert refusal.value.field == "password"


def test_a_password_is_kept_as_argon2id_and_no_two_alike() -> None:
    first, second = passwords.hash_password(PASSWORD), passwords.hash_password(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert passwords.is_right(first, PASSWORD)
    assert not passwords.is_right(first, PASSWORD + " ")


def test_two_spellings_of_one_character_are_one_password() -> None:
    kept = passwords.hash_password("gr\u00fcn Tisch Lampe Otter")
    assert passwords.is_right(kept, "gru\u0308n Tisch Lampe Otter")


@pytest.mark.parametrize("kept", [None, "", "nonsense", "$argon2id$broken"])
def test_what_is_no_hash_matches_nothing(kept: str | None) -> None:
    assert not passwords.is_right(kept, PASSWORD)
    assert not passwords.is_right(kept, "nobody's password")


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(db: Any, cast: Cast) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with unit_of_work():
        db.session.add(cast.ben)
        cast.ben.password_hash = weak
    authentication.sign_in("ben@borough.example", PASSWORD, "192.0.2.1")
    db.session.refresh(cast.ben)
    assert cast.ben.password_hash != weak
    assert not passwords.needs_new_hash(cast.ben.password_hash)


def test_the_demo_and_test_passwords_keep_the_rules(app: Flask) -> None:
    passwords.check_rules("quay-lantern-otter-58", about=ABOUT)
