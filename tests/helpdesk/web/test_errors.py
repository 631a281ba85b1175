"""Errors are pages of ours, with a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.exceptions import Conflict as HttpConflict

from helpdesk.core.errors import Conflict, DomainError, Invalid, NotFound, Refused, TooMany
from helpdesk.web import access_table, errors
from tests.cast import Cast
from tests.pages import PageClient


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Makes the sign-in page fail in a chosen way."""

    def fail_with(error: Exception) -> None:
        def view() -> str:
            raise error

        monkeypatch.setitem(app.view_functions, "auth.sign_in", view)

    return fail_with


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("You may not.", "Ask somebody."), 403),
        (NotFound("Not here.", "Search."), 404),
        (Invalid("Not so.", "Mend it."), 422),
        (Conflict("Changed.", "Look."), 409),
        (TooMany("Too many.", "Wait."), 429),
        (HttpConflict(), 409),
    ],
)
def test_an_error_has_its_page(
    client: PageClient,
    broken: Callable[[Exception], None],
    error: Exception,
    status: int,
) -> None:
    broken(error)
    page = client.get("/sign-in", status=status).get_data(as_text=True)
    if isinstance(error, DomainError):
        assert error.title in page
        assert error.advice in page


def test_too_many_says_when_to_come_back(
    client: PageClient, broken: Callable[[Exception], None]
) -> None:
    broken(TooMany("Too many.", retry_after=42))
    assert client.get("/sign-in", status=429).headers["Retry-After"] == "42"


def test_an_error_of_ours_shows_a_number_that_the_log_has(
    app: Flask,
    client: PageClient,
    broken: Callable[[Exception], None],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    broken(RuntimeError("secret detail of ours"))
    answer = client.get("/sign-in", status=500)
    number = answer.headers["X-Request-ID"]
    page = answer.get_data(as_text=True)
    assert number in page
    assert "secret detail" not in page
    assert number in {getattr(record, "request_id", "") for record in caplog.records}


def test_a_missing_page_is_in_the_frame_for_who_is_signed_in(
    client: PageClient, cast: Cast
) -> None:
    assert "console.js" not in client.get("/nowhere", status=404).get_data(as_text=True)
    client.sign_in("ben@borough.example")
    assert "console.js" in client.get("/nowhere", status=404).get_data(as_text=True)


def test_the_interface_for_programs_gets_a_problem_document(client: PageClient) -> None:
    answer = client.get("/api/nowhere", status=404)
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 404
    assert answer.get_json()["title"]


def test_too_large_a_form_is_told_so(client: PageClient) -> None:
    answer = client.post("/sign-in", {"sign_in_name": "x" * 200_000, "password": "x"}, status=413)
    assert "too large" in answer.get_data(as_text=True)


def test_what_was_typed_is_escaped_in_the_error(client: PageClient, cast: Cast) -> None:
    client.sign_in("ben@borough.example")
    answer = client.post("/sign-out", {"text": "<script>x</script>"}, token=False, status=403)
    assert "<script>x" not in answer.get_data(as_text=True)


def test_a_view_may_send_its_own_headers(client: PageClient) -> None:
    assert "POST" in client.get("/sign-out", status=405).headers["Allow"]
    assert access_table.row_of("auth.sign_out") is not None


def test_what_was_chosen_is_named_in_the_error_and_what_nobody_typed_is_left_out(
    app: Flask,
) -> None:
    sent = {"note": "A\nB", "due_at": "5 May", "version": "7", "writer": "w1", "password": "p"}
    with app.test_request_context("/", method="POST", data=sent):
        assert errors._typed(403) == "A\nB\n\nDue at: 5 May"


def test_a_form_sent_after_signing_out_elsewhere_leads_to_the_door_and_back_with_what_was_typed(
    app: Flask, client: PageClient, cast: Cast
) -> None:
    headers = {"Referer": f"{app.config['DESK_BASE_URL']}/tickets/new"}
    answer = client.post(
        "/tickets/new", {"text": "Ten lines."}, token=False, status=401, headers=headers
    )
    page = answer.get_data(as_text=True)
    assert "You are not signed in any more." in page
    assert "Ten lines." in page
    assert 'href="/sign-in?next=/tickets/new"' in page


def test_a_form_without_a_token_is_still_refused_to_whoever_is_signed_in(
    client: PageClient, cast: Cast
) -> None:
    client.sign_in("ben@borough.example")
    client.post("/tickets/new", {"text": "Ten lines."}, token=False, status=403)
