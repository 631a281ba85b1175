"""What agents write with marks: the strict list, and the words that are taken from it."""

from __future__ import annotations

import pytest

from helpdesk.core import written
from tests.security.payloads import PAYLOADS

KEY = "0123456789abcdef" * 2
WAITING = f"/tickets/REQ-1001/pictures/{KEY}"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<div>one<br></div><div>two</div>", "one\ntwo"),
        ("<div>a&nbsp; b &lt;c&gt; &amp; d</div>", "a  b <c> & d"),
        ("<ul><li>x</li><li>y<ol><li>z</li></ol></li></ul><div>end</div>", "- x\n- y\n  1. z\nend"),
        ("<ol><li>x<br>still x</li><li>y</li></ol>", "1. x\n   still x\n2. y"),
        ("<blockquote><div>said</div><div>so</div></blockquote>yes", "> said\n> so\nyes"),
        ("<ul><li>x</li><ul><li>y</li></ul><li>z</li></ul>", "- x\n  - y\n- z"),
        ('<a href="https://x.example/a">here</a>', "here (https://x.example/a)"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="mailto:ada@x.example">ada@x.example</a>', "ada@x.example"),
        ("<pre>if x:\n  go()</pre>then", "if x:\n  go()\nthen"),
        ("do <b>not</b> <i>press</i> <code>x</code>", "do not press x"),
        (f'see <img src="{WAITING}" alt="the door">', "see [picture: the door]"),
    ],
)
def test_words_are_taken_from_what_was_formatted(html: str, words: str) -> None:
    assert written.words_of(written.clean(html)) == words


@pytest.mark.parametrize("text", ["one", "one\n\n two  x\n\n\nthree <b>", "a & b\n> c"])
def test_plain_words_come_back_from_the_editor_as_they_were(text: str) -> None:
    html = written.clean(written.html_of(text))
    assert written.is_plain(html)
    assert written.words_of(html) == text


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<p onclick="x()" style="color:red" class="a" id="b">Hi</p>', "<p>Hi</p>"),
        ("<script>x()</script><style>p{}</style><b>Hi</b>", "<b>Hi</b>"),
        ('<a href="javascript:x()">Hi</a>', "<a>Hi</a>"),
        ('<a href="/sign-out">Hi</a>', "<a>Hi</a>"),
        ('<a href="data:text/html,x">Hi</a>', "<a>Hi</a>"),
        ('<img src="https://evil.example/t.gif">Hi', "Hi"),
        ('<img src="//evil.example/t.gif">Hi', "Hi"),
        ('<img src="data:image/png;base64,AAAA">Hi', "Hi"),
        ('<img src="/files/abc?inline=1">Hi', "Hi"),
        ('<img src="cid:logo@x">Hi', "Hi"),
        (f'<img src="{WAITING}" width="0" height="9e9">', f'<img src="{WAITING}">'),
        (
            f'<img src="{WAITING}" width="40" height="30">',
            f'<img src="{WAITING}" width="40" height="30">',
        ),
        (f'<img src="https://evil.example{WAITING}">Hi', "Hi"),
        ("<form><input><button>Hi</button></form>", "Hi"),
        ("<svg><text>no</text></svg><math></math>Hi", "Hi"),
        ("<h1>Hi</h1><table><tr><td>there</td></tr></table>", "Hithere"),
    ],
)
def test_only_what_the_editor_writes_is_left(html: str, left: str) -> None:
    assert written.clean(html) == left


def test_cleaning_again_changes_nothing_whatever_was_sent() -> None:
    for payload in PAYLOADS:
        once = written.clean(payload)
        assert written.clean(once) == once
        assert "ran" not in written.clean(f"<p {payload}>").replace("alert('ran')", "")


def test_what_is_nested_deeper_than_anybody_writes_keeps_its_words() -> None:
    assert written.clean("<b>" * 600 + "Hi") == "<div>Hi</div>"
    assert written.clean("<div>" * 39 + "<b>Hi</b>").count("<div>") == 39


def test_waiting_pictures_are_named_placed_and_taken_out() -> None:
    html = written.clean(f'<p>a<img src="{WAITING}" alt="x > y"></p>')
    assert written.pictures_in(html) == [KEY]
    placed = written.with_pictures(html, lambda key: f"cid:{key}@desk")
    assert placed == f'<p>a<img src="cid:{KEY}@desk" alt="x y"></p>'
    sized = written.with_sizes(html.replace(">", ' width="9">', 1), lambda _key: (4, 3))
    assert 'alt="x y" width="4" height="3">' in sized
    assert written.name_of(placed, f"{KEY}@desk") == "x y"
    assert written.with_pictures(html, lambda _key: None) == "<p>a</p>"
    assert written.shown(placed, {}) == "<p>a</p>"
