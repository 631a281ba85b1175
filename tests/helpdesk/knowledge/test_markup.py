"""Markdown as safe HTML: what it makes, and what never comes through (S01)."""

from __future__ import annotations

import pytest

from helpdesk.knowledge import markup


def resolve(kind: str, name: str) -> str | None:
    return (
        {"file-of-article:": "/help/files/", "article:": "/help/"}[kind] + name
        if name != "gone"
        else None
    )


def html(source: str) -> str:
    return markup.render(source, resolve).html.strip()


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("One **two** *three*", "<p>One <strong>two</strong> <em>three</em></p>"),
        ("# Title", '<h2 id="part-title">Title</h2>'),
        ("## A\n### B", '<h2 id="part-a">A</h2>\n<h3 id="part-b">B</h3>'),
        ("## A\n##### B", '<h2 id="part-a">A</h2>\n<h3 id="part-b">B</h3>'),
        ("## A\n\n## A", '<h2 id="part-a">A</h2>\n<h2 id="part-a-2">A</h2>'),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("~~old~~", "<p><s>old</s></p>"),
        (
            "[mail](mailto:a@b.example)",
            '<p><a href="mailto:a@b.example" rel="noopener noreferrer">mail</a></p>',
        ),
        (
            "[bins](article:12)",
            '<p><a href="/help/12" rel="noopener noreferrer">bins</a></p>',
        ),
        (
            "![A map](file-of-article:k1)",
            '<p><img src="/help/files/k1" alt="A map"></p>',
        ),
    ],
)
def test_what_markdown_makes(source: str, made: str) -> None:
    assert html(source) == made


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](https://tracker.example/p.png)",
    "![x](//tracker.example/p.png)",
    "![x](/\\tracker.example/p.png)",
    "<javascript:alert(1)>",
    '[x](http://a.example "onmouseover=alert(1)")',
    '[x](http://a.example" onmouseover="alert(1))',
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```x onmouseover=alert(1)\na\n```",
    "# <img src=x onerror=alert(1)>",
    '# " onmouseover="alert(1)',
    "| a |\n| --- |\n| <script>alert(1)</script> |",
    '| a |\n| :-- style="x" |\n| b |',
    "[x]: javascript:alert(1)\n\n[x]",
    "[a](<javascript:alert(1)>)",
    "<style>*{display:none}</style>",
    "<a href='x' style='position:fixed'>x</a>",
    "<form action=//evil.example><input name=p></form>",
    "<base href=//evil.example>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--><img src=x onerror=alert(1)>-->",
    '![a" onerror="alert(1)](/x)',
    "[x](article:1%22onclick=alert(1))",
    "[x](article:gone)",
    "![x](file-of-article:gone)",
    "x\x00<script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
]


@pytest.mark.parametrize("source", ATTACKS)
def test_nothing_of_an_attack_comes_through(source: str) -> None:
    made = html(source).lower()

    tags = made.replace("&lt;", "(").replace("&gt;", ")")
    for sign in ("<script", "<iframe", "<svg", "<style", "<form", "<base", "<math", "<!--"):
        assert sign not in tags
    for tag in _tags(tags):
        assert " on" not in _without_values(tag), tag
        assert " style=" not in _without_values(tag), tag
        for scheme in ("javascript:", "vbscript:", "data:", "tracker.example"):
            assert f'href="{scheme}' not in tag, tag
            assert f'src="{scheme}' not in tag, tag
        assert "//tracker.example" not in tag, tag


def _tags(made: str) -> list[str]:
    return [part.partition(">")[0] for part in ("<" + one for one in made.split("<")[1:])]


def _without_values(tag: str) -> str:
    return "".join(part for place, part in enumerate(tag.split('"')) if place % 2 == 0)


def test_a_text_that_nests_without_end_is_rendered_in_time() -> None:
    assert html("> " * 5_000 + "a")
    assert html("[" * 5_000)
    assert html("*a " * 5_000)


def test_an_outline_has_the_headings_in_order() -> None:
    found = markup.render("## One\n\ntext\n\n### Two `x`\n\n## Three", resolve).headings

    assert [(one.text, one.level) for one in found] == [("One", 2), ("Two x", 3), ("Three", 2)]


def test_an_article_as_text_for_a_reply() -> None:
    source = (
        "Hello **you**.\n\n- one\n- two\n\nSee [bins](article:12) or [us](mailto:us@desk.example)."
    )

    assert markup.plain(source, resolve) == (
        "Hello you.\n\n- one\n- two\n\nSee bins (/help/12) or us (mailto:us@desk.example)."
    )


def test_the_files_that_a_text_shows() -> None:
    source = "![a](file-of-article:abc_1-x) and [b](file-of-article:zz)"

    assert markup.files_in(source) == {"abc_1-x", "zz"}
