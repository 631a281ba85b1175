"""What became of an attempt to send: noted once, with what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import update

from channels.channel import ChannelError
from channels.email.connection import SignInRefused
from channels.email.smtp import RecipientsRefused, ServerAway, TooLarge
from channels.message import Receipt
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import owe
from helpdesk.messaging import standing
from helpdesk.messaging.accounts import setting
from helpdesk.messaging.failing import doubt, fail, partly_fail
from helpdesk.messaging.linking import link_more
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryState
from helpdesk.messaging.sending_fields import SENT_FOLDER
from helpdesk.messaging.setting_aside import fit
from helpdesk.messaging.suppressing import forget_marks, mark_if_dead
from helpdesk.messaging.turns import DELIVER, Held, wake

GIVE_UP_AFTER = timedelta(hours=48)
LONGEST_PAUSE = timedelta(minutes=60)
# An uncertain mail goes out once more, under the same Message-ID, and then never again (P25, P26).
MOST_COPIES = 2
BEFORE_SECOND_COPY = timedelta(minutes=15)
COPY = "copy_to_sent"
REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: handed over, refused, or in doubt.

    `outlet` names the server's standing, `digest` the bytes as they were composed, `largest` what the server takes.
    """

    via: str = ""
    outlet: str = ""
    digest: str | None = None
    receipt: Receipt | None = None
    error: ChannelError | None = None
    largest: int | None = None


def note(delivery: Delivery, outcome: Outcome) -> None:
    """Write down how it ended, and wake what waited for it. Inside the open unit of work."""
    delivery.digest = outcome.digest or delivery.digest
    delivery.via = outcome.via[:20]
    error = outcome.error
    if isinstance(error, (ServerAway, SignInRefused)):
        _note_away(delivery, outcome.outlet, error)
    else:
        _note_answer(delivery, outcome)
    if delivery.state is not DeliveryState.WAITING or delivery.held_for == Held.RECIPIENT:
        wake(delivery)


def note_uncertain(delivery: Delivery, words: str) -> None:
    """Nobody can tell whether it arrived; it goes out once more under the same Message-ID."""
    delivery.copies += 1
    if delivery.copies >= MOST_COPIES:
        doubt(delivery, words)
        return
    delivery.state, delivery.last_error = DeliveryState.UNCERTAIN, fit(words)
    delivery.next_try_at = clock.now() + BEFORE_SECOND_COPY


def note_known(delivery: Delivery) -> None:
    """The other side tells that it has a mail of which we were in doubt; one that is being sent ends by itself."""
    if delivery.state is not DeliveryState.UNCERTAIN:
        return
    delivery.state, delivery.next_try_at, delivery.last_error = DeliveryState.SENT, None, ""
    delivery.sent_at = delivery.sent_at or clock.now()
    wake(delivery)


def withdraw(delivery: Delivery) -> None:
    """It must not be sent any more."""
    delivery.state, delivery.next_try_at, delivery.held_for = (
        DeliveryState.WITHDRAWN,
        None,
        Held.TURN,
    )
    wake(delivery)


def give_up(delivery: Delivery, words: str) -> None:
    """It was tried for long enough; what the other side said last is shown."""
    if delivery.copies:
        doubt(delivery, words)
    else:
        fail(delivery, words)
    wake(delivery)


