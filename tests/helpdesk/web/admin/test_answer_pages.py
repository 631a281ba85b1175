"""The settings of answers: tables uploaded, compared and put live; questions tried; what we could not say, taught."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from helpdesk.answers import tables
from helpdesk.answers.asking import ask
from helpdesk.answers.models import AnswerUse
from helpdesk.core.db import db as database
from tests.cast import Cast
from tests.helpdesk.answers.desk import BIN_DAY, BINS, make_service, make_table
from tests.pages import PageClient

PAGE = "/admin/answers/tables"


@pytest.fixture
def eve(cast: Cast, client: PageClient) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def words(client: PageClient) -> str:
    assert client.last is not None
    text = re.sub(r"<[^>]+>", " ", client.last.get_data(as_text=True))
    return " ".join(text.split())


def upload(client: PageClient, body: bytes, *, status: int = 303, **more: Any) -> None:
    data = {"file": (io.BytesIO(body), "bins.csv"), "as_of": "2026-11-16", "encoding": "", **more}
    client.post(f"{PAGE}/bins", data, status=status, content_type="multipart/form-data")


def test_a_table_is_made_filled_looked_at_and_put_live(eve: PageClient) -> None:
    made = {"title": "Bin days", "name": "bins", "key_column": "Postcode", "key_kind": "postcode"}
    eve.post(f"{PAGE}/new", {**made, "max_age_days": "30", "when_old": "withhold"})
    eve.get(f"{PAGE}/bins")

    upload(eve, BINS + b"nowhere,x,y,z\n")
    eve.get(f"{PAGE}/bins/1")
    assert "1 line was left out" in words(eve)
    assert "not a full postcode" in words(eve)
    assert tables.look_up("bins", "SW1A1AA") is None

    eve.post(f"{PAGE}/bins/1", {"seen": "0"})
    eve.get(f"{PAGE}/bins?key=sw1a1aa")
    assert "1 Palace Road" in words(eve)
    eve.get(PAGE)
    assert "Bin days" in words(eve)


def test_the_difference_is_shown_before_it_is_live(eve: PageClient) -> None:
    make_table()

    upload(eve, BINS.replace(b"Monday", b"Friday"))
    eve.get(f"{PAGE}/bins/2")

    assert "What would change against version 1" in words(eve)
    assert "1 Palace Road, North, Friday" in words(eve)


def test_who_looked_at_another_state_puts_nothing_live(eve: PageClient) -> None:
    make_table()
    upload(eve, BINS)

    answer = eve.post(f"{PAGE}/bins/2", {"seen": "0"})

    assert answer.location == f"{PAGE}/bins/2"
    assert tables.find_table("bins").live_number == 1


@pytest.mark.parametrize(
    ("body", "more", "why"),
    [
        (b"", {}, "empty"),
        (b"Street\nx\n", {}, "no column"),
        (BINS, {"as_of": "tomorrow"}, "Write the day"),
        (BINS, {"as_of": "1999-01-01"}, "too long ago"),
        (BINS, {"encoding": "rot13"}, "Choose one of"),
        (b"PK\x03\x04" + b"\x00" * 900, {}, "UTF-16"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    eve: PageClient, body: bytes, more: dict[str, str], why: str
) -> None:
    make_table()

    upload(eve, body, status=422, **more)

    assert why in words(eve)


def test_a_cell_is_shown_as_it_is_written(eve: PageClient) -> None:
    make_table()

    upload(eve, BINS.replace(b"North", b"<script>alert(1)</script>{{7*7}}"))
    page = eve.get(f"{PAGE}/bins/2").get_data(as_text=True)

    assert "<script>alert" not in page
    assert "{{7*7}}" in page


def test_only_administrators_see_the_settings_of_answers(cast: Cast, client: PageClient) -> None:
    make_table()
    client.sign_in("ben@borough.example")

    for path in (
        PAGE,
        f"{PAGE}/bins",
        f"{PAGE}/bins/1",
        "/admin/answers/try",
        "/admin/answers/unsaid",
    ):
        client.get(path, status=403)


def test_a_question_is_tried_without_a_trace(eve: PageClient) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)

    eve.get("/admin/answers/try?question=when+is+my+bin+colected&language=en")

    assert "It asks: What is your postcode?" in words(eve)
    assert "Matched because of: bin, collect." in words(eve)
    assert database.session.query(AnswerUse).count() == 0


@pytest.mark.parametrize(
    ("typed", "status", "kept"),
    [("75", 303, 0.75), ("39", 422, 0.6), ("x", 422, 0.6), ("101", 422, 0.6)],
)
def test_how_sure_an_answer_must_be_is_set(
    eve: PageClient, typed: str, status: int, kept: float
) -> None:
    from helpdesk.answers.known import threshold

    eve.post("/admin/answers/try", {"threshold": typed}, status=status)

    assert threshold() == kept


def test_a_question_we_could_not_say_is_taught_from_its_page(eve: PageClient) -> None:
    make_table()
    make_service("bin-day", **BIN_DAY)
    ask("kerbside pickup dates", "portal", None, "en")
    page = eve.get("/admin/answers/unsaid").get_data(as_text=True)
    ids = re.search(r'name="ids" value="([0-9,]+)"', page)
    assert ids is not None

    taught = {"ids": ids[1], "phrase": "kerbside pickup", "service": "bin-day", "language": "en"}
    eve.post("/admin/answers/unsaid", {**taught, "do": "teach"})

    eve.get("/admin/answers/unsaid")
    assert "Nothing open" in words(eve)
    assert ask("kerbside pickup", "portal", None, "en").is_sure


def test_a_question_is_taken_off_the_list(eve: PageClient) -> None:
    ask("is there life on mars", "chat", None, "en")
    use = database.session.query(AnswerUse).one().id

    eve.post("/admin/answers/unsaid", {"ids": str(use), "do": "leave"})

    eve.get("/admin/answers/unsaid")
    assert "Nothing open" in words(eve)
