"""P17: two workers that want the same mails: one article each, and one receipt."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.journal.models import Entry
from tests.faults.crashes import Machine, Post

MAILS = 100


@pytest.mark.faults
def test_a_hundred_mails_between_two_workers_become_a_hundred_articles(
    machine: Machine, crash_post: Post
) -> None:
    crash_post.bring(MAILS)

    both = [machine.start("work", mails=MAILS), machine.start_beside("work", mails=MAILS)]
    codes = [machine.wait(pid) for pid in both]

    assert codes == [0, 0], machine.complained
    crash_post.check_once(most_extra=0)
    opened = select(func.count()).where(Entry.event == "TicketOpened")
    assert db.session.scalar(opened) == MAILS
