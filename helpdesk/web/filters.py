"""Template filters: times, sizes and the words of closed sets, as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from babel.dates import format_datetime as babel_datetime
from babel.dates import format_timedelta
from babel.dates import get_timezone as babel_zone
from flask import Flask
from flask_babel import format_date, format_time, get_locale, get_timezone
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.web import words

_BYTES_STEP = 1000
_JUST_NOW = timedelta(seconds=45)


def register_filters(app: Flask) -> None:
    """Make the filters known to the templates."""
    for function in (
        iso,
        exact,
        ago,
        stamp,
        day,
        filesize,
        initials,
        words.status_word,
        words.status_tone,
        words.priority_word,
        words.level_word,
        words.type_word,
        words.channel_word,
        words.channel_icon,
        words.delivery_word,
        words.delivery_kind_word,
        words.role_word,
        words.right_word,
        words.link_word,
        words.file_kind,
    ):
        app.add_template_filter(function, function.__name__)


def iso(at: datetime) -> str:
    """For `<time datetime>`: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: datetime) -> str:
    """The whole truth, in the viewer's zone."""
    return _exact(at, str(get_locale() or "en"), str(get_timezone()))


# A list is read all day, and Babel takes a tenth of a page's time to write its fifty moments anew.
@lru_cache(maxsize=20_000)
def _exact(at: datetime, locale: str, zone: str) -> str:
    return babel_datetime(
        at, "EEEE d MMMM yyyy, HH:mm:ss zzz", tzinfo=babel_zone(zone), locale=locale
    )


def ago(at: datetime) -> str:
    """How long ago, for lists: "12 min ago" within a day, else the date."""
    past = clock.now() - at
    if timedelta(0) <= past < _JUST_NOW:
        return str(_("just now"))
    if timedelta(0) <= past < timedelta(days=1):
        return format_timedelta(
            -past,
            granularity="minute",
            threshold=1,
            add_direction=True,
            format="short",
            locale=get_locale() or "en",
        )
    return day(at)


def stamp(at: datetime) -> str:
    """When, for messages: the time today, with the date before today."""
    if _local(at).date() == _local(clock.now()).date():
        return str(format_time(at, "HH:mm"))
    return f"{day(at)} {format_time(at, 'HH:mm')}"


def day(at: datetime) -> str:
    """The date; the year only where it is not this one."""
    same_year = _local(at).year == _local(clock.now()).year
    return str(format_date(_local(at).date(), "d MMM" if same_year else "d MMM yyyy"))


def filesize(size: int) -> str:
    """A number of bytes as people say it: "1.2 MB"."""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < _BYTES_STEP:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= _BYTES_STEP
    return f"{amount:.1f} GB"


def initials(name: str) -> str:
    """One or two letters that stand for a person; "?" for a name without any."""
    parts = [
        part for part in str(name).replace(".", " ").replace("@", " ").split() if part[0].isalnum()
    ]
    letters = [parts[0], parts[-1]] if len(parts) > 1 else parts
    return "".join(part[0].upper() for part in letters) or "?"


def _local(at: datetime) -> datetime:
    return at.astimezone(get_timezone())
