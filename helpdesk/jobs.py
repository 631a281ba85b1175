"""Every function a worker runs: each is given ids, calls one command, and ends.

Lanes: `intake` files what came in, `slow` what takes long to read, `collect` reads mailboxes, `index` has one writer, `tell` prepares and tells,
`talk` asks services for what they only named and shows them how tickets stand,
`deliver` speaks to other servers, `clocks` acts upon what falls due, `care` is what takes long and what the night does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from flask import Flask, current_app

from channels.email.smtp import Lines
from helpdesk.answers import in_threads
from helpdesk.automation import back_testing, instants, timed, troubles
from helpdesk.automation import telling as rule_telling
from helpdesk.backup import nightly
from helpdesk.chat import mailing
from helpdesk.chat.agents import waits_for_somebody
from helpdesk.composing import planning
from helpdesk.contact_forms import usual
from helpdesk.core import outbox
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.outbox import Job
from helpdesk.core.queue import RQ_RUNNER, THREADS, RqRunner, ThreadRunner
from helpdesk.identity import claiming
from helpdesk.knowledge import indexing as article_indexing
from helpdesk.knowledge import reviewing
from helpdesk.messaging import (
    collecting,
    completing,
    copying,
    fetching,
    filing,
    password_mails,
    preparing,
    sending,
    showing,
    signing_in,
    visitor_mails,
)
from helpdesk.notifications import digests, telling
from helpdesk.operations import bulk, undoing
from helpdesk.people import visiting
from helpdesk.phone import call_backs
from helpdesk.redaction import forgetting
from helpdesk.routing import following
from helpdesk.search import indexing
from helpdesk.sla import catching_up, feeds, proving, spreading, sweeping, what_if
from helpdesk.tickets import settling, waking
from helpdesk.views.commands import COUNT_JOB
from helpdesk.views.keeping import count_view

log = logging.getLogger(__name__)

# How many mails a worker takes at once, to send them over one line.
MAILS_ON_A_LINE = 10


def each(run: Callable[[int], object]) -> Callable[[Sequence[int]], None]:
    """A job for several ids out of one for a single id."""

    def run_each(ids: Sequence[int]) -> None:
        for one in ids:
            run(one)

    return run_each


JOBS: dict[str, Job] = {
    "file_raw": Job(
        each(filing.file_raw),
        lane="intake",
        most_attempts=3,
        prepare=filing.prepare_raws,
        give_up=filing.give_up,
    ),
    "file_slow": Job(
        each(filing.file_raw),
        lane="slow",
        most_attempts=3,
        prepare=filing.prepare_slow,
        give_up=filing.give_up,
    ),
    completing.JOB: Job(
        each(filing.file_raw),
        lane="talk",
        most_attempts=12,
        prepare=filing.prepare_completed,
        give_up=filing.file_incomplete,
    ),
    in_threads.JOB: Job(each(in_threads.answer), lane="talk", atomic=False, most_attempts=12),
    showing.JOB: Job(each(showing.show), lane="talk", atomic=False, most_attempts=12),
    "collect_account": Job(
        each(collecting.collect_account), lane="collect", atomic=False, most_attempts=1
    ),
    signing_in.ASK_JOB: Job(each(signing_in.ask), lane="collect", atomic=False, most_attempts=1),
    "index_ticket": Job(indexing.index_tickets, lane="index", atomic=False, batch=200),
    "index_person": Job(indexing.index_people, lane="index", atomic=False, batch=200),
    article_indexing.JOB: Job(
        article_indexing.index_articles, lane="index", atomic=False, batch=200
    ),
    "optimise_index": Job(
        lambda _ids: indexing.optimise(), lane="index", atomic=False, most_attempts=1
    ),
    "heal_index": Job(lambda _ids: heal_index(), lane="index", atomic=False, most_attempts=1),
    undoing.JOB: Job(each(bulk.carry_on), lane="tell", most_attempts=5, give_up=bulk.give_up),
    COUNT_JOB: Job(each(count_view), lane="index"),
    settling.JOB: Job(each(settling.settle_states), lane="tell"),
    waking.JOB: Job(each(waking.wake_ticket), lane="tell"),
    "prepare_message": Job(each(preparing.prepare_message), lane="tell"),
    forgetting.JOB: Job(each(forgetting.forget), lane="care"),
    "send_receipt": Job(each(preparing.send_receipt), lane="tell"),
    mailing.JOB: Job(each(mailing.look_after), lane="tell"),
    "tell_too_large": Job(each(preparing.tell_too_large), lane="tell"),
    "tell_of_message": Job(
        each(lambda one: telling.tell_of_message(one, waits=waits_for_somebody)), lane="tell"
    ),
    claiming.JOB: Job(each(claiming.note_claims), lane="tell"),
    "tell_of_assignment": Job(each(telling.tell_of_assignment), lane="tell"),
    "tell_of_status": Job(each(telling.tell_of_status), lane="tell"),
    "tell_of_failure": Job(each(telling.tell_of_failure), lane="tell"),
    reviewing.REVIEW_JOB: Job(each(reviewing.tell_of_review), lane="tell"),
    reviewing.BEHIND_JOB: Job(each(reviewing.tell_of_translations), lane="tell"),
    timed.JOB: Job(lambda _ids: run_timed_rules(), lane="clocks", atomic=False, batch=1000),
    instants.SPREAD_JOB: Job(each(instants.spread), lane="clocks", atomic=False),
    troubles.TELL_JOB: Job(each(rule_telling.tell_of_trouble), lane="tell"),
    call_backs.JOB: Job(each(lambda one: tell_of_call_back(one)), lane="tell"),
    digests.JOB: Job(each(digests.send), lane="tell"),
    "tell_of_deadlines": Job(telling.tell_of_deadlines, lane="tell", batch=50),
    usual.JOB: Job(lambda _ids: usual.reckon(), lane="care"),
    planning.JOB: Job(each(planning.send), lane="tell"),
    planning.TELL_JOB: Job(each(lambda one: tell_of_planned(one)), lane="tell"),
    catching_up.JOB: Job(lambda ids: catch_up(ids), lane="care", batch=20),
    spreading.JOB: Job(each(spreading.spread), lane="care", atomic=False),
    sweeping.JOB: Job(lambda _ids: sweep_timers(), lane=sweeping.LANE, atomic=False, batch=1000),
    following.OFFER_JOB: Job(lambda _ids: offer_waiting(), lane="tell", atomic=False, batch=1000),
    "send_password_mail": Job(
        each(password_mails.send_password_mail), lane="deliver", atomic=False
    ),
    visiting.MAIL_JOB: Job(
        each(visitor_mails.send_visitor_link), lane="deliver", atomic=False, most_attempts=8
    ),
    "deliver": Job(lambda ids: deliver(ids), lane="deliver", atomic=False, batch=MAILS_ON_A_LINE),
    "copy_to_sent": Job(
        each(copying.copy_to_sent),
        lane="deliver",
        atomic=False,
        most_attempts=3,
        give_up=copying.give_up,
    ),
    fetching.JOB: Job(
        each(fetching.fetch),
        lane="collect",
        atomic=False,
        most_attempts=14,
        give_up=fetching.give_up,
    ),
    feeds.READ_JOB: Job(each(feeds.read_feeds_of), lane="collect", atomic=False, most_attempts=1),
    proving.JOB: Job(lambda _ids: prove_timers(), lane="care", atomic=False, most_attempts=1),
    what_if.JOB: Job(each(what_if.begin_beside), lane="care", atomic=False, most_attempts=1),
    back_testing.JOB: Job(each(back_testing.run), lane="care", most_attempts=3),
    "back_up": Job(lambda _ids: back_up(), lane="care", atomic=False, most_attempts=1),
}

# Which lanes each thread of a process serves; each lane is served by one thread.
CREWS = (
    ("intake",),
    ("slow",),
    ("talk",),
    ("index",),
    ("tell", "deliver"),
    ("collect", "care"),
    (sweeping.LANE,),
)


def crews_for(app: Flask) -> list[tuple[str, ...]]:
    """The crews, with a second one for what came in where the database takes two writers at once."""
    with app.app_context():
        twice = is_postgresql()
    return [*([("intake",)] if twice else []), *CREWS]


def deliver(delivery_ids: Sequence[int]) -> None:
    """Send several mails over lines that stay open between them; one that fails keeps no other from leaving."""
    failures: list[Exception] = []
    with Lines() as lines:
        for delivery_id in delivery_ids:
            try:
                sending.deliver_with(lines, delivery_id)
            except Exception as failure:
                log.exception("A mail could not be sent.", extra={"delivery": delivery_id})
                failures.append(failure)
                db.session.rollback()
    if failures:
        raise failures[0]


def tell_of_call_back(call_back_id: int) -> None:
    """Remind an agent of a call that they promised; once."""
    told = call_backs.claim_telling(call_back_id)
    if told is not None:
        telling.tell_of_call_back(*told)


def tell_of_planned(planned_id: int) -> None:
    """Tell an agent what came between them and a reply that they had planned."""
    telling.tell_of_planned(*planning.told_of(planned_id))


def offer_waiting() -> None:
    """Offer what waits for nobody to whoever is free now; once, however many became free."""
    following.offer_waiting()


def catch_up(ticket_ids: Sequence[int]) -> None:
    """Take tickets from before into the counting of clocks."""
    catching_up.catch_up(ticket_ids)


def sweep_timers() -> None:
    """Act upon every timer that has fallen due; once, however often it was asked for."""
    sweeping.sweep()


def run_timed_rules() -> None:
    """Run every timed rule that is due; once, however often it was asked for."""
    timed.run_due()


def back_up() -> None:
    """Begin the day's backup beside the other work."""
    nightly.begin()


def prove_timers() -> None:
    """Look whether timers say what their histories say."""
    proving.prove_sample()


def heal_index() -> None:
    """Make the search index anew if it is damaged; the desk goes on meanwhile."""
    indexing.heal(log.info)


def answer_bell(lane: str) -> None:
    """What RQ runs: take the bell off, then have whatever is due in the lane settled, by this process's threads."""
    runner = current_app.extensions.get(RQ_RUNNER)
    if isinstance(runner, RqRunner):
        runner.answered(lane)
    threads = current_app.extensions.get(THREADS)
    if isinstance(threads, ThreadRunner):
        threads.ring({lane})
    else:
        outbox.drain(lane)