def pause_after(attempts: int) -> timedelta:
    """How long a mail rests after so many refusals for now: 1, 2, 4 .. 60 minutes (P23)."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def since(delivery: Delivery) -> datetime:
    """From when a mail is tried: since it was written, or since a person asked for it again."""
    again = delivery.headers.get("again_since")
    return datetime.fromisoformat(again) if isinstance(again, str) else delivery.created_at


def _note_answer(delivery: Delivery, outcome: Outcome) -> None:
    error = outcome.error
    if error is None or isinstance(error, RecipientsRefused) or error.permanent:
        _note_server_is_there(outcome)
    if error is None:
        _note_sent(delivery, outcome.receipt)
    elif isinstance(error, TooLarge):
        _note_too_large(delivery, outcome.outlet, error)
    elif error.uncertain:
        note_uncertain(delivery, error.message)
    elif error.permanent:
        _note_refused(delivery, error)
    else:
        _note_temporary(delivery, error)


def _note_server_is_there(outcome: Outcome) -> None:
    """What waited for the server leaves now and not at its next look."""
    if standing.note_good(outcome.outlet, outcome.largest):
        db.session.execute(
            update(Delivery)
            .where(Delivery.held_for == Held.SERVER, standing.leaves_by(outcome.outlet))
            .values(next_try_at=clock.now()),
            execution_options={"synchronize_session": False},
        )


def _note_sent(delivery: Delivery, receipt: Receipt | None) -> None:
    refused = dict(receipt.refused) if receipt is not None else {}
    if refused and _note_partly(delivery, refused):
        return
    second = delivery.copies > 0
    delivery.state, delivery.next_try_at = DeliveryState.SENT, None
    delivery.sent_at = clock.now()
    delivery.copies += 1
    delivery.last_error = (
        _("It went out a second time, since nobody could tell whether it had arrived.")
        if second
        else ""
    )
    if receipt is not None:
        forget_marks(delivery)
        if receipt.external_id != delivery.external_id:
            delivery.remote_id = receipt.external_id[:255]
    account = db.session.get(ChannelAccount, delivery.account_id) if delivery.account_id else None
    if account is not None and receipt is not None and setting(account, SENT_FOLDER):
        owe(COPY, delivery.id)


def _note_partly(delivery: Delivery, refused: Mapping[str, str]) -> bool:
    """Some people were refused; True when some of them are worth another try, and only they."""
    never = {address: words for address, words in refused.items() if words.startswith("5")}
    later = [address for address in refused if address not in never]
    if never:
        partly_fail(delivery, never)
        for address, words in never.items():
            mark_if_dead(address, words)
    if not later:
        return False
    reached = [address for address in delivery.recipients if address not in refused]
    delivery.headers = {
        **delivery.headers,
        "to": delivery.headers.get("to") or list(delivery.recipients),
        REACHED: [*delivery.headers.get(REACHED, ()), *reached],
    }
    delivery.recipients = later
    _note_temporary(delivery, ChannelError("; ".join(refused[address] for address in later)))
    if delivery.state is DeliveryState.WAITING:
        delivery.held_for = Held.RECIPIENT
    return True


def _note_refused(delivery: Delivery, error: ChannelError) -> None:
    # A second copy that is refused tells nothing of the first, which may have arrived.
    if delivery.copies:
        doubt(delivery, error.message)
        return
    fail(delivery, error.message)
    if isinstance(error, RecipientsRefused):
        for address in delivery.recipients:
            mark_if_dead(str(address), error.message)


def _note_too_large(delivery: Delivery, outlet: str, error: TooLarge) -> None:
    """Nothing was sent; what does not fit goes as a link, if there is anything to link."""
    standing.note_largest(outlet, error.largest)
    if not link_more(delivery, error.largest):
        fail(delivery, error.message)
        return
    delivery.state, delivery.held_for = DeliveryState.WAITING, Held.TURN
    delivery.next_try_at = clock.now() + LONGEST_PAUSE
    owe(DELIVER, delivery.id)


def _note_away(delivery: Delivery, outlet: str, error: ChannelError) -> None:
    again_at = standing.note_away(outlet, error.message)
    if clock.now() > since(delivery) + GIVE_UP_AFTER:
        give_up(delivery, error.message)
        return
    _wait(delivery, error, again_at, Held.SERVER)


def _note_temporary(delivery: Delivery, error: ChannelError) -> None:
    at = clock.now()
    pause = max(pause_after(delivery.attempts), error.retry_after or timedelta(0))
    if at + pause > since(delivery) + GIVE_UP_AFTER:
        give_up(delivery, error.message)
        return
    by_recipient = isinstance(error, RecipientsRefused)
    _wait(delivery, error, at + pause, Held.RECIPIENT if by_recipient else Held.REFUSED)


def _wait(delivery: Delivery, error: ChannelError, until: datetime, held_for: Held) -> None:
    # A mail that may have arrived once stays doubtful while its second copy is tried.
    doubtful = delivery.copies > 0
    delivery.state = DeliveryState.UNCERTAIN if doubtful else DeliveryState.WAITING
    delivery.last_error, delivery.next_try_at = fit(error.message), until
    delivery.held_for = held_for
