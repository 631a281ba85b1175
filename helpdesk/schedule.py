"""The table of periodic work: what, how often; each turn is taken by one scheduler only, however many run."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from helpdesk.answers import uses as answer_uses
from helpdesk.answers import web_source
from helpdesk.automation import instants, timed
from helpdesk.backup import nightly
from helpdesk.chat import mailing
from helpdesk.checking import alarms
from helpdesk.checking.outage import Outage
from helpdesk.composing import drafts as agents_drafts
from helpdesk.composing import pictures as waiting_pictures
from helpdesk.composing import planning
from helpdesk.contact_forms import drafts, usual
from helpdesk.core import clock, leases, outbox, repeating
from helpdesk.core.db import db
from helpdesk.core.models import Slot, Tally
from helpdesk.core.unit_of_work import owe, unit_of_work
from helpdesk.knowledge import feedback, reviewing
from helpdesk.messaging import collecting, sending, setting_aside, signing_in
from helpdesk.notifications import digests
from helpdesk.notifications.commands import forget_old as forget_old_notices
from helpdesk.operations import forgetting
from helpdesk.people import sessions, tokens, visiting
from helpdesk.phone import call_backs
from helpdesk.redaction.forgetting import remove_unnamed
from helpdesk.routing import following
from helpdesk.sla import feeds, proving, spreading, sweeping
from helpdesk.tickets import settling, waking
from helpdesk.views import keeping as views

log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
# A desk that was switched off overnight has old mail to fetch and a backup to make before anything is wrong with it.
GRACE_SECONDS = 90.0
SLOTS_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that comes round: `run` is called inside a unit of work, and should only owe jobs."""

    name: str
    every: timedelta
    run: Callable[[], None]


def collect_mailboxes() -> None:
    """Owe a look into every mailbox that is due and that no watch looks into."""
    for account_id in collecting.accounts_left_alone():
        owe("collect_account", account_id)


def ask_for_sign_ins() -> None:
    """Owe a question for every code of a mailbox that somebody is typing now."""
    for account_id in signing_in.sign_ins_due():
        owe(signing_in.ASK_JOB, account_id)


def try_deliveries_again() -> None:
    """Owe every delivery whose next try has come."""
    for delivery_id in sending.deliveries_due():
        owe("deliver", delivery_id)


def tidy() -> None:
    """Delete what has lapsed: old slots, tallies, sessions, tokens, answers to programs, operations, notices."""
    at = clock.now()
    db.session.execute(delete(Slot).where(Slot.taken_at < at - SLOTS_KEPT))
    db.session.execute(delete(Tally).where(Tally.ends_at < at))
    feedback.forget_old()
    sessions.sweep_sessions()
    tokens.sweep_tokens()
    answer_uses.sweep()
    web_source.sweep()
    repeating.sweep_answers()
    visiting.sweep_visits()
    drafts.sweep_drafts()
    forgetting.forget_old()
    agents_drafts.sweep()
    remove_unnamed(waiting_pictures.sweep())
    forget_old_notices()


def wake_tickets() -> None:
    """Owe every ticket to which time does something now."""
    for ticket_id in waking.tickets_due():
        owe(waking.JOB, ticket_id)


def remind_of_call_backs() -> None:
    """Owe a reminder for every promised call that is due soon."""
    for call_back_id in call_backs.due_to_tell():
        owe(call_backs.JOB, call_back_id)


def set_abandoned_aside() -> None:
    """Put mail that no job could file into quarantine, where a person sees it."""
    setting_aside.quarantine_abandoned()


def back_up() -> None:
    """Owe the day's backup when it is due; hours apart, so that one that failed is tried again."""
    if nightly.is_due():
        owe("back_up", 0)


def read_feeds() -> None:
    """Owe a look into the feeds of every calendar that has some."""
    for definition_id in feeds.calendars_with_feeds():
        owe(feeds.READ_JOB, definition_id)


