"""Holidays from iCalendar feeds: read each night; what changed is a new version of the calendar.

A feed that cannot be read, or that would leave the calendar without a holiday to come, changes nothing; `failures()`
says so until it can be read again, and `desk check` shows it. What a feed once said of days that are past stays.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from channels.calling import Reach, call
from channels.channel import ChannelError
from helpdesk.core import clock, settings
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.events import DefinitionSaved
from helpdesk.definitions.models import Definition, Kind
from helpdesk.definitions.queries import lock_last
from workflows.calendar_zone import read_zone
from workflows.faults import Faulty
from workflows.ical import Entry, read_holidays

log = logging.getLogger(__name__)

READ_JOB = "read_feeds_of"
CAUSE = "a feed of holidays"
# Of repeated events that have no end, so many years to come are written out.
YEARS_AHEAD = 10
_MOST_BYTES = 2_000_000
_FAILURES = "calendar.feeds.failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """A feed that could not be read: the calendar's name, the host, since when, and why."""

    calendar: str
    host: str
    since: datetime
    why: str


class FeedUnfit(Exception):
    """What a feed said cannot be taken over; the text says why."""


def calendars_with_feeds() -> list[int]:
    """The ids of the definitions whose feeds are to be read."""
    named = [one.name for one in store.current(Kind.CALENDAR) if one.body.get("feeds")]
    rows = select(Definition.id).where(Definition.kind == Kind.CALENDAR, Definition.name.in_(named))
    return list(db.session.scalars(rows)) if named else []


def read_new_feeds(event: DefinitionSaved) -> None:
    """Owe a look into the feeds that a calendar has got, so that nobody waits for the night; a reaction."""
    feeds = _feeds_in(event.after)
    if event.kind == Kind.CALENDAR and feeds and feeds != _feeds_in(event.before):
        owe(READ_JOB, event.subject_id)


def read_feeds_of(definition_id: int) -> None:
    """Read every feed of a calendar now; a job, outside of any unit of work."""
    definition = db.session.get(Definition, definition_id)
    if definition is None or definition.retired_at is not None:
        return
    name = definition.name
    addresses = list(store.find(Kind.CALENDAR, name).body.get("feeds") or ())
    db.session.rollback()
    failed: dict[str, str] = {}
    for number, address in enumerate(addresses):
        try:
            take_over(name, number, address, fetch(address))
        except (ChannelError, FeedUnfit, Faulty) as unfit:
            failed[address] = str(unfit)[:300]
            log.warning("A feed of holidays could not be read.", extra={"calendar": name})
    _remember(name, failed)


def fetch(address: str) -> bytes:
    """What stands at an address; size, time and redirects are limited, and nothing inside is called (S25).

    Raises ChannelError and FeedUnfit.
    """
    reach = Reach(hosts=current_app.config.get("DESK_INTERNAL_HOSTS", ()))
    answer = call(address, headers={"Accept": "text/calendar"}, reach=reach, most_bytes=_MOST_BYTES)
    if not answer.is_good:
        raise FeedUnfit(_("The server answered with %(status)s.", status=answer.status))
    return answer.body


def take_over(name: str, number: int, address: str, text: bytes) -> bool:
    """Save what a feed says as a new version of its calendar, if it says something new; whether it did.

    Nothing is saved if the calendar has another feed in that place by now. Raises Faulty and FeedUnfit.
    """
    with unit_of_work():
        lock_last(Kind.CALENDAR, name)
        try:
            body = dict(store.find(Kind.CALENDAR, name).body)
        except NotFound:
            return False
        feeds = list(body.get("feeds") or ())
        if feeds[number : number + 1] != [address]:
            return False
        zone = read_zone(body.get("zone"), ("zone",))
        today = clock.now().astimezone(zone).date()
        found = read_holidays(text, zone, until=date(today.year + YEARS_AHEAD, 12, 31))
        changed = with_holidays(body, number, found, today)
        if changed == body:
            return False
        note = _("Holidays from %(host)s", host=_host(address))
        store.save(Kind.CALENDAR, name, changed, by=None, cause=CAUSE, note=note)
    return True


def with_holidays(
    body: Mapping[str, Any], number: int, found: list[Entry], today: date
) -> dict[str, Any]:
    """The body with what a feed says now; of the days before today, what it said first stays. Raises FeedUnfit."""
    entries = [{**entry, "feed": number} for entry in found]
    held = [one for one in body.get("holidays") or () if one.get("feed") == number]
    others = [one for one in body.get("holidays") or () if one.get("feed") != number]
    coming = [one for one in entries if _is_coming(one, today)]
    if not coming and any(_is_coming(one, today) for one in held):
        raise FeedUnfit(_("It names no holiday from today on, though it did before."))
    past = [one for one in (held or entries) if not _is_coming(one, today)]
    # In one order, whatever day it is, so that a feed that says the same makes no version.
    taken = sorted([*past, *coming], key=lambda one: str(one.get("date") or one.get("from") or one))
    return {**body, "holidays": [*others, *taken]}


def failures() -> list[Failure]:
    """The feeds that could not be read when it was tried last; of calendars that are in use."""
    known = settings.read(_FAILURES, {})
    used = {one.name: one.body.get("feeds") or () for one in store.current(Kind.CALENDAR)}
    return [
        Failure(name, _host(address), datetime.fromisoformat(since), why)
        for name, failed in sorted(known.items())
        for address, (since, why) in sorted(failed.items())
        if address in used.get(name, ())
    ]


def _remember(name: str, failed: Mapping[str, str]) -> None:
    """Keep what failed and since when; what can be read again is forgotten."""
    known = dict(settings.read(_FAILURES, {}))
    before, now = known.pop(name, {}), clock.now().isoformat()
    if failed:
        known[name] = {
            address: [before[address][0] if address in before else now, why]
            for address, why in failed.items()
        }
    if known != settings.read(_FAILURES, {}):
        with unit_of_work():
            settings.write(_FAILURES, known)


def _feeds_in(said: Mapping[str, Any]) -> list[str]:
    return list((said.get("body") or {}).get("feeds") or ())


def _is_coming(entry: Mapping[str, Any], today: date) -> bool:
    last = entry.get("to") or entry.get("date")
    return last is None or date.fromisoformat(last) >= today


def _host(address: str) -> str:
    return urlsplit(address).hostname or address[:60]
