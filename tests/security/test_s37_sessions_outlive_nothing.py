"""S37: a session ends with the account, the role or the password it stands on, at the very next request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import authentication, commands
from helpdesk.people.models import Person, Right, Role
from tests.cast import Cast
from tests.pages import PageClient

NEW = "mangle-otter-lamp-93"


def close(person: Person) -> None:
    commands.deactivate(person)


def demote(person: Person) -> None:
    commands.set_role(person, Role.REQUESTER)


def promote(person: Person) -> None:
    commands.set_role(person, Role.ADMIN)


def new_password(person: Person) -> None:
    authentication.set_password(person, NEW)


def sign_out_everywhere(person: Person) -> None:
    commands.end_sessions(person)


@pytest.mark.parametrize("change", [close, demote, promote, new_password, sign_out_everywhere])
def test_the_next_request_is_refused(
    client: PageClient, cast: Cast, change: Callable[[Person], None]
) -> None:
    client.sign_in("ben@borough.example")
    client.get("/password")
    with unit_of_work():
        change(cast.ben)
    client.get("/password", status=303)


def test_a_form_sent_after_the_end_is_refused_and_its_text_kept(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    token = client.token()
    with unit_of_work():
        commands.deactivate(cast.ben)
    typed = {"csrf_token": token, "text": "An answer that took an hour."}
    answer = client.post("/sign-out-everywhere", typed, status=401)
    assert "An answer that took an hour." in answer.get_data(as_text=True)


def test_changing_the_password_keeps_this_browser_and_ends_the_others(
    client: PageClient, cast: Cast
) -> None:
    other = PageClient(client._app)
    other.sign_in("ben@borough.example")
    client.sign_in("ben@borough.example")
    typed = {"current": "correct horse battery staple", "password": NEW, "again": NEW}
    client.post("/password", typed)
    client.get("/password")
    other.get("/password", status=303)


def test_signing_out_everywhere_ends_every_browser(client: PageClient, cast: Cast) -> None:
    other = PageClient(client._app)
    other.sign_in("ben@borough.example")
    client.sign_in("ben@borough.example")
    client.post("/sign-out-everywhere")
    client.get("/password", status=303)
    other.get("/password", status=303)


def test_losing_a_group_counts_from_the_next_request(client: PageClient, cast: Cast) -> None:
    before = cast.actor("ben")
    with unit_of_work():
        commands.leave_group(cast.ben, cast.it)
    assert before.holds(cast.it.id, Right.READ)
    assert not cast.actor("ben").holds(cast.it.id, Right.READ)


def test_an_account_opened_again_does_not_revive_old_sessions(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    with unit_of_work():
        commands.deactivate(cast.ben)
    with unit_of_work():
        commands.reactivate(cast.ben)
    client.get("/password", status=303)
