"""Lengths of time as people say them: short for pills, whole for ledgers, where the parts must add up."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def short(length: timedelta) -> str:
    """For pills: "25 min", "1 h 12", "2 d 4 h"; whole minutes, rounded down."""
    return _short(max(0, int(length.total_seconds())), str(get_locale() or "en"))


def whole(length: timedelta) -> str:
    """To the second, in hours: "2 h 40 min", "58 s", "0 min"; what is negative has a minus."""
    return _whole(int(length.total_seconds()), str(get_locale() or "en"))


def of_clock(length: timedelta, *, in_days: bool) -> str:
    """What a clock counted: whole days where it counts days, else hours and minutes."""
    return days(length) if in_days else minutes(length)


def days(length: timedelta) -> str:
    """Whole days: "20 days", "1 day"; what is negative has a minus."""
    number = round(length / timedelta(days=1))
    said = str(ngettext("%(num)s day", "%(num)s days", abs(number)))
    return f"\u2212{said}" if number < 0 else said


def minutes(length: timedelta) -> str:
    """As `whole`, without the seconds of what is longer than a minute."""
    seconds = int(length.total_seconds())
    if abs(seconds) < _MINUTE:
        return whole(length)
    kept = abs(seconds) // _MINUTE * _MINUTE
    return whole(timedelta(seconds=kept if seconds > 0 else -kept))


def words_for_scripts() -> dict[str, str]:
    """The forms of `short`, for the script that keeps them true; it puts numbers in place of the braces."""
    return {
        "dh": _("%(days)s d %(hours)s h", days="{d}", hours="{h}"),
        "d": _("%(days)s d", days="{d}"),
        "hm": _("%(hours)s h %(minutes)s", hours="{h}", minutes="{m}"),
        "h": _("%(hours)s h", hours="{h}"),
        "m": _("%(minutes)s min", minutes="{m}"),
        "now": _("under 1 min"),
    }


@lru_cache(maxsize=5000)
def _short(seconds: int, _locale: str) -> str:
    if seconds < _MINUTE:
        return _("under 1 min")
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // _MINUTE
    if days:
        if hours:
            return _("%(days)s d %(hours)s h", days=days, hours=hours)
        return _("%(days)s d", days=days)
    if hours:
        if minutes:
            return _("%(hours)s h %(minutes)s", hours=hours, minutes=f"{minutes:02}")
        return _("%(hours)s h", hours=hours)
    return _("%(minutes)s min", minutes=minutes)


@lru_cache(maxsize=5000)
def _whole(seconds: int, _locale: str) -> str:
    if seconds < 0:
        return f"\u2212{_whole(-seconds, _locale)}"
    hours, rest = divmod(seconds, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    parts = [
        _("%(hours)s h", hours=hours) if hours else "",
        _("%(minutes)s min", minutes=minutes) if minutes else "",
        _("%(seconds)s s", seconds=left) if left else "",
    ]
    return " ".join(part for part in parts if part) or _("%(minutes)s min", minutes=0)
