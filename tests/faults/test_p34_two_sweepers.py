"""P34: two processes look for what fell due at the same moment: each breach is one event, and each person is told once."""

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
from helpdesk.journal.models import Entry
from helpdesk.messaging.models import Delivery
from helpdesk.notifications.models import Notification
from helpdesk.sla import sweeping
from helpdesk.sla.models import SlaFired
from helpdesk.tickets.verifying import verify_all
from tests.cast import Cast
from tests.helpdesk.sla.desk import hours, set_up
from tests.makers import make_ticket

TICKETS = 60
SWEEPERS = 3


def sweep_together(app: Flask) -> list[int]:
    """Several sweepers begin at one moment; returns on how many tickets each acted."""
    gate, swept, failed = threading.Barrier(SWEEPERS), [], []

    def one() -> None:
        with app.app_context():
            gate.wait()
            try:
                swept.append(sweeping.sweep())
            except Exception as error:
                failed.append(error)
                raise

    threads = [threading.Thread(target=one) for _ in range(SWEEPERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return swept


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
    sweep_together(app)
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
