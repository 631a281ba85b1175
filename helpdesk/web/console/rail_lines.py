"""The lines of the rail: every page has them, and a desk of many views has hundreds, so each is drawn once and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import gettext as _
from markupsafe import Markup, escape

# What is shown of a count before it says only that there are more.
MOST_SHOWN = 99


@dataclass(frozen=True, slots=True)
class RailItem:
    """A line of the rail; `count` is None where nothing is counted."""

    label: str
    url: str
    count: int | None = None
    late: bool = False
    current: bool = False
    key: str | None = None
    live: str = ""


def draw_lines(items: Iterable[RailItem]) -> Markup:
    """The lines as links, each with its count and the letter that leads there."""
    key, late = _("key"), _("late")
    drawn = []
    for item in items:
        go = f"{item.label}, {key} g {item.key}" if item.key else ""
        kept = _line(item.label, item.url, item.live, item.key or "", go)
        drawn.append(_begun(kept, item) + _counted(item, late) + "</a>")
    return Markup("\n".join(drawn))  # noqa: S704 - labels and addresses are escaped in `_line`


def _begun(kept: tuple[str, str], item: RailItem) -> str:
    head = '<a class="rail-link late"' if item.late else '<a class="rail-link"'
    here = ' aria-current="page"' if item.current else ""
    return f"{head}{kept[0]}{here}{kept[1]}"


def _counted(item: RailItem, late: str) -> str:
    if item.count is None:
        return ""
    said = f"{MOST_SHOWN}+" if item.count > MOST_SHOWN else item.count
    aloud = f'<span class="sr-only"> {escape(late)}</span>' if item.late else ""
    return f'<span class="n">{said}{aloud}</span>'


@lru_cache(maxsize=20_000)
def _line(label: str, url: str, live: str, key: str, go: str) -> tuple[str, str]:
    """What stays of a line while its count and its place change: its first attributes, and the rest up to its count."""
    counted = f' data-count="{escape(live)}"' if live else ""
    pressed = f' data-go="{escape(key)}" title="{escape(go)}"' if key else ""
    return f' href="{escape(url)}"{counted}', f'{pressed}><span class="clip">{escape(label)}</span>'
