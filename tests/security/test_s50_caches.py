"""S50: no cache keeps a private page; and each answer carries the headers that guard it."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.pages import PageClient


@pytest.mark.parametrize("path", ["/tickets", "/password", "/nowhere"])
def test_a_private_page_is_not_stored(client: PageClient, cast: Cast, path: str) -> None:
    client.sign_in("ben@borough.example")
    answer = client.raw.get(path, base_url="http://desk.example")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_the_redirect_to_the_sign_in_is_not_stored(client: PageClient) -> None:
    assert client.get("/tickets", status=303).headers["Cache-Control"] == "no-store"


def test_every_answer_says_what_the_page_may_do(client: PageClient) -> None:
    headers = client.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
