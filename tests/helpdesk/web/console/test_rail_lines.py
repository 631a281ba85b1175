"""The lines of the rail: what is kept of them says nothing wrong about their counts, places and words."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from helpdesk.web.console.rail_lines import RailItem, draw_lines

ITEM = RailItem("Printers", "/views/view-7", count=3, key="q", live="view-7")


def drawn(app: Flask, *items: RailItem) -> str:
    with app.test_request_context("/"):
        return str(draw_lines(items))


def test_a_line_is_a_link_with_its_count_its_letter_and_its_name_for_the_script(app: Flask) -> None:
    assert drawn(app, ITEM) == (
        '<a class="rail-link" href="/views/view-7" data-count="view-7" data-go="q"'
        ' title="Printers, key g q"><span class="clip">Printers</span><span class="n">3</span></a>'
    )


def test_a_line_that_was_drawn_before_shows_its_new_count_and_place(app: Flask) -> None:
    drawn(app, ITEM)

    again = drawn(app, replace(ITEM, count=100, current=True, late=True))

    assert 'class="rail-link late"' in again
    assert 'aria-current="page"' in again
    assert '<span class="n">99+<span class="sr-only"> late</span></span>' in again


def test_a_line_without_a_count_or_letter_shows_neither(app: Flask) -> None:
    bare = drawn(app, RailItem("Groups", "/groups"))

    assert bare == '<a class="rail-link" href="/groups"><span class="clip">Groups</span></a>'


def test_a_renamed_view_is_drawn_anew(app: Flask) -> None:
    drawn(app, ITEM)

    assert "Lamps, key g q" in drawn(app, replace(ITEM, label="Lamps"))


def test_the_name_of_a_view_is_words_and_never_markup(app: Flask) -> None:
    hostile = drawn(app, replace(ITEM, label='"><script>alert(1)</script>', live='"x'))

    assert "<script" not in hostile
    assert 'data-count="&#34;x"' in hostile
    assert hostile.count("&lt;script&gt;") == 2
