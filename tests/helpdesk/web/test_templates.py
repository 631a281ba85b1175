"""What every template keeps to, read from its source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk.web import words

WEB = Path(words.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
ICONS = {
    line.partition("=")[0].strip()
    for line in (WEB / "icons" / "icons.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_needs_nothing_that_the_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text), "A style attribute."
    assert not re.search(r"\son[a-z]+=", text), "An inline handler."
    assert not re.search(r"<script(?![^>]* src=)", text), "An inline script."
    assert "https://" not in text, "Something from elsewhere."


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_never_turns_escaping_off(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_form_that_posts_carries_its_token(path: Path) -> None:
    for form in re.findall(
        r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.S
    ):
        assert "csrf()" in form or "hidden(" in form


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_each_icon_is_in_the_sprite(path: Path) -> None:
    named = re.findall(r'icon\("([a-z-]+)"', path.read_text(encoding="utf-8"))
    assert set(named) <= ICONS


def test_each_channel_has_an_icon_in_the_sprite() -> None:
    assert {*words.CHANNEL_ICONS.values(), words.channel_icon("unheard-of")} <= ICONS
