"""S24: nothing changes by GET, without our token, or because another site says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from helpdesk.web.access_table import ACCESS, Who
from tests.cast import Cast
from tests.pages import PageClient

BASE = "http://desk.example"


def forms(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route that takes a form, with a path that leads to it."""
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and ACCESS[rule.endpoint].who is not Who.TOKEN:
            yield rule, path_of(rule)


def path_of(rule: Rule) -> str:
    values = {
        name: 1 if "Integer" in type(converter).__name__ else "x"
        for name, converter in rule._converters.items()
    }
    built = rule.build(values)
    assert built is not None
    return built[1]


@pytest.fixture
def admin(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def test_there_are_forms_to_test(app: Flask) -> None:
    assert any(rule.endpoint == "auth.sign_in" for rule, _path in forms(app))


def test_a_form_without_the_token_is_refused_on_every_route(app: Flask, admin: PageClient) -> None:
    for rule, path in forms(app):
        answer = admin.raw.post(path, base_url=BASE, data={"text": "kept words"})
        assert answer.status_code == 403, rule.endpoint


def test_a_token_of_another_session_is_refused(app: Flask, admin: PageClient) -> None:
    stranger = PageClient(app)
    answer = admin.raw.post("/sign-out", base_url=BASE, data={"csrf_token": stranger.token()})
    assert answer.status_code == 403


def test_json_sent_as_plain_text_is_refused_on_every_route(app: Flask, admin: PageClient) -> None:
    body = '{"csrf_token": "' + admin.token() + '", "text": "x"}'
    for rule, path in forms(app):
        answer = admin.raw.post(path, base_url=BASE, data=body, content_type="text/plain")
        assert answer.status_code == 403, rule.endpoint


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://desk.example.evil.example"},
        {"Origin": "http://desk.example:8080"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_with_the_right_token_too(
    app: Flask, admin: PageClient, headers: dict[str, str]
) -> None:
    token = admin.token()
    for rule, path in forms(app):
        answer = admin.raw.post(path, base_url=BASE, data={"csrf_token": token}, headers=headers)
        assert answer.status_code == 403, rule.endpoint


def test_a_route_that_only_takes_forms_cannot_be_opened(app: Flask, admin: PageClient) -> None:
    readable = {path_of(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    for rule, path in forms(app):
        if "GET" in (rule.methods or ()) or path in readable:
            continue
        assert admin.raw.get(path, base_url=BASE).status_code in (404, 405), rule.endpoint


def test_signing_out_by_a_link_does_nothing(admin: PageClient) -> None:
    admin.get("/sign-out", status=405)
    admin.get("/password")


def test_what_was_typed_is_shown_again_with_the_refusal_but_no_password(admin: PageClient) -> None:
    typed = {"text": "Three paragraphs of care.", "password": "not to be shown"}
    answer = admin.post("/sign-out", typed, token=False, status=403)
    assert "Three paragraphs of care." in answer.get_data(as_text=True)
    assert "not to be shown" not in answer.get_data(as_text=True)


def test_the_session_cookie_does_not_travel_with_foreign_forms(client: PageClient) -> None:
    answer = client.get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie
    assert "HttpOnly" in cookie
