"""Templates may be short, pages are valid."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from helpdesk.web.valid_html import HtmxNames, fitting_type, needs_choice


def test_htmx_is_told_by_names_that_html_allows() -> None:
    template = Environment(extensions=[HtmxNames], autoescape=True).from_string(
        '<p hx-get="/hx-x"\n hx-swap="outerHTML" title="{{ said }}">'
    )
    drawn = template.render(said=" hx-get")
    assert drawn == '<p data-hx-get="/hx-x"\n data-hx-swap="outerHTML" title=" hx-get">'


@pytest.mark.parametrize(
    ("kind", "typed", "shown_as"),
    [
        ("date", "2026-11-22", "date"),
        ("date", "", "date"),
        ("date", None, "date"),
        ("date", "2026-02-30", "text"),
        ("date", "tomorrow", "text"),
        ("datetime-local", "2026-11-22T10:00", "datetime-local"),
        ("datetime-local", "2026-11-22 10:00", "text"),
        ("datetime-local", "2026-11-22T25:00", "text"),
        ("number", "-1.5", "number"),
        ("number", 7, "number"),
        ("number", "much", "text"),
        ("email", "ada@resident.example", "email"),
        ("email", "ada at home", "text"),
        ("url", "https://desk.example/x", "url"),
        ("url", "desk", "text"),
        ("search", "any thing", "search"),
    ],
)
def test_a_field_shows_what_was_typed_though_it_does_not_fit(
    kind: str, typed: object, shown_as: str
) -> None:
    assert fitting_type(kind, typed) == shown_as


@pytest.mark.parametrize(
    ("choices", "needs"),
    [
        ([("", "Choose"), ("a", "A")], True),
        ([("a", "A"), ("", "None")], False),
        ([("Fruit", [("a", "A")])], False),
        ([], False),
    ],
)
def test_a_choice_is_required_where_nothing_is_chosen_at_first(
    choices: list[tuple[str, object]], needs: bool
) -> None:
    assert needs_choice(choices) is needs
