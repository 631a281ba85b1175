"""take(): what a telephone system says of a call, whatever order its news comes in; a missed call becomes a ticket."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from channels.message import CallReport, CallStep
from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import Invalid
from helpdesk.messaging.accounts import TICKET_TYPE, setting
from helpdesk.messaging.events import CallReported
from helpdesk.messaging.models import ChannelAccount, RawMessage
from helpdesk.people import numbers
from helpdesk.people.commands import find_or_register_point
from helpdesk.people.models import ContactKind, Person
from helpdesk.phone import extensions, finding
from helpdesk.phone.commands import CAUSE, CHANNEL
from helpdesk.phone.models import CallDirection, CallOutcome, CallState, PhoneCall
from helpdesk.tickets import commands
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket, Visibility

# Who rings again within this, before anybody rang back, is one ticket's matter.
SAME_MATTER = timedelta(days=1)
# A system whose clock is wrong by more than this is not believed about when a call was.
MOST_OFF = timedelta(days=1)
LONGEST_NUMBER = 40


def take(event: CallReported) -> None:
    """Note one step of a call; again, or late, it changes nothing that is known already."""
    raw = db.session.get_one(RawMessage, event.raw_id)
    report = event.report
    row = _call(raw, report)
    _note_facts(row, report)
    at = _believed(report.at, raw.kept_at)
    if report.step is CallStep.ANSWERED:
        _answered(row, report, at)
    elif report.step is CallStep.ENDED:
        _ended(row, at)
    elif report.step is CallStep.MISSED:
        _missed(row, at, raw.account)
    elif report.step is CallStep.RINGING:
        row.started_at = min(row.started_at, at)
    raw.ticket_id, raw.message_id = row.ticket_id, row.message_id
    db.session.flush()


def _call(raw: RawMessage, report: CallReport) -> PhoneCall:
    """The row of this call, locked; made by whichever step comes first."""
    insert = insert_on_postgresql if is_postgresql() else insert_on_sqlite
    began = _believed(report.at, raw.kept_at)
    db.session.execute(
        insert(PhoneCall)
        .values(
            account_id=raw.account_id,
            external_id=report.call,
            direction=CallDirection.OUT if report.outward else CallDirection.IN,
            state=CallState.RINGING,
            number="",
            extension="",
            recording_url="",
            started_at=began,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["account_id", "external_id"])
    )
    return db.session.scalars(
        select(PhoneCall)
        .where(PhoneCall.account_id == raw.account_id, PhoneCall.external_id == report.call)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _note_facts(row: PhoneCall, report: CallReport) -> None:
    """What every step may say, and what is known once it was said."""
    if report.number and not row.number:
        row.number = _normal(report.number)
    if row.number and row.person_id is None:
        owner = finding.owner_of(row.number)
        row.person_id = owner.id if owner else None
    if report.extension and (not row.extension or report.step is CallStep.ANSWERED):
        row.extension = report.extension
    if report.recording_url:
        row.recording_url = report.recording_url
    if report.seconds is not None and row.duration is None:
        row.duration = report.seconds


def _answered(row: PhoneCall, report: CallReport, at: datetime) -> None:
    row.answered_at = row.answered_at or at
    if row.agent_id is None:
        row.agent_id = extensions.agent_at(row.extension)
    if row.state is CallState.RINGING:
        row.state = CallState.ANSWERED
    elif row.state is CallState.MISSED:
        row.state = CallState.ENDED
        _say_answered_after_all(row)


def _ended(row: PhoneCall, at: datetime) -> None:
    row.ended_at = row.ended_at or at
    if row.state is not CallState.MISSED:
        row.state = CallState.ENDED
    if row.duration is None and row.answered_at is not None:
        row.duration = max(0, int((row.ended_at - row.answered_at).total_seconds()))


def _missed(row: PhoneCall, at: datetime, account: ChannelAccount) -> None:
    """Nobody took it: unless somebody did by other news, it is a ticket of whoever rang."""
    row.ended_at = row.ended_at or at
    if row.answered_at is not None or row.state is CallState.MISSED:
        return
    row.state = CallState.MISSED
    row.outcome = row.outcome or CallOutcome.MISSED
    if row.direction is CallDirection.OUT or row.message_id is not None:
        return
    person = _who(row)
    if person is None:
        return
    row.person_id = person.id
    message = _onto_ticket(row, person, account)
    row.ticket_id, row.message_id = message.ticket_id, message.id


def _onto_ticket(row: PhoneCall, person: Person, account: ChannelAccount) -> Message:
    words = NewMessage(
        text=_("Missed call from %(number)s. Please ring back.", number=row.number),
        direction=Direction.IN,
        channel=CHANNEL,
        author=person,
        author_address=row.number,
    )
    earlier = _earlier_ticket(row)
    if earlier is not None:
        return add_message(commands.lock(earlier), words, by=None, cause=CAUSE)
    _ticket, message = commands.open_with_first(
        requester=person,
        subject=_("Missed call from %(number)s", number=row.number),
        type=str(setting(account, TICKET_TYPE)),
        channel=CHANNEL,
        first=words,
        group=account.group,
        by=None,
        cause=CAUSE,
    )
    return message


def _earlier_ticket(row: PhoneCall) -> int | None:
    """The open ticket of an earlier missed call from this number that is still the newest news of it."""
    return db.session.scalars(
        select(Ticket.id)
        .join(PhoneCall, PhoneCall.ticket_id == Ticket.id)
        .where(
            PhoneCall.number == row.number,
            PhoneCall.id != row.id,
            PhoneCall.state == CallState.MISSED,
            PhoneCall.created_at > clock.now() - SAME_MATTER,
            Ticket.is_open,
            Ticket.deleted_at.is_(None),
            Ticket.merged_into_id.is_(None),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    ).first()


def _who(row: PhoneCall) -> Person | None:
    """Who rang; None where the number was withheld, or can be nobody's."""
    if row.person_id is not None:
        return db.session.get_one(Person, row.person_id)
    try:
        return find_or_register_point(row.number, kind=ContactKind.PHONE, cause=CAUSE).person
    except Invalid:
        return None


def _say_answered_after_all(row: PhoneCall) -> None:
    """The news came out of order: a ticket of a missed call is told that it was not."""
    row.outcome = None if row.outcome is CallOutcome.MISSED else row.outcome
    if row.ticket_id is None:
        return
    note = NewMessage(
        text=_("The call was answered after all; that news came later."),
        direction=Direction.NOTE,
        visibility=Visibility.INTERNAL,
        channel=CHANNEL,
        automation="auto_generated",
    )
    add_message(commands.lock(row.ticket_id), note, by=None, cause=CAUSE)


def _normal(number: str) -> str:
    try:
        return numbers.normalise_phone(number)
    except Invalid:
        return ""


def _believed(said: datetime | None, kept_at: datetime) -> datetime:
    """When it happened: as the system says, unless its clock cannot be right."""
    if said is None or abs(said - kept_at) > MOST_OFF:
        return kept_at
    return min(said, kept_at)
