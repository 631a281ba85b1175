"""P34: two processes look for what fell due at the same moment: each breach is one event, each person is told once, and a
daily mail is written once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.clock import StoppedClock
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging.models import Delivery
from helpdesk.notifications import digests
from helpdesk.notifications.models import Digest, Notification
from helpdesk.notifications.noting import note
from helpdesk.notifications.preferences import Way
from helpdesk.people.models import Person
from helpdesk.sla import sweeping
from helpdesk.sla.models import SlaFired
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.sla.desk import hours, set_up
from tests.makers import make_ticket

TICKETS = 60
SWEEPERS = 3


def together(app: Flask, sweep: Callable[[], object]) -> None:
    """Several sweepers begin at one moment."""
    gate, failed = threading.Barrier(SWEEPERS), []

    def one() -> None:
        with app.app_context():
            gate.wait()
            try:
                sweep()
            except Exception as error:
                failed.append(error)
                raise

    threads = [threading.Thread(target=one) for _ in range(SWEEPERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.faults
def test_each_breach_is_one_event_and_one_mail_however_many_sweep(
    app: Flask, cast: Cast, clock: StoppedClock, settle: Callable[[], None]
) -> None:
    set_up(escalations=[])
    made = [make_ticket(cast.ada, cast.it, subject=f"Number {n}").id for n in range(TICKETS)]
    settle()
    before = len(db.session.scalars(select(Delivery.id)).all())
    db.session.rollback()
    clock.advance(hours(1) + timedelta(minutes=1))
    together(app, sweeping.sweep)
    # What one held while another looked is found by the next look.
    sweeping.sweep()
    settle()
    fired = Counter(db.session.scalars(select(SlaFired.ticket_id)))
    assert fired == Counter(made)
    told = select(Entry.subject_id).where(Entry.event == "SlaBreached")
    assert Counter(db.session.scalars(told)) == Counter(made)
    notices = db.session.execute(
        select(Notification.ticket_id, Notification.person_id).where(
            Notification.kind == "sla_breach"
        )
    ).all()
    assert len(notices) == len(set(notices)) == 2 * TICKETS
    assert len(db.session.scalars(select(Delivery.id)).all()) - before == 2 * TICKETS
    assert list(verify_all()) == []


@pytest.mark.faults
def test_a_daily_mail_is_written_once_however_many_write_it(
    app: Flask, cast: Cast, clock: StoppedClock
) -> None:
    ticket_id, ben_id = make_ticket(cast.ada, cast.it).id, cast.ben.id
    with unit_of_work():
        ben = db.session.get_one(Person, ben_id)
        digests.choose_digest(ben, hour=17, weekdays=range(7), working_days=False)
        note(ben, db.session.get_one(Ticket, ticket_id), "mention", ways=[Way.DIGEST])
    clock.set(db.session.get_one(Digest, ben_id).next_at)
    db.session.rollback()

    def write() -> None:
        with unit_of_work():
            digests.send(ben_id)

    together(app, write)
    written = select(Delivery.id).where(Delivery.person_id == ben_id)
    assert len(db.session.scalars(written).all()) == 1
