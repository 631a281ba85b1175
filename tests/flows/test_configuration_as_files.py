"""A file is planned, applied and taken back: on the page with a browser, and at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import WIDTHS, barriers, look_at, say
from tests.helpdesk.configuration.files import CALENDAR, FILES, POLICY, apply_all
from tests.servers.browser import BrowserWatch


def title_of(desk: LiveDesk, kind: Kind, name: str) -> str:
    return desk.ask(lambda: store.find(kind, name).title)


def names_of(desk: LiveDesk, kind: Kind) -> list[str]:
    return desk.ask(lambda: [one.name for one in store.current(kind)])


@pytest.mark.browser
def test_an_administrator_plans_and_applies_a_file(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    # A form that comes back with faults answers 422, which the browser logs.
    browser_watch.expect("Failed to load resource")
    page = browser_page
    live_desk.sign_in(page, "eve")
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("main").get_by_role("link", name="Configuration as files").last.click()

    text = page.get_by_label("Or the text of a file")
    text.fill(f"{CALENDAR}---\n{POLICY.replace('calendar: office-hours', 'calendar: offce-hours')}")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("One thing has to be put right")
    expect(page.get_by_text("There is no calendar “offce-hours”.").first).to_be_visible()
    assert names_of(live_desk, Kind.CALENDAR) == []

    text.fill(f"{CALENDAR}---\n{POLICY}")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("heading", name="Policies: Standard")).to_be_visible()
    page.get_by_label("Note").fill("First version")
    page.get_by_role("button", name="Apply all of it").click()
    expect(page.get_by_text("Applied as run")).to_be_visible()
    assert title_of(live_desk, Kind.CALENDAR, "office-hours") == "Office hours"
    assert title_of(live_desk, Kind.POLICY, "standard") == "Standard"

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("stands again")).to_be_visible()
    assert names_of(live_desk, Kind.POLICY) == []


@pytest.mark.browser
def test_the_pages_of_settings_have_no_barrier(live_desk: LiveDesk, browser_page: Page) -> None:
    run = live_desk.ask(lambda: apply_all(FILES))
    changed = {**FILES, "policies/standard.yaml": POLICY.replace("14400", "7200")}
    live_desk.ask(lambda: apply_all(changed))
    assert run is not None
    live_desk.sign_in(browser_page, "eve")
    calendar = "/admin/definitions/calendar"
    paths = ["/admin", calendar, f"{calendar}/new", f"{calendar}/office-hours"]
    paths += [f"{calendar}/office-hours/edit", "/admin/definitions/policy/standard/versions/2"]
    paths += ["/admin/definitions/macro", "/admin/configuration", "/admin/configuration/runs/1"]
    paths = [path.replace("runs/1", f"runs/{run.id}") for path in paths]
    say(look_at(live_desk, browser_page, paths))


@pytest.mark.browser
def test_plans_faults_and_conflicts_have_no_barrier(
    live_desk: LiveDesk, browser_page: Page, browser_watch: BrowserWatch
) -> None:
    browser_watch.expect("Failed to load resource")
    page = browser_page
    live_desk.ask(lambda: apply_all(FILES))
    live_desk.sign_in(page, "eve")
    found: list[str] = []
    for name, text in (
        ("a plan", POLICY.replace("14400", "7200")),
        ("faults", POLICY.replace("office-hours", "nothing") + "title: Twice\n"),
    ):
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(f"{live_desk.url}/admin/configuration")
        page.get_by_label("Or the text of a file").fill(text)
        with page.expect_navigation():
            page.get_by_role("button", name="Show the plan").click()
        found += barriers(page, name)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(f"{live_desk.url}/admin/definitions/answer/thanks/edit")
    changed = {"x.yaml": "kind: answer\nname: thanks\ntitle: Theirs\ntext: Theirs.\n"}
    live_desk.ask(lambda: apply_all(changed))
    for name, text in (("a fault", "title: A\ntitle: B\n"), ("a conflict", "title: Mine\n")):
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.get_by_label("Text", exact=True).fill(text)
        with page.expect_navigation():
            page.get_by_role("button", name="Save").click()
        found += barriers(page, name)
    say(found)


def test_a_folder_is_exported_planned_applied_and_undone_at_a_terminal(
    live_desk: LiveDesk, tmp_path: Path
) -> None:
    live_desk.ask(lambda: apply_all(FILES))
    folder = tmp_path / "desk"

    code, said = live_desk.command("config", "export", str(folder))
    assert (code, "7 files written" in said) == (0, True), said
    home = folder / "policies" / "standard.yaml"
    home.write_text(f"# Agreed in May\n{home.read_text().replace('14400', '7200')}")

    code, said = live_desk.command("config", "plan", str(folder))
    assert code == 0, said
    assert "metrics.resolution.targets.1: 14400 -> 7200" in said
    digest = said.split("--plan ")[1].split()[0]

    code, said = live_desk.command("config", "apply", str(folder), "--plan", "0000")
    assert code == 1, said
    code, said = live_desk.command("config", "apply", str(folder), "--plan", digest)
    assert code == 0, said
    policy = live_desk.ask(lambda: store.find(Kind.POLICY, "standard"))
    assert policy.body["metrics"]["resolution"]["targets"]["1"] == 7200

    live_desk.command("config", "export", str(folder))
    assert home.read_text().startswith("# Agreed in May")

    code, said = live_desk.command("config", "undo", "--yes")
    assert code == 0, said
    policy = live_desk.ask(lambda: store.find(Kind.POLICY, "standard"))
    assert policy.body["metrics"]["resolution"]["targets"]["1"] == 14400


def test_a_terminal_names_each_fault_with_its_file_and_line(
    live_desk: LiveDesk, tmp_path: Path
) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "a.yaml").write_text("title: A\nzone: Nowhere\nweekly: 3\n")
    code, said = live_desk.command("config", "plan", str(tmp_path))
    assert code == 1
    assert "calendars/a.yaml:2: zone:" in said
    assert "calendars/a.yaml:3: weekly:" in said
    code, said = live_desk.command("config", "schema", str(tmp_path / "schemas"))
    assert (code, (tmp_path / "schemas" / "calendar.json").exists()) == (0, True)
