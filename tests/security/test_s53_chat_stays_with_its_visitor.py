"""S53: the widget stands on listed sites only, and a visitor's random token leads to their own chat and to no other."""

from __future__ import annotations

import secrets

import pytest
from flask import Flask

from helpdesk.chat.frames import file_of
from helpdesk.core import links
from tests.cast import Cast
from tests.helpdesk.chat.visitors import SITE, Visitor, answer, make_chat, switch_on
from workflows.chat import matches


@pytest.fixture
def visitor(app: Flask, cast: Cast) -> Visitor:
    make_chat(origins=[SITE, "https://*.parks.example"])
    switch_on(cast.actor("ben"))
    return Visitor(app)


def test_only_listed_sites_may_show_the_frame(visitor: Visitor, app: Flask) -> None:
    base = str(app.config["DESK_BASE_URL"])
    answer = app.test_client().get("/chat/frame/borough", base_url=base)
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {SITE} https://*.parks.example" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("listed", "origin", "fits"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "http://a.example", False),
        ("https://a.example", "https://a.example.evil.example", False),
        ("https://a.example", "https://b.a.example", False),
        ("https://*.a.example", "https://b.a.example", True),
        ("https://*.a.example", "https://a.example", False),
        ("https://*.a.example", "https://evila.example", False),
        ("https://*.a.example", "https://evil.example/.a.example", False),
    ],
)
def test_an_origin_is_the_listed_one_or_another(listed: str, origin: str, fits: bool) -> None:
    assert matches(listed, origin) is fits


@pytest.mark.parametrize("path", ["borough/start", "say", "poll", "email", "end", "transcript"])
def test_a_page_of_another_site_can_send_nothing(visitor: Visitor, path: str) -> None:
    visitor.start()
    body = {"id": "from-elsewhere", "text": "x", "email": "x@citizen.example"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert visitor.post(path, body, **headers).status_code == 403
    assert visitor.heard() == ["Where is my bin?"]


@pytest.mark.parametrize("path", ["say", "poll", "email", "end", "transcript"])
@pytest.mark.parametrize("token", ["", "short", "x" * 43, "é" * 43, "x" * 5_000])
def test_a_token_that_opens_no_chat_opens_none(visitor: Visitor, path: str, token: str) -> None:
    visitor.start()
    stranger = Visitor(visitor.app, token=token.encode("ascii", "replace").decode())
    answered = stranger.post(path, {"id": "a-stranger", "text": "x"})
    assert answered.status_code == 401
    assert "bin" not in answered.get_data(as_text=True)


def test_another_visitor_hears_nothing_of_a_chat(visitor: Visitor, cast: Cast) -> None:
    visitor.start("My secret.")
    other = Visitor(visitor.app)
    other.start("Hello.")
    answer(visitor.chat, cast, "Kept.")
    assert other.heard() == ["Hello."]


def test_a_token_too_weak_to_be_random_begins_nothing(visitor: Visitor) -> None:
    assert Visitor(visitor.app, token="password").start().status_code == 422


def test_a_link_to_a_file_is_good_for_the_chat_in_which_it_was_said(app: Flask, cast: Cast) -> None:
    forged = [secrets.token_urlsafe(20), links.sign("1:x", purpose="other"), "", "é"]
    assert [file_of(one) for one in forged] == [None] * 4


def test_a_body_that_is_no_chats_is_refused_before_it_is_read(visitor: Visitor) -> None:
    visitor.start()
    assert visitor.post("say", {"id": "too-large-1", "text": "x" * 200_000}).status_code == 413
    assert visitor.post("say", ["no", "object"]).status_code == 422
