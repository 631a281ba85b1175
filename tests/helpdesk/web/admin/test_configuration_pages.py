"""The configuration as files on its page: given, planned, applied, taken back, fetched."""

from __future__ import annotations

import html
import json
import re
from io import BytesIO

import pytest

from helpdesk.configuration.bundles import from_zip, to_zip
from helpdesk.configuration.exporting import export_bundle
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.cast import Cast
from tests.helpdesk.configuration.files import ANSWER, CALENDAR, FILES, POLICY, apply_all
from tests.helpdesk.web.console.budget import counted, look_again
from tests.pages import PageClient

PAGE = "/admin/configuration"


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def text_of(client: PageClient) -> str:
    assert client.last is not None
    return client.last.get_data(as_text=True)


def hidden(client: PageClient, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', text_of(client))
    assert found, f"There is no {name} on the page."
    return html.unescape(found[1])


def give(client: PageClient, text: str, *, status: int = 200, **more: object) -> None:
    client.post(f"{PAGE}/plan", {"text": text, **more}, status=status)


def apply_what_is_shown(client: PageClient, *, status: int = 303, **more: str) -> None:
    fields = {"bundle": hidden(client, "bundle"), "digest": hidden(client, "digest"), "note": ""}
    client.post(f"{PAGE}/apply", {**fields, **more}, status=status)


def test_what_is_pasted_is_planned_applied_and_undone(eve: PageClient, cast: Cast) -> None:
    give(eve, ANSWER)
    assert "Thank you." in text_of(eve)
    assert store.current(Kind.ANSWER) == []

    apply_what_is_shown(eve, note="As agreed")
    look_again()
    assert store.find(Kind.ANSWER, "thanks").title == "Thanks"
    eve.get(PAGE)
    assert "As agreed" in text_of(eve)
    run = re.search(r"/admin/configuration/runs/(\d+)", text_of(eve))
    assert run
    eve.get(f"{PAGE}/runs/{run[1]}")
    assert "Thank you." in text_of(eve)

    eve.post(f"{PAGE}/runs/{run[1]}/undo")
    look_again()
    assert store.current(Kind.ANSWER) == []
    eve.get(f"{PAGE}/runs/{run[1]}")
    assert "Undone." in text_of(eve)


def test_a_zip_of_the_folder_is_planned(eve: PageClient) -> None:
    give(eve, "", file=(BytesIO(to_zip(FILES)), "configuration.zip"))
    apply_what_is_shown(eve)
    look_again()
    assert store.find(Kind.POLICY, "standard").title == "Standard"


def test_what_is_fetched_can_be_given_back_and_changes_nothing(eve: PageClient) -> None:
    apply_all(FILES)
    packed = eve.get(f"{PAGE}/export.zip")
    assert packed.mimetype == "application/zip"
    assert from_zip(packed.get_data()) == export_bundle()
    give(eve, "", file=(BytesIO(packed.get_data()), "configuration.zip"), prune="1")
    assert "Nothing to do." in text_of(eve)


def test_every_fault_is_shown_with_its_file_and_line_and_what_was_pasted_is_kept(
    eve: PageClient,
) -> None:
    pasted = f"{CALENDAR.replace('Europe/London', 'Nowhere')}---\n{ANSWER}title: Twice\n"
    give(eve, pasted, status=422)
    page = html.unescape(text_of(eve))
    assert "2 things have to be put right" in page
    assert "pasted text (1)" in page
    assert "<b>Line 5</b>, <code>zone</code>" in page
    assert "<b>Line 14</b>, <code>title</code>" in page
    assert "zone: Nowhere" in page


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("", None),
        ("", (b"PK\x03\x04 rubbish", "a.zip")),
        ("", (b"MZ", "virus.exe")),
        ("", (to_zip({"../../etc/a.yaml": "a: 1\n"}), "a.zip")),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    eve: PageClient, text: str, file: tuple[bytes, str] | None
) -> None:
    more = {"file": (BytesIO(file[0]), file[1])} if file else {}
    give(eve, text, status=422, **more)
    assert "There is a problem" in text_of(eve)


