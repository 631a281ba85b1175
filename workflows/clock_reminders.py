"""When somebody is reminded of a clock that counts days: so many working days before its last day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workflows.calendar_zone import instant_of, midnight, moment_of, segments_of
from workflows.faults import N_, Gatherer, fault

if TYPE_CHECKING:
    from workflows.clock_body import ClockDefinition
    from workflows.dates import Account

# What is done and who is told is read with the conditions and actions, and not here.
_KEYS = {"id", "days_before", "notify", "actions"}
_MOST, _FURTHEST, _LONGEST_ID = 20, 250, 40
_ONE_DAY = timedelta(days=1)
# Follows the id of a reminder of the date that an extension gave.
_AGAIN = "+"


@dataclass(frozen=True, slots=True)
class Reminder:
    """`days_before` working days before the last day; 0 is the last day itself."""

    id: str
    days_before: int


def read_reminders(written: object) -> tuple[Reminder, ...]:
    """The reminders among the `escalations` of a clock that counts days. Raises Faulty with all that is wrong."""
    if written is None:
        return ()
    if not isinstance(written, list | tuple) or len(written) > _MOST:
        raise fault(
            ("escalations",), N_("A list of at most %(most)s is expected here."), most=_MOST
        )
    faults, found = Gatherer(), list[Reminder]()
    for number, rule in enumerate(written):
        with faults.part():
            found.append(_read(rule, number))
    faults.raise_if_any()
    ids = [one.id for one in found]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise fault(("escalations", number, "id"), N_("This id is taken by another rule here."))
    return tuple(found)


def reminders_of(definition: ClockDefinition, account: Account) -> list[tuple[datetime, str]]:
    """The instants at which a clock's reminders fall due and their names, in order.

    A reminder is due as its day begins in the clock's zone. One that would lie on or before the day of receipt has no
    sense and is left out. After an extension each is given once more, under a name of its own.
    """
    if account.due_on is None or account.received_on is None:
        return []
    mark = _AGAIN if account.extended is not None else ""
    found = [
        (_beginning(definition, day), rule.id + mark)
        for rule in definition.reminders
        if (day := _before(definition, account.due_on, rule.days_before)) > account.received_on
    ]
    return sorted(found)


def rule_of(name: str) -> str:
    """The id of the rule behind the name under which a reminder was given."""
    return name.removesuffix(_AGAIN)


def _read(rule: Any, number: int) -> Reminder:
    path = ("escalations", number)
    if not isinstance(rule, Mapping):
        raise fault(path, N_("Here names with values are expected."))
    for key in rule:
        if key not in _KEYS:
            raise fault((*path, str(key)), N_("%(key)s is not known here."), key=str(key)[:40])
    name, days = rule.get("id"), rule.get("days_before")
    if not isinstance(name, str) or not name.isidentifier() or len(name) > _LONGEST_ID:
        raise fault((*path, "id"), N_("An id is a word of letters, digits and underscores."))
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= _FURTHEST:
        raise fault(
            (*path, "days_before"),
            N_("A whole number from 0 to %(most)s is needed here."),
            most=_FURTHEST,
        )
    return Reminder(name, days)


def _before(definition: ClockDefinition, last: date, days: int) -> date:
    if days == 0:
        return last
    return next(
        day
        for number, day in enumerate(_working_days_before(definition, last), 1)
        if number == days
    )


def _working_days_before(definition: ClockDefinition, last: date) -> Iterator[date]:
    # A week without a working day is refused where a clock is read, so this does not run for ever.
    day = last
    while True:
        day -= _ONE_DAY
        if definition.day_off(day) is None:
            yield day


def _beginning(definition: ClockDefinition, day: date) -> datetime:
    return moment_of(instant_of(segments_of(definition.zone, day.year), midnight(day)))
