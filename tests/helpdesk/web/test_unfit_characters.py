"""NUL characters: no person types them, and PostgreSQL cannot store them."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.makers import make_ticket
from tests.pages import PageClient


@pytest.mark.parametrize("path", ["/files/%00", "/tickets/INC-1001%00", "/no/such%00page"])
def test_a_path_with_a_nul_leads_nowhere(client: PageClient, cast: Cast, path: str) -> None:
    client.sign_in("ben@borough.example")
    client.get(path, status=404)


@pytest.mark.parametrize("path", ["/search?q=a%00b", "/tickets?tag=%00", "/people?q=%00"])
def test_a_question_with_a_nul_is_refused_in_words(
    client: PageClient, cast: Cast, path: str
) -> None:
    client.sign_in("ben@borough.example")
    answer = client.get(path, status=400)
    assert "character that cannot be stored" in answer.get_data(as_text=True)


def test_a_reply_with_a_nul_is_refused_and_changes_nothing(client: PageClient, cast: Cast) -> None:
    ticket = make_ticket(cast.ada, cast.it)
    client.sign_in("ben@borough.example")
    number, version = ticket.number, ticket.version
    client.post(
        f"/tickets/{number}/replies",
        {"text": "a\0b", "version": str(version), "cc": "\0@borough.example"},
        status=400,
    )