def test_a_plan_is_refused_and_shown_anew_when_something_was_changed_since(eve: PageClient) -> None:
    give(eve, ANSWER)
    with unit_of_work():
        store.save(Kind.ANSWER, "thanks", {"title": "Mine", "text": "Mine."}, by=None, cause="test")
    apply_what_is_shown(eve, status=409)
    assert "Something was changed since this plan was made." in text_of(eve)
    look_again()
    assert store.find(Kind.ANSWER, "thanks").title == "Mine"
    apply_what_is_shown(eve)
    look_again()
    assert store.find(Kind.ANSWER, "thanks").title == "Thanks"


def test_what_a_page_carries_is_checked_again(eve: PageClient) -> None:
    give(eve, ANSWER)
    digest = hidden(eve, "digest")
    other = json.dumps({"a.yaml": ANSWER.replace("Thank you.", "Other.")})
    fields = {"bundle": other, "digest": digest, "note": ""}
    eve.post(f"{PAGE}/apply", fields, status=409)
    eve.post(f"{PAGE}/apply", {**fields, "bundle": "[]"}, status=422)
    eve.post(f"{PAGE}/apply", {**fields, "bundle": '{"a.yaml": "a: ["}'}, status=422)
    look_again()
    assert store.current(Kind.ANSWER) == []


def test_what_cannot_be_undone_is_told_with_the_reason(eve: PageClient) -> None:
    run = apply_all({"a.yaml": ANSWER})
    assert run is not None
    number = run.id
    with unit_of_work():
        store.save(Kind.ANSWER, "thanks", {"title": "Mine", "text": "Mine."}, by=None, cause="test")
    eve.post(f"{PAGE}/runs/{number}/undo")
    eve.get(f"{PAGE}/runs/{number}")
    assert "changed again: answer thanks" in text_of(eve)


@pytest.mark.parametrize(("path", "budget"), [(PAGE, 9), (f"{PAGE}/runs/1", 9)])
@pytest.mark.parametrize("rows", [1, 8])
def test_each_page_opens_within_its_budget(
    eve: PageClient, path: str, budget: int, rows: int
) -> None:
    number = 0
    for version in range(rows):
        run = apply_all({"a.yaml": ANSWER.replace("Thank you.", f"Thank you, {version}.")})
        number = run.id if run else 0
    with counted() as statements:
        eve.get(path.replace("runs/1", f"runs/{number}"))
    assert len(statements) <= budget, "\n\n".join(statements)


def test_only_administrators_come_in(client: PageClient, cast: Cast) -> None:
    client.sign_in("cleo@borough.example")
    client.get(PAGE, status=403)
    client.get(f"{PAGE}/export.zip", status=403)
    client.post(f"{PAGE}/plan", {"text": ANSWER}, status=403)


def test_a_calendar_that_a_policy_needs_is_not_retired(eve: PageClient) -> None:
    apply_all(FILES)
    eve.post("/admin/definitions/calendar/office-hours/retire")
    eve.get("/admin/definitions/calendar/office-hours")
    assert "still needed by policy standard" in text_of(eve)
    assert store.find(Kind.CALENDAR, "office-hours")


def test_a_page_refuses_a_name_that_stands_for_nothing(eve: PageClient) -> None:
    apply_all(FILES)
    text = POLICY.replace("calendar: office-hours", "calendar: night")
    fields = {"text": text, "seen": "1", "effective_at": "", "note": "", "name": ""}
    eve.post("/admin/definitions/policy/standard/edit", fields, status=422)
    assert "There is no calendar “night”" in text_of(eve)


def test_markup_in_files_is_text(eve: PageClient) -> None:
    name = "<script>alert(1)</script>.yaml"
    evil = ANSWER.replace("Thank you.", "'<script>alert(2)</script>'")
    give(eve, "", file=(BytesIO(evil.encode()), name))
    assert "<script>alert" not in text_of(eve)
    give(eve, "", status=422, file=(BytesIO(f"{evil}x: [".encode()), name))
    assert "<script>alert" not in text_of(eve)
