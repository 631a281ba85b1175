"""The generic pages of definitions: listed, written as text, compared, gone back to, retired and revived."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Any

import pytest

from helpdesk.core.clock import StoppedClock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.web.admin.navigation import entry_of
from tests.cast import Cast
from tests.helpdesk.web.console.budget import counted, look_again
from tests.pages import PageClient

BASE = "/admin/definitions/answer"
# The kinds whose list is a page of its own.
THANKS = {"title": "Thanks", "text": "Thank you."}


@pytest.fixture
def eve(client: PageClient, cast: Cast) -> PageClient:
    client.sign_in("eve@borough.example")
    return client


def keep(body: dict[str, Any], name: str = "thanks", **more: Any) -> store.Version:
    with unit_of_work():
        return store.save(Kind.ANSWER, name, body, by=None, cause="test", **more)


def text_of(client: PageClient) -> str:
    assert client.last is not None
    return client.last.get_data(as_text=True)


def written(text: str, **more: str) -> dict[str, str]:
    return {"text": text, "seen": "0", "effective_at": "", "note": "", "name": "", **more}


@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/admin", 6),
        (BASE, 8),
        (f"{BASE}/new", 6),
        (f"{BASE}/name-1", 9),
        (f"{BASE}/name-1/edit", 8),
        (f"{BASE}/name-1/versions/2", 9),
    ],
)
@pytest.mark.parametrize("rows", [2, 20])
def test_each_page_opens_within_its_budget(
    eve: PageClient, path: str, budget: int, rows: int
) -> None:
    for number in range(rows):
        keep(THANKS, f"name-{number}")
        keep({**THANKS, "text": f"Thank you, {number}."}, f"name-{number}")
    with counted() as statements:
        eve.get(path)
    assert len(statements) <= budget, "\n\n".join(statements)


@pytest.mark.parametrize("path", ["/admin", BASE, f"{BASE}/new", f"{BASE}/thanks/edit"])
def test_only_administrators_come_in(client: PageClient, cast: Cast, path: str) -> None:
    keep(THANKS)
    client.sign_in("cleo@borough.example")
    client.get(path, status=403)


def test_every_kind_has_its_list_and_its_beginning(eve: PageClient) -> None:
    front = eve.get("/admin").get_data(as_text=True)
    for kind in Kind:
        assert escape(str(entry_of(kind.value).label)) in front
        eve.get(f"/admin/definitions/{kind.value}")
        eve.get(f"/admin/definitions/{kind.value}/new")
    eve.get("/admin/definitions/nothing", status=404)


def test_a_new_one_is_written_as_text(eve: PageClient, cast: Cast) -> None:
    eve.post(
        f"{BASE}/new",
        written("title: Thanks\ntext: |\n  Thank you.\n", name="thanks", note="For everybody"),
    )

    look_again()
    version = store.find(Kind.ANSWER, "thanks")
    assert version.body == {"title": "Thanks", "text": "Thank you.\n"}
    row = store.versions_of(Kind.ANSWER, "thanks")[0]
    assert (row.made_by, row.note) == (cast.eve.id, "For everybody")


def test_a_name_that_is_taken_is_refused_and_what_was_typed_is_kept(eve: PageClient) -> None:
    keep(THANKS)
    eve.post(f"{BASE}/new", written("title: Mine\n", name="thanks"), status=422)
    assert "title: Mine" in text_of(eve)
    assert store.find(Kind.ANSWER, "thanks").body == THANKS


def test_each_fault_is_said_at_its_line_and_what_was_typed_is_kept(eve: PageClient) -> None:
    keep(THANKS)
    eve.post(
        f"{BASE}/thanks/edit", written("title: A\ntitle: B\ntext: &x C\n", seen="1"), status=422
    )
    page = text_of(eve)
    assert "Line 2" in page
    assert "Line 3" in page
    assert "title: B\ntext: &amp;x C" in page


def test_the_fields_of_another_definition_are_refused(eve: PageClient) -> None:
    keep(THANKS)
    text = "kind: macro\nname: thanks\ntitle: A\n"
    eve.post(f"{BASE}/thanks/edit", written(text, seen="1"), status=422)
    assert "Line 1" in text_of(eve)


def test_an_edit_is_a_new_version_that_may_begin_later(
    eve: PageClient, clock: StoppedClock
) -> None:
    keep(THANKS)
    form = written("title: Later\ntext: Hello.\n", seen="1", effective_at="2026-11-17T08:00")
    eve.post(f"{BASE}/thanks/edit", form)
    look_again()
    assert store.find(Kind.ANSWER, "thanks").body == THANKS
    eve.get(f"{BASE}/thanks")
    assert "begins to hold" in text_of(eve)
    clock.advance(timedelta(days=1))
    assert store.find(Kind.ANSWER, "thanks").title == "Later"


@pytest.mark.parametrize("moment", ["2026-11-16T09:00", "tomorrow"])
def test_a_moment_that_is_past_or_none_is_refused_at_its_field(
    eve: PageClient, moment: str
) -> None:
    keep(THANKS)
    form = written("title: Later\ntext: Hello.\n", seen="1", effective_at=moment)
    eve.post(f"{BASE}/thanks/edit", form, status=422)
    assert 'id="effective-at-error"' in text_of(eve)


def test_nothing_is_saved_over_a_version_that_its_editor_did_not_see(eve: PageClient) -> None:
    keep(THANKS)
    keep({**THANKS, "text": "From a colleague."})
    eve.post(f"{BASE}/thanks/edit", written("title: Mine\ntext: Hello.\n", seen="1"), status=409)

    page = text_of(eve)
    assert "title: Mine" in page
    assert "From a colleague." in page
    look_again()
    assert len(store.versions_of(Kind.ANSWER, "thanks")) == 2
    eve.post(f"{BASE}/thanks/edit", written("title: Mine\ntext: Hello.\n", seen="2"))
    look_again()
    assert store.find(Kind.ANSWER, "thanks").title == "Mine"


def test_a_version_shows_what_it_changed_and_can_be_gone_back_to(eve: PageClient) -> None:
    keep(THANKS)
    keep({**THANKS, "text": "Thanks a lot."})
    eve.get(f"{BASE}/thanks/versions/2")
    assert "Thanks a lot." in text_of(eve)
    assert "Thank you." in text_of(eve)

    eve.post(f"{BASE}/thanks/versions/1", {"seen": "2"})
    look_again()
    versions = store.versions_of(Kind.ANSWER, "thanks")
    assert [one.number for one in versions] == [3, 2, 1]
    assert versions[0].body == THANKS
    eve.get(f"{BASE}/thanks/versions/9", status=404)


def test_what_is_retired_can_be_revived(eve: PageClient) -> None:
    keep(THANKS)
    eve.post(f"{BASE}/thanks/retire")
    look_again()
    assert store.current(Kind.ANSWER) == []
    eve.get(BASE)
    assert "Not used any more" in text_of(eve)
    eve.post(f"{BASE}/thanks/revive")
    look_again()
    assert store.find(Kind.ANSWER, "thanks").body == THANKS


def test_markup_in_a_definition_is_text(eve: PageClient) -> None:
    keep({"title": "<script>alert(1)</script>", "text": "<b>x</b>"})
    for path in (BASE, f"{BASE}/thanks", f"{BASE}/thanks/edit", f"{BASE}/thanks/versions/1"):
        eve.get(path)
        assert "<script>alert" not in text_of(eve)
