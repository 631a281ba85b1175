"""S46: after signing in, one stays on the desk."""

from __future__ import annotations

import pytest

from tests.cast import PASSWORD, Cast
from tests.pages import PageClient


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/tickets",
        "http:evil.example",
        "/%09/evil.example",
        "https://desk.example@evil.example/",
        "javascript:alert(1)",
        "/tickets\nLocation: https://evil.example",
    ],
)
def test_a_foreign_target_is_dropped(client: PageClient, cast: Cast, target: str) -> None:
    typed = {"sign_in_name": "ben@borough.example", "password": PASSWORD, "next": target}
    assert client.post("/sign-in", typed).headers["Location"] == "/tickets"
    page = client.raw.get("/confirm", base_url="http://desk.example", query_string={"next": target})
    assert 'name="next" value=""' in page.get_data(as_text=True)
