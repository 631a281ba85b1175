"""Small parts that pages have by the hundred, drawn without a template; `macros/ui.html` hands them on.

Everything that comes from outside is escaped here, as a template would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from jinja2.utils import urlize
from markupsafe import Markup, escape

from helpdesk.redaction.stretches import MARK
from helpdesk.web import deadlines, moments
from helpdesk.web.navigation import page_here

# What every address has that `urlize` would make a link of.
_LINK = re.compile(r"://|www\.|@|\.(?:com|net|int|edu|gov|org|info|mil)", re.IGNORECASE)

# A message that is longer is folded; what then stands at once is so much shorter that unfolding it is worth the key.
MOST_SIGNS, MOST_LINES = 6_000, 120
SHOWN_SIGNS, SHOWN_LINES = 3_000, 60


def init_parts(app: Flask, sprite_url: str) -> None:
    """Make the parts known to all templates, by the names of their functions with `draw_` before."""

    @lru_cache(maxsize=2000)
    def icon(name: str, label: str = "") -> Markup:
        said = Markup('role="img" aria-label="{}"').format(label) if label else _HIDDEN
        return Markup('<svg class="ic" {}><use href="{}#{}"></use></svg>').format(
            said, sprite_url, name
        )

    app.jinja_env.globals.update(
        draw_icon=icon, draw_ago=ago, draw_stamp=stamp, draw_options=options
    )
    app.jinja_env.globals.update(due_pill=deadlines.due_pill, due_words=deadlines.due_words)
    app.jinja_env.globals["page_here"] = page_here
    app.add_template_filter(linked)
    app.add_template_filter(blacked)
    app.add_template_filter(in_two)


_HIDDEN = Markup('aria-hidden="true"')
_NOTHING = Markup("")


def ago(at: datetime | None, css: str = "") -> Markup:
    """ "12 min ago", kept fresh by the script; the exact time in the title."""
    return _time(at, moments.ago(at), css, fresh=True) if at else _NOTHING


def stamp(at: datetime | None, css: str = "") -> Markup:
    """ "13:04" today, else "3 Nov 13:04"; the exact time in the title."""
    return _time(at, moments.stamp(at), css) if at else _NOTHING


def _time(at: datetime, said: str, css: str, *, fresh: bool = False) -> Markup:
    known = moments.moment(at)
    kept = " data-ago" if fresh else ""
    look = f' class="{escape(css)}"' if css else ""
    # The texts are those of Babel and of our translations, escaped all the same.
    return Markup(  # noqa: S704
        f'<time datetime="{known.iso}" title="{escape(known.exact)}"{kept}{look}>{escape(said)}</time>'
    )


def options(choices: Iterable[tuple[Any, Any]], chosen: Any) -> Markup:
    """The options of a select: pairs of a value and a label; a heading and a list of pairs make a group."""
    wanted = "" if chosen is None else str(chosen)
    # Each value and label is escaped where it is put in.
    return Markup("".join(_option(value, label, wanted) for value, label in choices))  # noqa: S704


def _option(value: Any, label: Any, wanted: str) -> str:
    if isinstance(label, Sequence) and not isinstance(label, str):
        return f'<optgroup label="{escape(value)}">{options(label, wanted)}</optgroup>'
    own = "" if value is None else str(value)
    mark = " selected" if own == wanted else ""
    return f'<option value="{escape(own)}"{mark}>{escape(label)}</option>'


def linked(text: str) -> Markup:
    """Text of people with its addresses as links that tell nobody where they were followed from."""
    if not _LINK.search(text):
        return escape(text)
    # `urlize` escapes what it is given, and looks at each word on its own.
    return Markup("\n".join(_linked(line) for line in text.split("\n")))  # noqa: S704


def in_two(text: str) -> tuple[str, str]:
    """What of a long text stands at once, and the rest, which whoever wants it unfolds; a shorter one is whole."""
    if len(text) <= MOST_SIGNS and text.count("\n") <= MOST_LINES:
        return text, ""
    start = "\n".join(text.split("\n", SHOWN_LINES)[:SHOWN_LINES])
    if len(start) > SHOWN_SIGNS:
        start = start[:SHOWN_SIGNS]
        start = start[: max(start.rfind("\n"), start.rfind(" "), SHOWN_SIGNS // 2)]
    rest = text[len(start) :]
    return start, rest[1:] if rest[0] in "\n " else rest


def blacked(said: Markup) -> Markup:
    """Text as `linked` gives it, with what was taken out of it as a black stretch that is read out as a word."""
    word = Markup('<span class="redacted" title="{0}">{1}<span class="sr-only"> {0} </span></span>')
    return said.replace(MARK, word.format(_("redacted"), MARK))


def _linked(line: str) -> str:
    if not _LINK.search(line):
        return escape(line)
    return urlize(line, target="_blank", rel="nofollow noopener noreferrer")
