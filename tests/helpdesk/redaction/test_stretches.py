"""A stretch is found however lines were broken and elements stand across it, and nothing else is touched."""

from __future__ import annotations

import pytest

from helpdesk.redaction.stretches import MARK, around, holds, in_html, in_text, in_value, pattern_of

M = MARK


@pytest.mark.parametrize(
    ("what", "text", "left"),
    [
        ("ab 12", "x ab 12 y", f"x {M} y"),
        ("ab 12", "> x ab\n> 12 y", f"> x {M} y"),
        ("ab 12", "AB  12, ab\t12", f"{M}, {M}"),
        ("a.b", "axb a.b", f"axb {M}"),
        ("ab", "cab abc", f"c{M} {M}c"),
        ("ab 12", "ab12", "ab12"),
    ],
)
def test_in_plain_text(what: str, text: str, left: str) -> None:
    pattern = pattern_of(what)
    assert pattern is not None
    assert in_text(pattern, text)[0] == left


@pytest.mark.parametrize(
    ("what", "html", "left"),
    [
        ("ab 12", "<p>x ab 12</p>", f"<p>x {M}</p>"),
        ("ab 12", "<p>a<b>b 1</b>2 y</p>", f"<p>{M}<b></b> y</p>"),
        ("ab 12", "<p>ab</p><p>12</p>", f"<p>{M}</p><p></p>"),
        ("a&b", "<p>a&amp;b &#97;&amp;b</p>", f"<p>{M} {M}</p>"),
        ("ab 12", "<p>ab<br>12 ab 12</p>", f"<p>{M}<br> {M}</p>"),
        ("secret", '<a href="https://x.example/secret">link</a>', None),
        ("secret", "<p>nothing</p>", "<p>nothing</p>"),
    ],
)
def test_in_html(what: str, html: str, left: str | None) -> None:
    pattern = pattern_of(what)
    assert pattern is not None
    found, count = in_html(pattern, html)
    assert found == left
    assert bool(count) is (left != html)
    assert left is None or not holds(pattern, left)


@pytest.mark.parametrize("what", ["", " ", "a", "x" * 5_001])
def test_too_little_and_too_much_are_no_stretch(what: str) -> None:
    assert pattern_of(what) is None


def test_in_plain_values_and_around_a_place() -> None:
    pattern = pattern_of("ab 12")
    assert pattern is not None
    assert in_value(pattern, {"a": ["ab 12", 3], "b": None}) == ({"a": [M, 3], "b": None}, 1)
    assert around(pattern, "before ab 12 after") == [("before", "after")]
