"""S49: where a request comes from is said by the listed proxies and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from helpdesk.web import security


@pytest.fixture
def says(settings: dict[str, Any]) -> Any:
    """Makes an application behind so many proxies, which says whom it sees."""

    def build(proxies: int) -> Any:
        app = Flask("helpdesk")
        app.config.from_mapping({**settings, "DESK_PROXIES": proxies})
        security.init_security(app)
        app.add_url_rule("/who", view_func=lambda: f"{request.remote_addr} {request.host_url}")
        return app.test_client()

    return build


FORGED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.4",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
}


def test_without_a_listed_proxy_no_header_is_believed(says: Any) -> None:
    answer = says(0).get("/who", base_url="http://desk.example", headers=FORGED)
    assert answer.get_data(as_text=True) == "127.0.0.1 http://desk.example/"


def test_with_one_proxy_only_what_it_has_added_is_believed(says: Any) -> None:
    answer = says(1).get("/who", base_url="http://desk.example", headers=FORGED)
    assert answer.get_data(as_text=True) == "198.51.100.4 https://desk.example/"
