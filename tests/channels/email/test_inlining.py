"""Styles stand on the elements, since many mail programs drop style sheets."""

import pytest

from channels.email.idn import ascii_domain
from channels.email.inlining import inlined


def test_a_rule_comes_to_stand_on_its_elements() -> None:
    html = inlined("<html><head><style>p.a { color: #123 }</style></head><p class=a>Hi</p></html>")
    assert '<p class="a" style="color: #123;">' in html


def test_rules_for_dark_screens_stay_in_the_head() -> None:
    dark = "@media (prefers-color-scheme: dark) { p { color: #fff !important } }"
    html = inlined(f"<html><head><style>{dark}</style></head><body><p>Hi</p></body></html>")
    assert "prefers-color-scheme: dark" in html


def test_nothing_is_fetched_and_text_is_not_touched() -> None:
    page = (
        '<html><head><link rel="stylesheet" href="http://127.0.0.1:9/x.css"></head>'
        '<body><p>&lt;b&gt; &amp; <a href="https://a.example/?x=1&amp;y=2">a</a></p></body></html>'
    )
    html = inlined(page)
    assert "&lt;b&gt; &amp;" in html
    assert "https://a.example/?x=1&amp;y=2" in html
    assert "x.css" not in html


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        # By the rules of 2003 this would be somebody else's domain.
        ("straße.example", "xn--strae-oqa.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("plain_host.example", "plain_host.example"),
    ],
)
def test_a_domain_has_one_ascii_form(domain: str, name: str) -> None:
    assert ascii_domain(domain) == name


def test_what_cannot_be_a_domain_is_refused() -> None:
    with pytest.raises(ValueError, match="not a domain"):
        ascii_domain("ü..example")
