"""read_clock(): a clock that counts days, as somebody wrote it, checked; every fault is named with its place."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from workflows.calendar_body import WEEKDAYS, read_plan
from workflows.calendar_days import Plan
from workflows.clock_reminders import Reminder, read_reminders
from workflows.faults import N_, Gatherer, Path, fault

CONDITIONS = ("start", "pause", "stop", "cancel")
# Members of the body that describe which days are no working days; they are read as a calendar's are.
_CALENDAR_KEYS = ("zone", "holidays", "public_holidays")
_KEYS = {
    *("title", "description", "position", "active", "law", "target", "counted_from"),
    *("after_pause", "on_closed_day", "weekend", "extension", "escalations"),
    *CONDITIONS,
    *_CALENDAR_KEYS,
}
_EXTENSION_KEYS = {"working_days", "days", "months", "reasons", "letter"}
_LONGEST_TEXT = 5_000
_MOST = {"working_days": 1_000, "days": 3_000, "months": 120}


class Unit(enum.StrEnum):
    """What is counted."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


class From(enum.StrEnum):
    """The day from which it is counted: that of receipt is day one, or the day after it is."""

    RECEIPT = "receipt"
    DAY_AFTER = "day_after"


class AfterPause(enum.StrEnum):
    """What the end of a pause does: the count goes on, or begins anew as if received on that day."""

    RESUME = "resume"
    RESTART = "restart"


class OnClosedDay(enum.StrEnum):
    """What becomes of a due date that is no working day: it stays, or is the next working day."""

    STAY = "stay"
    NEXT_WORKING_DAY = "next_working_day"


_CHOICES: tuple[tuple[str, type[enum.StrEnum], str], ...] = (
    ("counted_from", From, From.DAY_AFTER),
    ("after_pause", AfterPause, AfterPause.RESUME),
    ("on_closed_day", OnClosedDay, OnClosedDay.STAY),
)


@dataclass(frozen=True, slots=True)
class Target:
    """How many of what."""

    unit: Unit
    amount: int


@dataclass(frozen=True, slots=True)
class Extension:
    """The one extension that is allowed: how much at most, for which reasons, and the letter that tells of it."""

    target: Target
    reasons: tuple[str, ...]
    letter: str


