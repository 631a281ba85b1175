"""The pill of a ticket's next target: counts down, then says "due in", then "late by"; or that it is paused, and why.

The server says the words; `static/src/js/due.js` keeps them true. A list draws fifty, so they are made without a template.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from markupsafe import Markup, escape

from helpdesk.tickets.narrowing import DUE_SOON
from helpdesk.web import durations, moments

METRICS: Final = {
    "first_response": _lazy("Reply"),
    "next_response": _lazy("Reply"),
    "update": _lazy("Update"),
    "resolution": _lazy("Resolution"),
    "acknowledge": _lazy("Taking it"),
    "ownership": _lazy("Group"),
}

WAITING: Final = {
    "waiting_requester": _lazy("waiting for the requester"),
    "waiting_third_party": _lazy("waiting for a third party"),
    "waiting_internal": _lazy("waiting inside"),
}

# A name of a clock that is no longer than this is read letter by letter.
_ABBREVIATION: Final = 4

# What a pill says, by how near its target is; "now" is when its time has run out and nobody works.
FORMS: Final = {
    "ahead": _lazy("%(what)s in %(time)s"),
    "soon": _lazy("%(what)s due in %(time)s"),
    "now": _lazy("%(what)s due now"),
    "late": _lazy("%(what)s late by %(time)s"),
}

_TONES: Final = {"ahead": "", "soon": " warn", "now": " warn", "late": " late"}


def metric_word(metric: str) -> str:
    """What is due, in a word or two; a free clock by its name: "FOI", "Subject access"."""
    if metric in METRICS:
        return str(METRICS[metric])
    return metric.upper() if len(metric) <= _ABBREVIATION else metric.replace("-", " ").capitalize()


def waiting_word(category: str) -> str:
    """For whom a paused ticket waits, to stand after "paused"; "" where it does not say."""
    return str(WAITING.get(category, ""))


def standing_of(due_at: datetime, breach_at: datetime | None, now: datetime) -> str:
    """How near a target is: "ahead", "soon", "now" or "late"."""
    if now > (breach_at or due_at):
        return "late"
    if now >= due_at:
        return "now"
    return "soon" if due_at - now <= DUE_SOON else "ahead"


def due_pill(
    due_at: datetime | None, metric: str | None, breach_at: datetime | None, category: str = ""
) -> Markup:
    """The pill of a target, which is paused when it is not due; nothing for a ticket without one."""
    if not metric:
        return _NOTHING
    if due_at is None:
        return _paused(category)
    now = moments.reader_clock().now
    late_at = breach_at or due_at
    standing = standing_of(due_at, breach_at, now)
    left = now - late_at if standing == "late" else due_at - now
    return _drawn(due_at, late_at, metric_word(metric), standing, left)


def due_words() -> Markup:
    """What the script needs to keep the pills of a page true: the words, and what time it is at the desk."""
    now = moments.moment(moments.reader_clock().now).iso
    return Markup('<div hidden data-due-words="{}" data-soon="{}" data-now="{}"></div>').format(
        _script_words(str(get_locale() or "en")), int(DUE_SOON.total_seconds()), now
    )


def words_of(standing: str, what: str, left: timedelta) -> str:
    """The words of a pill."""
    return str(FORMS[standing]) % {"what": what, "time": durations.short(left)}


_NOTHING = Markup("")


def _drawn(
    due_at: datetime, late_at: datetime, what: str, standing: str, left: timedelta
) -> Markup:
    due, late = moments.moment(due_at), moments.moment(late_at)
    title = _title(what, due.exact, late.exact, str(get_locale() or "en"))
    # Both drawings are there and the style shows the one that fits, so that the script need not draw.
    drawings = f"{_icon('clock', 'when-ahead')}{_icon('alert', 'when-late')}"
    # All that is put in is ours or escaped.
    return Markup(  # noqa: S704
        f'<time class="pill due{_TONES[standing]}" datetime="{due.iso}" title="{escape(title)}" data-late="{late.iso}" '
        f'data-what="{escape(what)}" data-standing="{standing}">{drawings}'
        f"<span data-said>{escape(words_of(standing, what, left))}</span></time>"
    )


def _icon(name: str, css: str) -> str:
    drawn = str(current_app.jinja_env.globals["draw_icon"](name))  # type: ignore[operator]
    return drawn.replace('class="ic"', f'class="ic {css}"', 1)


@lru_cache(maxsize=20_000)
def _title(what: str, due: str, late: str, _locale: str) -> str:
    if due == late:
        return _("%(what)s: due %(due)s", what=what, due=due)
    return _("%(what)s: due %(due)s, late after %(late)s", what=what, due=due, late=late)


def _paused(category: str) -> Markup:
    why = waiting_word(category)
    said = _("Paused: %(why)s", why=why) if why else _("Paused")
    # Our own words, escaped all the same.
    return Markup(  # noqa: S704
        f'<span class="pill info due" title="{escape(said)}">{_icon("pause", "still")}'
        f"<span data-said>{escape(said)}</span></span>"
    )


@lru_cache(maxsize=50)
def _script_words(_locale: str) -> str:
    open_places = {"what": "{what}", "time": "{time}"}
    said = {standing: str(form) % open_places for standing, form in FORMS.items()}
    return json.dumps({**durations.words_for_scripts(), **said})
