"""Every page of the administrators' settings, found in the map of routes, looked at by axe in both themes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.routing import BuildError, Rule

from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.sla.packs import load_pack
from tests.flows.levels import furnish, in_the_past
from tests.flows.live import LiveDesk
from tests.flows.test_no_barriers import look_at, say

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# What a file, or a run that somebody began, is looked at elsewhere.
ELSEWHERE = {"admin.export_configuration", "admin.configuration_run", "admin.what_if_run"}
# Drawn alike for every kind.
GENERIC = {"admin.definitions", "admin.new_definition"}
NAMES = {
    "admin.calendar": "office",
    "admin.edit_calendar": "office",
    "admin.policy": "standard",
    "admin.edit_policy": "standard",
    "admin.recount_policy": "standard",
}


@pytest.fixture
def configured(live_desk: LiveDesk) -> LiveDesk:
    """A desk whose calendars, policies and clocks are there."""

    def made() -> None:
        with in_the_past(timedelta(days=2)):
            furnish(live_desk.cast)
        with unit_of_work():
            load_pack("uk-statutory", by=None, cause="test")

    live_desk.ask(made)
    return live_desk


def paths_of(app: Flask, wanted: Callable[[Rule], bool]) -> list[str]:
    """The addresses of pages of settings, with the names of definitions that are there."""
    found = []
    rules = [one for one in app.url_map.iter_rules() if one.endpoint.startswith("admin.")]
    adapter = app.url_map.bind("localhost")
    for rule in rules:
        if "GET" not in (rule.methods or ()) or rule.endpoint in ELSEWHERE or not wanted(rule):
            continue
        for values in _values(rule):
            try:
                found.append(adapter.build(rule.endpoint, values))
            except BuildError:
                continue
    return sorted(set(found))


def _values(rule: Rule) -> list[dict[str, str | int]]:
    if rule.arguments == {"kind"} and rule.endpoint in GENERIC:
        return [{"kind": "answer"}]
    if rule.arguments == {"kind"}:
        return [{"kind": kind.value} for kind in Kind]
    if rule.arguments == {"name"}:
        return [{"name": NAMES[rule.endpoint]}] if rule.endpoint in NAMES else []
    if rule.arguments == {"kind", "name"}:
        return [{"kind": "policy", "name": "standard"}]
    if rule.arguments == {"kind", "name", "number"}:
        return [{"kind": "policy", "name": "standard", "number": 1}]
    return [{}] if not rule.arguments else []


def there(desk: LiveDesk, paths: list[str]) -> list[str]:
    """Those that are pages; a list of rules is one for kinds of rules alone."""
    eve = desk.pages_of("eve")
    found = []
    for path in paths:
        answer = eve.raw.get(path, base_url=desk.url)
        assert answer.status_code in (200, 303, 404), f"{path}: {answer.status_code}"
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found.append(path)
    return found


@pytest.mark.parametrize("of_kinds", [True, False])
def test_the_pages_of_settings_have_no_barrier(
    configured: LiveDesk, browser_page: Page, of_kinds: bool
) -> None:
    def wanted(rule: Rule) -> bool:
        return ("kind" in rule.arguments) is of_kinds

    paths = there(configured, paths_of(configured.app, wanted))
    assert len(paths) > 6
    configured.sign_in(browser_page, "eve")
    say(look_at(configured, browser_page, paths))
