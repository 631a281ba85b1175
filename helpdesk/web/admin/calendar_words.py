"""What a calendar says, in the words of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from helpdesk.definitions.store import Version
from workflows.calendar_body import WEEKDAYS


def day_name(weekday: int) -> str:
    """The name of a weekday, Monday being 0."""
    locale = get_locale()
    return str(locale.days["format"]["wide"][weekday]) if locale else WEEKDAYS[weekday]


def sentences(version: Version) -> list[str]:
    """Hours, breaks and holidays in sentences; the zone at the end."""
    body = version.body
    said = _weeks(body.get("weekly") or {}, _("%(days)s: %(hours)s"))
    said += _weeks(body.get("breaks") or {}, _("Breaks on %(days)s: %(hours)s"))
    if regions := body.get("public_holidays"):
        named = ", ".join(_region(one) for one in regions)
        said.append(_("Closed on public holidays of %(regions)s.", regions=named))
    if count := len(body.get("holidays") or ()):
        said.append(ngettext("%(num)s holiday of its own.", "%(num)s holidays of its own.", count))
    if count := len(body.get("feeds") or ()):
        said.append(ngettext("Holidays from %(num)s feed.", "Holidays from %(num)s feeds.", count))
    return [*said, _("Time zone: %(zone)s.", zone=body.get("zone", ""))]


def week_words(weekly: Mapping[str, Any]) -> list[str]:
    """The hours of a week in sentences."""
    return _weeks(weekly, _("%(days)s: %(hours)s"))


def _weeks(hours: Mapping[str, Any], text: str) -> list[str]:
    """Days that follow each other with the same hours are said together."""
    said = []
    numbered = [(number, _windows(hours.get(day) or ())) for number, day in enumerate(WEEKDAYS)]
    for windows, group in groupby(numbered, key=lambda one: one[1]):
        numbers = [number for number, _hours in group]
        if windows:
            said.append(text % {"days": _days(numbers), "hours": windows})
    return said


def _windows(windows: Any) -> str:
    return ", ".join(f"{start}–{end}" for start, end in windows)


def _days(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return day_name(numbers[0])
    if len(numbers) == len(WEEKDAYS):
        return _("Every day")
    first, last = day_name(numbers[0]), day_name(numbers[-1])
    if len(numbers) == 2:
        return _("%(first)s and %(last)s", first=first, last=last)
    return _("%(first)s to %(last)s", first=first, last=last)


def _region(one: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (one["country"], one.get("region"))))
