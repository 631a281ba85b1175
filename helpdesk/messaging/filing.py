"""file_raw(): from kept bytes to a message on a ticket: parse, screen, match, identity, command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from channels.channel import ChannelError
from channels.message import CallReport, InboundMessage
from channels.parser_pool import ParserFailed
from helpdesk.core import clock
from helpdesk.core.crash_points import Point, reach
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe, record
from helpdesk.messaging import completing, parsing, reporting, screening, shortening, talking
from helpdesk.messaging import policy as policies
from helpdesk.messaging.bounces import note_report
from helpdesk.messaging.events import CallReported
from helpdesk.messaging.joining import ANSWER_UNWANTED as ANSWER_UNWANTED
from helpdesk.messaging.joining import ARCHIVE as ARCHIVE
from helpdesk.messaging.joining import join, note_copy
from helpdesk.messaging.keeping import FILE_SLOW
from helpdesk.messaging.models import ChannelAccount, RawMessage, RawState
from helpdesk.messaging.screening import Screened, screen
from helpdesk.messaging.setting_aside import Reason, set_aside
from helpdesk.tickets.models import Message

TELL_TOO_LARGE = "tell_too_large"

# Built once: putting these together for every mail took longer than the database took to answer.
_WAITING = (
    select(RawMessage)
    .where(RawMessage.id == bindparam("raw_id"), RawMessage.state == RawState.WAITING)
    .options(joinedload(RawMessage.account).joinedload(ChannelAccount.group))
    .with_for_update(of=RawMessage)
    .execution_options(populate_existing=True)
)


def file_raw(raw_id: int) -> None:
    """Make a kept message part of a ticket, or set it aside with its reason; once, however often it is called.

    Runs inside an open unit of work. Whatever it cannot answer for it raises, and the message stays waiting.
    """
    for kept in parsing.waiting_bytes([raw_id]).values():
        file_read(raw_id, _read(kept, parsing.LONGEST))


def prepare_raws(raw_ids: Sequence[int]) -> Iterator[Callable[[], None]]:
    """Read these outside any unit of work, one when its turn comes; yields what files each.

    One that takes long is owed in another lane instead, so that the others are filed meanwhile (P13).
    """
    return _prepare(raw_ids, parsing.PATIENCE, file_or_postpone)


def prepare_slow(raw_ids: Sequence[int]) -> Iterator[Callable[[], None]]:
    """As `prepare_raws`, for those that take long."""
    return _prepare(raw_ids, parsing.LONGEST, file_read)


def prepare_completed(raw_ids: Sequence[int]) -> Iterator[Callable[[], None]]:
    """As `prepare_raws`, for those of which a part has to be fetched first."""
    waiting = parsing.waiting_bytes(raw_ids)
    db.session.rollback()
    for raw_id in raw_ids:
        kept = waiting.pop(raw_id, None)
        yield _nothing if kept is None else _completed(kept)


def file_or_postpone(raw_id: int, reading: parsing.Reading) -> None:
    """File what was read; what was not read in time is owed where it may take longer."""
    if reading.too_slow:
        owe(FILE_SLOW, raw_id)
    else:
        file_read(raw_id, reading)


def file_read(raw_id: int, reading: parsing.Reading) -> None:
    """File what was read of a message. Raises ParserFailed when the parser broke on it."""
    raw = _waiting(raw_id)
    if raw is None:
        return
    if reading.fault is not None:
        raise reading.fault
    if reading.set_aside is not None:
        set_aside(raw, *reading.set_aside)
        return
    policy = policies.lately()
    for inbound in reading.messages:
        if reading.too_large:
            _file_shortened(raw, inbound, policy)
        else:
            file_message(raw, inbound, policy)


def _file_shortened(raw: RawMessage, inbound: InboundMessage, policy: policies.MailPolicy) -> None:
    """File the head and the beginning of a mail that is too large, and tell its sender (P14)."""
    message = file_message(raw, shortening.shortened(raw, inbound), policy)
    if message is not None:
        raw.reason, raw.detail = Reason.TOO_LARGE.value, shortening.megabytes(raw.size)
        owe(TELL_TOO_LARGE, raw.id)


def give_up(raw_id: int, error: Exception) -> None:
    """Set aside what could not be filed after several tries, with its reason (P13)."""
    raw = _waiting(raw_id)
    if raw is not None:
        broke = isinstance(error, ParserFailed)
        reason = Reason.BREAKS_PARSER if broke else Reason.FAILED
        set_aside(raw, reason, str(error) if broke else f"{type(error).__name__}: {error}")


def file_incomplete(raw_id: int, error: Exception) -> None:
    """File what could not be completed for so long as it came: late and without its files is better than never."""
    for kept in parsing.waiting_bytes([raw_id]).values():
        file_read(raw_id, _read(kept, parsing.LONGEST))
    if _waiting(raw_id) is not None:
        give_up(raw_id, error)


def _prepare(
    raw_ids: Sequence[int], patience: timedelta, file: Callable[[int, parsing.Reading], None]
) -> Iterator[Callable[[], None]]:
    waiting = parsing.waiting_bytes(raw_ids)
    db.session.rollback()
    for raw_id in raw_ids:
        kept = waiting.pop(raw_id, None)
        if kept is None:
            yield _nothing
        elif completing.is_due(kept.kind):
            yield partial(owe, completing.JOB, raw_id)
        else:
            yield partial(file, raw_id, _read(kept, patience))


def _completed(kept: parsing.Kept) -> Callable[[], None]:
    """What files it, or what says that it has to wait, since its service is away."""
    try:
        reading = _read(kept, parsing.LONGEST, partial(completing.completed, kept.id))
    except ChannelError as away:
        return partial(_fail, away)
    return partial(file_read, kept.id, reading)


def _fail(error: Exception) -> None:
    raise error


def _read(
    kept: parsing.Kept, patience: timedelta, complete: parsing.Complete | None = None
) -> parsing.Reading:
    largest = policies.lately().largest_mail
    reading = parsing.read(kept, largest=largest, patience=patience, complete=complete)
    reach(Point.PARSED)
    return reading


def _nothing() -> None:
    return None


def file_message(
    raw: RawMessage, inbound: InboundMessage, policy: policies.MailPolicy | None = None
) -> Message | None:
    """File one contact as it was read, whatever its door; None when it is set aside instead."""
    if inbound.call is not None:
        _pass_on(raw, inbound.call)
        return None
    policy = policy or policies.lately()
    finding = screen(Screened(raw, inbound, policy))
    reach(Point.SCREENED)
    if finding is not None:
        held = finding.treatment is policies.Treatment.QUARANTINE
        set_aside(raw, finding.reason, finding.detail, state=RawState.QUARANTINED if held else None)
        if finding.same_as is not None:
            raw.ticket_id, raw.message_id = finding.same_as.ticket_id, finding.same_as.message_id
            note_copy(raw, finding.same_as)
        return None
    by_letter = not talking.talks(raw.account.kind)
    if inbound.automation in screening.REPORTS and not _accepted(raw, Reason.BOUNCE):
        (note_report if by_letter else reporting.note_report)(raw, inbound)
        return None
    return join(raw, inbound, policy) if by_letter else talking.join(raw, inbound, policy)


def _pass_on(raw: RawMessage, report: CallReport) -> None:
    """News of a call is no message: whoever keeps calls reacts to it, in this unit of work."""
    raw.state, raw.settled_at = RawState.DONE, clock.now()
    record(CallReported(cause=raw.account.kind, raw_id=raw.id, report=report))


def _waiting(raw_id: int) -> RawMessage | None:
    return db.session.scalars(_WAITING, {"raw_id": raw_id}).one_or_none()


def _accepted(raw: RawMessage, reason: Reason) -> bool:
    return bool(raw.envelope.get("accepted") == reason.value)
