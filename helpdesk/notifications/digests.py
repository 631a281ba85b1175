"""The daily mail: what somebody has not read, grouped by ticket, at their hour; once, or not at all when there is nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select, update

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.preparing import prepare_notice
from helpdesk.notifications import kinds
from helpdesk.notifications.models import Digest, Notification
from helpdesk.notifications.turns import day_of, next_turn
from helpdesk.notifications.wording import words_of
from helpdesk.people.access import actor_of
from helpdesk.people.models import Person
from helpdesk.routing.hours import working_of
from helpdesk.tickets.access import visible_tickets
from helpdesk.tickets.models import Ticket

JOB = "send_digest"
MOST_AT_ONCE = 500
MOST_LINES = 200
# A desk that was off at the hour sends what is not older than this; what is older waits for the next turn.
LATEST = timedelta(hours=6)
# Monday to Friday, for whoever has no hours of their own.
WORKDAYS = range(5)

Told = tuple[Notification, Ticket]


def digest_of(person_id: int) -> Digest | None:
    """When somebody gets their daily mail; None for who wants none."""
    return db.session.get(Digest, person_id)


def choose_digest(
    person: Person, *, hour: int, weekdays: Collection[int], working_days: bool
) -> None:
    """Want a mail at this hour of these days. Raises Invalid."""
    if hour not in range(24):
        raise Invalid(_("There is no such hour."), _("Choose one of the list."), field="hour")
    if not weekdays or not set(weekdays) <= set(range(7)):
        raise Invalid(_("Choose at least one day."), field="days")
    row = digest_of(person.id) or Digest(person_id=person.id)
    row.hour, row.weekdays, row.working_days = hour, sorted(set(weekdays)), working_days
    row.next_at = _next(row, person)
    db.session.add(row)


def drop_digest(person_id: int) -> None:
    """Want no daily mail any more."""
    row = digest_of(person_id)
    if row is not None:
        db.session.delete(row)


def follow_zone(person: Person) -> None:
    """Let the hour be one of the zone that somebody is in now; a day that had its mail has no other."""
    row = digest_of(person.id)
    if row is not None:
        row.next_at = _next(row, person)


def owe_due() -> None:
    """Owe each mail whose hour has come; called by the schedule, inside a unit of work."""
    due = select(Digest.person_id).where(Digest.next_at <= clock.now())
    for person_id in db.session.scalars(due.order_by(Digest.next_at).limit(MOST_AT_ONCE)):
        owe(JOB, person_id)


def send(person_id: int) -> None:
    """Write the mail that is due, and set the next turn; the row is the lock, so it is written once for a turn."""
    row = db.session.get(Digest, person_id, with_for_update=True, populate_existing=True)
    now = clock.now()
    if row is None or row.next_at > now:
        return
    person, due_at = db.session.get_one(Person, person_id), row.next_at
    row.done_on = day_of(due_at, person.time_zone)
    row.next_at = _next(row, person)
    if now - due_at > LATEST or not person.is_active or not person.is_staff:
        return
    if row.working_days and not _works_on(person, due_at):
        return
    told = _unread(person)
    if told:
        _write(person, told)


def _next(row: Digest, person: Person) -> datetime:
    return next_turn(row.hour, row.weekdays, person.time_zone, clock.now(), done_on=row.done_on)


def _works_on(person: Person, at: datetime) -> bool:
    """Whether it is a day on which somebody works: no holiday of their calendar, and no absence."""
    hours, back_at = working_of([person.id], at).get(person.id, (None, None))
    day = day_of(at, person.time_zone)
    if hours is None:
        return back_at is None and day.weekday() in WORKDAYS
    place = ZoneInfo(person.time_zone)
    opens = hours.next_open(datetime.combine(day, time(), place).astimezone(UTC))
    is_away = back_at is not None and back_at != hours.next_open(at)
    return not is_away and opens is not None and day_of(opens, person.time_zone) == day


def _unread(person: Person) -> Sequence[Told]:
    """What they have not read and were not mailed so before, of tickets that they may see now."""
    lost = (DeliveryState.WITHDRAWN, DeliveryState.FAILED)
    was_mailed = and_(Delivery.state.not_in(lost), Delivery.created_at >= Notification.told_at)
    rows = db.session.execute(
        select(Notification, Ticket)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .outerjoin(Delivery, Delivery.id == Notification.digest_id)
        .where(
            Notification.person_id == person.id,
            Notification.read_at.is_(None),
            Notification.in_digest,
            visible_tickets(actor_of(person)),
            or_(Delivery.id.is_(None), ~was_mailed),
        )
        .order_by(Notification.told_at.desc(), Notification.id.desc())
        .limit(MOST_LINES)
    )
    return [(line, ticket) for line, ticket in rows]


def _write(person: Person, told: Sequence[Told]) -> None:
    """Numbers and fixed words: a mailbox is no place for what tickets say (S12)."""
    by_ticket: dict[str, list[str]] = {}
    ids = sorted({ticket.id for _line, ticket in told})
    with force_locale(person.locale):
        for line, ticket in told:
            by_ticket.setdefault(_place(line, ticket), []).append(words_of(line.kind, line.times))
        subject = ngettext(
            "%(num)s ticket with news for you", "%(num)s tickets with news for you", len(ids)
        )
        text, html = _letter(by_ticket)
    delivery = prepare_notice(person, subject=subject, text=text, html=html, about=ids)
    if delivery is None:
        return
    db.session.flush()
    db.session.execute(
        update(Notification)
        .where(Notification.id.in_([line.id for line, _ticket in told]))
        .values(digest_id=delivery.id),
        execution_options={"synchronize_session": False},
    )


def _place(line: Notification, ticket: Ticket) -> str:
    return kinds.PLACES.get(line.kind, f"/tickets/{ticket.number}")


def _letter(by_ticket: dict[str, list[str]]) -> tuple[str, str]:
    base = str(current_app.config["DESK_BASE_URL"]).rstrip("/")
    begins = _("What you have not read in the desk:")
    rest = _("Read and answer it in the desk; an answer to this mail reaches nobody.")
    choice = _("When this mail comes, and what is in it")
    text, items = [], []
    for place, words in by_ticket.items():
        name = place.removeprefix("/tickets/") if place.startswith("/tickets/") else _("Lists")
        said, link = "; ".join(words), f"{base}{place}"
        text.append(f"{name}: {said}\n{link}")
        items.append(f'<li><a href="{escape(link)}">{escape(name)}</a>: {escape(said)}</li>')
    settings = f"{base}/me#digest-title"
    whole = "\n\n".join([begins, *text, rest, f"{choice}: {settings}"])
    html = f"<p>{escape(begins)}</p><ul>{''.join(items)}</ul><p>{escape(rest)}</p>"
    html += f'<p><a href="{escape(settings)}">{escape(choice)}</a></p>'
    return f"{whole}\n", html
