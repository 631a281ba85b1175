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
    reader = moments.reader_clock()
    if due_at is None:
        return _paused(category, reader.locale, _drawings())
    late_at = breach_at or due_at
    standing = standing_of(due_at, breach_at, reader.now)
    left = reader.now - late_at if standing == "late" else due_at - reader.now
    # Within a minute a pill says the same, so most of a list that is looked at again is drawn already.
    minutes = int(left.total_seconds()) // 60
    viewer = (reader.locale, reader.zone)
    return _drawn(due_at, late_at, metric, standing, minutes, viewer, _drawings())


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


@lru_cache(maxsize=20_000)
def _drawn(
    due_at: datetime,
    late_at: datetime,
    metric: str,
    standing: str,
    minutes: int,
    _viewer: tuple[str, str],
    drawings: str,
) -> Markup:
    due, late, what = moments.moment(due_at), moments.moment(late_at), metric_word(metric)
    said = words_of(standing, what, timedelta(minutes=minutes))
    title = _("%(what)s: due %(due)s", what=what, due=due.exact)
    if late_at != due_at:
        title = _(
            "%(what)s: due %(due)s, late after %(late)s", what=what, due=due.exact, late=late.exact
        )
    # All that is put in is ours or escaped.
    return Markup(  # noqa: S704
        f'<time class="pill due{_TONES[standing]}" datetime="{due.iso}" title="{escape(title)}" data-late="{late.iso}" '
        f'data-what="{escape(what)}" data-standing="{standing}">{drawings}'
        f"<span data-said>{escape(said)}</span></time>"
    )


@lru_cache(maxsize=200)
def _paused(category: str, _locale: str, drawings: str) -> Markup:
    why = waiting_word(category)
    said = _("Paused: %(why)s", why=why) if why else _("Paused")
    # Our own words, escaped all the same.
    return Markup(  # noqa: S704
        f'<span class="pill info due still" title="{escape(said)}">{drawings}'
        f"<span data-said>{escape(said)}</span></span>"
    )


def _drawings() -> str:
    """All drawings are there and the style shows the one that fits, so that the script need not draw."""
    version = current_app.jinja_env.globals["asset_version"]
    return _drawings_of(str(version))


@lru_cache(maxsize=8)
def _drawings_of(_version: str) -> str:
    draw = current_app.jinja_env.globals["draw_icon"]
    return "".join(
        str(draw(name)).replace('class="ic"', f'class="ic {css}"', 1)  # type: ignore[operator]
        for name, css in (("clock", "when-ahead"), ("alert", "when-late"), ("pause", "when-still"))
    )


@lru_cache(maxsize=50)
def _script_words(_locale: str) -> str:
    open_places = {"what": "{what}", "time": "{time}"}
    said = {standing: str(form) % open_places for standing, form in FORMS.items()}
    return json.dumps({**durations.words_for_scripts(), **said})
