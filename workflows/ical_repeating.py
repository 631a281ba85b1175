"""Events of an iCalendar file that come again (RFC 5545, section 3.3.10): the rules that holidays are published with.

Yearly (on a date, or on a weekday such as the first Monday in May), monthly, weekly and daily, with an interval, a number
of times or a last day. Other rules are refused by name, since a holiday that is guessed is worse than one that is missing.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.faults import N_, Faulty, fault

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_LAST_YEAR = 9_000
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Repetition:
    """A rule from its first day on; `by_day` holds (which one of the month, weekday), 0 for every one."""

    start: date
    every: str
    interval: int
    count: int | None
    until: date | None
    months: tuple[int, ...]
    month_days: tuple[int, ...]
    by_day: tuple[tuple[int, int], ...]

    @property
    def is_the_same_day_every_year(self) -> bool:
        """Whether it is nothing but a date of every year, for ever."""
        plain = self.count is None and self.until is None and self.interval == 1
        return (
            plain
            and self.every == "YEARLY"
            and not self.by_day
            and self.months in ((), (self.start.month,))
            and self.month_days in ((), (self.start.day,))
        )

    def dates(self, last: date) -> Iterator[date]:
        """The days on which it happens, in order, until `last` at the most."""
        if self.until is not None:
            last = min(last, self.until)
        given = 0
        for day in self._candidates(last):
            if day < self.start:
                continue
            if day > last or (self.count is not None and given >= self.count):
                return
            given += 1
            yield day

    def _candidates(self, last: date) -> Iterator[date]:
        if self.every in ("YEARLY", "MONTHLY"):
            yield from self._by_month(last)
        elif self.every == "WEEKLY":
            yield from self._by_week(last)
        else:
            day = self.start
            while day <= last:
                if self._fits(day):
                    yield day
                day += _ONE_DAY * self.interval

    def _by_month(self, last: date) -> Iterator[date]:
        step = self.interval * (12 if self.every == "YEARLY" else 1)
        number = self.start.year * 12 + self.start.month - 1
        if self.every == "YEARLY":
            number = self.start.year * 12
        while number // 12 <= min(last.year, _LAST_YEAR):
            yield from self._of_period(number)
            number += step

    def _of_period(self, number: int) -> Iterator[date]:
        """The days of one year or one month; both are counted in months since year 0."""
        if self.every == "YEARLY":
            months = self.months or (self.start.month,)
            for month in months:
                yield from self._of_month(number // 12, month)
        elif not self.months or number % 12 + 1 in self.months:
            yield from self._of_month(number // 12, number % 12 + 1)

    def _of_month(self, year: int, month: int) -> Iterator[date]:
        length = calendar.monthrange(year, month)[1]
        if self.by_day:
            wanted = {day for one in self.by_day for day in _weekdays(year, month, length, *one)}
            if self.month_days:
                wanted &= {_from_end(day, length) for day in self.month_days}
        else:
            wanted = {_from_end(day, length) for day in self.month_days or (self.start.day,)}
        for day in sorted(wanted):
            if 1 <= day <= length:
                yield date(year, month, day)

    def _by_week(self, last: date) -> Iterator[date]:
        weekdays = sorted({weekday for _which, weekday in self.by_day} or {self.start.weekday()})
        monday = self.start - _ONE_DAY * self.start.weekday()
        while monday <= last:
            for weekday in weekdays:
                day = monday + _ONE_DAY * weekday
                if not self.months or day.month in self.months:
                    yield day
            monday += _ONE_DAY * 7 * self.interval

    def _fits(self, day: date) -> bool:
        weekdays = {weekday for _which, weekday in self.by_day}
        return (not self.months or day.month in self.months) and (
            not weekdays or day.weekday() in weekdays
        )


def read_repetition(rule: str, line: int, start: date) -> Repetition:
    """The rule of an RRULE. Raises Faulty for one that is not known here."""
    parts = {}
    for part in rule.strip().rstrip(";").split(";"):
        key, sign, value = part.partition("=")
        if not sign or key.upper() not in _KNOWN:
            raise _unknown(line, part)
        parts[key.upper()] = value.upper()
    every = parts.get("FREQ", "")
    if every not in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY"):
        raise _unknown(line, rule)
    by_day = tuple(_by_day(one, line) for one in _split(parts.get("BYDAY")))
    month_days = tuple(_number(one, line, -31, 31) for one in _split(parts.get("BYMONTHDAY")))
    if every in ("WEEKLY", "DAILY") and (month_days or any(which for which, _day in by_day)):
        raise _unknown(line, rule)
    months = tuple(sorted(_number(one, line, 1, 12) for one in _split(parts.get("BYMONTH"))))
    if every == "YEARLY" and (by_day or month_days) and not months:
        # Without a month these would count within the whole year.
        raise _unknown(line, rule)
    return Repetition(
        start=start,
        every=every,
        interval=_number(parts.get("INTERVAL", "1"), line, 1, 1000),
        count=_number(parts["COUNT"], line, 1, 10_000) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"], line) if "UNTIL" in parts else None,
        months=months,
        month_days=month_days,
        by_day=by_day,
    )


def _weekdays(year: int, month: int, length: int, which: int, weekday: int) -> list[int]:
    first = 1 + (weekday - date(year, month, 1).weekday()) % 7
    days = list(range(first, length + 1, 7))
    if which == 0:
        return days
    place = which - 1 if which > 0 else len(days) + which
    return [days[place]] if 0 <= place < len(days) else []


def _from_end(day: int, length: int) -> int:
    return day if day > 0 else length + 1 + day


def _by_day(text: str, line: int) -> tuple[int, int]:
    found = _BY_DAY.fullmatch(text.strip())
    if found is None:
        raise _unknown(line, text)
    return int(found[1] or 0), _DAYS.index(found[2])


def _split(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _number(text: str, line: int, least: int, most: int) -> int:
    plain = text.strip().lstrip("+")
    if (
        re.fullmatch(r"-?[0-9]{1,5}", plain, re.ASCII)
        and least <= int(plain) <= most
        and int(plain)
    ):
        return int(plain)
    raise _unknown(line, text)


def _until(text: str, line: int) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise _unknown(line, text) from None


def _unknown(line: int, what: str) -> Faulty:
    return fault(
        ("line", line), N_("this way of repeating is not known here: %(rule)s"), rule=what[:80]
    )