def prove_timers() -> None:
    """Owe the nightly look whether timers say what their histories say."""
    owe(proving.JOB, 0)


def optimise_index() -> None:
    """Owe the nightly merge of the search index."""
    owe("optimise_index", 0)


def heal_index() -> None:
    """Owe a look at the search index, which is made anew if it is damaged."""
    owe("heal_index", 0)


SCHEDULE = (
    Periodic("collect_mailboxes", timedelta(seconds=30), collect_mailboxes),
    Periodic("ask_for_sign_ins", timedelta(seconds=5), ask_for_sign_ins),
    Periodic("sweep_timers", timedelta(seconds=5), sweeping.owe_if_due),
    Periodic("run_timed_rules", timedelta(seconds=5), timed.owe_if_due),
    Periodic("spread_timed_rules", timedelta(minutes=1), instants.owe_spreads),
    Periodic("send_planned", timedelta(seconds=5), planning.owe_due),
    Periodic("send_digests", timedelta(minutes=1), digests.owe_due),
    Periodic("try_deliveries_again", timedelta(seconds=20), try_deliveries_again),
    Periodic("settle_states", timedelta(hours=1), settling.owe_if_any),
    Periodic("mail_chats", timedelta(seconds=20), mailing.owe_those_left),
    Periodic("wake_tickets", timedelta(seconds=20), wake_tickets),
    Periodic("remind_of_call_backs", timedelta(seconds=20), remind_of_call_backs),
    Periodic("set_abandoned_aside", timedelta(minutes=1), set_abandoned_aside),
    Periodic("count_views", timedelta(minutes=1), views.owe_counts),
    Periodic("spread_edits", timedelta(minutes=1), spreading.owe_begun),
    Periodic("offer_waiting", timedelta(minutes=1), following.offer_if_any),
    Periodic("heal_index", timedelta(minutes=5), heal_index),
    Periodic("back_up", timedelta(hours=1), back_up),
    Periodic("tidy", timedelta(hours=1), tidy),
    Periodic("review_articles", timedelta(hours=1), reviewing.owe_reviews),
    Periodic("reckon_usual_times", timedelta(days=1), usual.owe_reckoning),
    Periodic("read_feeds", timedelta(days=1), read_feeds),
    Periodic("prove_timers", timedelta(days=1), prove_timers),
    Periodic("optimise_index", timedelta(days=1), optimise_index),
)


def tick(*, watching: bool = True) -> list[str]:
    """Take each turn that has come and that no other scheduler took, sweep the outbox, and look at the desk.

    Returns what was run. `watching` is off while a desk that stood still gets going again.
    """
    taken = [periodic.name for periodic in SCHEDULE if take_turn(periodic)]
    outbox.sweep()
    if watching:
        alarms.keep_watch()
    return taken


def take_turn(periodic: Periodic) -> bool:
    """Run one periodic work if its present turn is still free."""
    slot = int(clock.now().timestamp() // periodic.every.total_seconds())
    if leases.slot_taken(periodic.name, slot):
        return False
    with unit_of_work():
        if not leases.take_slot(periodic.name, slot):
            return False
        periodic.run()
    return True


class Scheduler:
    """Ticks in a thread, or in the foreground, until it is stopped."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._outage = Outage()

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="scheduler", daemon=True)
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_seconds)

    def run(self) -> None:
        """Tick until stopped; a database that is away is waited for."""
        watching_from = time.monotonic() + GRACE_SECONDS
        while not self._stopping.is_set():
            self.turn(watching=time.monotonic() > watching_from)
            self._stopping.wait(TICK_SECONDS)

    def turn(self, *, watching: bool = True) -> None:
        """One tick. When the database has been away for a minute, the operator is told, past it."""
        with self._app.app_context():
            try:
                # A full disk lets everything be read; that all is well is known once something was written.
                if tick(watching=watching):
                    self._outage.note_well()
            except OperationalError as error:
                self._outage.note_failure(error)