@dataclass(frozen=True, slots=True)
class ClockDefinition:
    """A clock that counts days. `conditions` are texts by name (start, pause, stop, cancel), "" for none.

    `reminders` are given before the last day.
    """

    title: str
    law: str
    target: Target
    counted_from: From
    after_pause: AfterPause
    on_closed_day: OnClosedDay
    extension: Extension | None
    conditions: Mapping[str, str]
    days: Plan
    reminders: tuple[Reminder, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days are counted."""
        return self.days.zone

    def day_off(self, day: date) -> str | None:
        """Why a date is no working day: the holiday's name, "" for a weekend; None for a working day."""
        pieces = self.days.pieces(day)
        if any(piece.is_open for piece in pieces):
            return None
        return pieces[0].cause.name or (_NAMELESS if day in self._special(day) else "")

    def _special(self, day: date) -> Mapping[date, object]:
        return self.days.special_days(day.year)


# A closed date to which nobody gave a name.
_NAMELESS = N_("closed")


def read_clock(body: Mapping[str, Any]) -> ClockDefinition:
    """The clock that a body describes. Raises Faulty with all that is wrong.

    A body with `targets` counts seconds and is read by `workflows.sla.read_clock`.
    """
    faults = Gatherer()
    with faults.part():
        _only(body, _KEYS, ())
    target: Target | None = None
    with faults.part():
        target = _read_target(body.get("target"), ("target",))
    extension: Extension | None = None
    days: Plan | None = None
    reminders: tuple[Reminder, ...] = ()
    with faults.part():
        extension = _read_extension(body.get("extension"), target)
    with faults.part():
        days = _read_days(body)
    with faults.part():
        reminders = read_reminders(body.get("escalations"))
    texts = _read_texts(body, faults)
    chosen = _read_choices(body, faults)
    faults.raise_if_any()
    # Otherwise a fault was raised.
    assert days is not None
    assert target is not None
    return ClockDefinition(
        title=texts["title"],
        law=texts["law"],
        target=target,
        counted_from=From(chosen["counted_from"]),
        after_pause=AfterPause(chosen["after_pause"]),
        on_closed_day=OnClosedDay(chosen["on_closed_day"]),
        extension=extension,
        conditions={name: texts[name] for name in CONDITIONS},
        days=days,
        reminders=reminders,
    )


def _read_texts(body: Mapping[str, Any], faults: Gatherer) -> dict[str, str]:
    found = dict.fromkeys(("title", "law", *CONDITIONS), "")
    for name in found:
        with faults.part():
            found[name] = _text(body.get(name), (name,))
            if name == "start" and not found[name]:
                raise fault(("start",), N_("Say when the clock starts, as a condition."))
    return found


def _read_choices(body: Mapping[str, Any], faults: Gatherer) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, choices, otherwise in _CHOICES:
        value = found[key] = body.get(key, otherwise)
        with faults.part():
            if not isinstance(value, str) or value not in [*choices]:
                raise fault(
                    (key,), N_("Choose one of: %(allowed)s."), allowed=", ".join([*choices])
                )
    return found


def _only(entry: Mapping[str, Any], known: set[str], path: Path) -> None:
    faults = Gatherer()
    for key in entry:
        with faults.part():
            if key not in known:
                raise fault((*path, str(key)), N_("%(key)s is not known here."), key=str(key)[:40])
    faults.raise_if_any()


def _read_target(written: object, path: Path) -> Target:
    if isinstance(written, Mapping) and len(written) == 1:
        ((unit, amount),) = written.items()
        if unit in [*Unit]:
            return Target(Unit(unit), _amount(unit, amount, (*path, unit)))
    raise fault(path, N_("Say one of working_days, days and months, with a number."))


def _amount(unit: str, amount: object, path: Path) -> int:
    if isinstance(amount, int) and not isinstance(amount, bool) and 1 <= amount <= _MOST[unit]:
        return amount
    raise fault(path, N_("A whole number from 1 to %(most)s is needed here."), most=_MOST[unit])


def _read_extension(written: object, target: Target | None) -> Extension | None:
    if written is None:
        return None
    path: Path = ("extension",)
    if not isinstance(written, Mapping):
        raise fault(path, N_("Here names with values are expected."))
    _only(written, _EXTENSION_KEYS, path)
    amounts = {key: value for key, value in written.items() if key in [*Unit]}
    found = _read_target(amounts, path)
    if target is not None and found.unit is not target.unit:
        raise fault(
            path, N_("An extension counts the same as the target: %(unit)s."), unit=target.unit
        )
    reasons = written.get("reasons") or []
    if not isinstance(reasons, list | tuple) or len(reasons) > 50:
        raise fault((*path, "reasons"), N_("Here a list of texts is expected."))
    texts = tuple(_text(one, (*path, "reasons", at)) for at, one in enumerate(reasons))
    return Extension(found, texts, _text(written.get("letter"), (*path, "letter")))


def _read_days(body: Mapping[str, Any]) -> Plan:
    """The working days, as a calendar that is open all of each of them."""
    weekend = body.get("weekend", ["sat", "sun"])
    if not isinstance(weekend, list | tuple) or any(day not in WEEKDAYS for day in weekend):
        raise fault(("weekend",), N_("A weekend is a list of mon, tue, wed, thu, fri, sat, sun."))
    working = [day for day in WEEKDAYS if day not in weekend]
    if not working:
        raise fault(("weekend",), N_("At least one day of the week must be a working day."))
    part = {key: body[key] for key in _CALENDAR_KEYS if key in body}
    return read_plan({**part, "weekly": {day: [["00:00", "24:00"]] for day in working}})


def _text(value: object, path: Path) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT:
        return value.strip()
    raise fault(
        path, N_("Here a text of at most %(most)s characters is expected."), most=_LONGEST_TEXT
    )
