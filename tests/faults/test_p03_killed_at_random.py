"""P03: crashes at any moment: a desk that is killed again and again while mail comes in ends with every mail once.

DESK_FAULTS_FULL=1 makes it 200 kills over 1,000 mails; else it is a tenth as many over fewer.
"""

from __future__ import annotations

import random

import pytest

from helpdesk.core.db import db
from tests.faults.crashes import FULL, KILLED, Machine, Post
from tests.faults.mailboxes import articles

SEED = 20261116
KILLS, MAILS = (200, 1000) if FULL else (10, 60)
# A desk that starts has its first mail filed after some tenths of a second.
LONGEST_LIFE_SECONDS = 1.2


@pytest.mark.faults
@pytest.mark.timeout(3600 if FULL else 240)
def test_a_desk_killed_at_random_ends_with_every_mail_once(
    machine: Machine, crash_post: Post
) -> None:
    lives = random.Random(SEED)
    for _ in range(KILLS):
        crash_post.bring(MAILS // KILLS)
        pid = machine.start("work", mails=crash_post.count, stays=True)
        ended_by_itself = machine.wait(pid, lives.uniform(0, LONGEST_LIFE_SECONDS))
        assert ended_by_itself is None, machine.complained
        assert machine.kill(pid) == KILLED
    filed = articles()
    db.session.rollback()

    assert machine.run("work", mails=MAILS) == 0, machine.complained
    print(f"{KILLS} kills, {filed} mails filed between them; {crash_post.figures()}")
    crash_post.check_once(most_extra=KILLS)
