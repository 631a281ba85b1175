"""Only pages of ours are gone to."""

from __future__ import annotations

import pytest
from flask import Flask

from helpdesk.web.navigation import own_path


@pytest.mark.parametrize("path", ["/tickets", "/tickets?sort=oldest&q=%2F%2Fevil", "/password"])
def test_a_page_that_can_be_opened_is_kept(app: Flask, path: str) -> None:
    with app.test_request_context(base_url="http://desk.example"):
        assert own_path(path) == (None if path == "/password" else path)


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "tickets",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http://evil.example/tickets",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        " /tickets",
        "/tickets\r\nSet-Cookie: x=1",
        "/nowhere",
        "/sign-out",
        "/sign-in",
        "/tickets//evil.example",
        "/" + "x" * 3000,
    ],
)
def test_everything_else_is_dropped(app: Flask, path: str | None) -> None:
    with app.test_request_context(base_url="http://desk.example"):
        assert own_path(path) is None
