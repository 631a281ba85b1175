"""S34: a forged Host leads nowhere, and no link is built from one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.people import tokens
from helpdesk.people.models import PasswordToken
from tests.cast import Cast
from tests.pages import PageClient


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "desk.example.evil.example",
        "desk.example:8443",
        "desk.example@evil.example",
        "xdesk.example",
        "",
    ],
)
def test_an_unknown_host_is_refused(client: PageClient, host: str) -> None:
    answer = client.raw.get("/sign-in", base_url="http://desk.example", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["desk.example", "DESK.example", "desk.example:80", "localhost"])
def test_our_own_hosts_are_let_in(client: PageClient, host: str) -> None:
    answer = client.raw.get("/sign-in", base_url="http://desk.example", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Server": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-Host": "evil.example", "X-Rewrite-URL": "http://evil.example/"},
    ],
)
def test_the_link_in_the_mail_names_the_configured_address(
    client: PageClient, cast: Cast, db: Any, forged: dict[str, str]
) -> None:
    client.post("/forgot", {"address": "ben@borough.example"}, status=200, headers=forged)
    token_id = db.session.scalar(select(PasswordToken.id))
    mail = tokens.password_mail(token_id)
    assert mail is not None
    assert mail.link.startswith("http://desk.example/reset/")


def test_a_redirect_never_names_a_forged_host(client: PageClient) -> None:
    answer = client.raw.get(
        "/password", base_url="http://desk.example", headers={"X-Forwarded-Host": "evil.example"}
    )
    assert answer.status_code == 303
    assert "evil.example" not in answer.headers["Location"]
