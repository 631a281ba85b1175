"""P01: a crash anywhere loses nothing and doubles nothing: at each point by name, half-way through the mails."""

from __future__ import annotations

import pytest

from helpdesk.core.crash_points import Point
from tests.faults.crashes import FULL, KILLED, Machine, Post

MAILS = 100 if FULL else 8
# These are come to once for many mails, the others once for each.
FOR_MANY = {
    Point.FETCHED,
    Point.KEPT_BEFORE_COMMIT,
    Point.KEPT,
    Point.BEFORE_FLAG,
    Point.FLAGGED,
    Point.CLAIMED,
}


def half_way_to(point: Point) -> int:
    """The how many-th time of coming to a point lies in the middle of the mails."""
    if point in FOR_MANY:
        return 3 if FULL else 1
    return MAILS // 2


@pytest.mark.faults
@pytest.mark.timeout(1200 if FULL else 120)
@pytest.mark.parametrize("point", list(Point), ids=lambda point: point.value)
def test_a_desk_killed_at_this_point_ends_with_every_mail_once(
    machine: Machine, crash_post: Post, point: Point
) -> None:
    crash_post.bring(MAILS)

    crashed = machine.run("work", mails=MAILS, point=point.value, nth=half_way_to(point))
    again = machine.run("work", mails=MAILS)

    assert (crashed, again) == (KILLED, 0), machine.complained
    crash_post.check_once(most_extra=1)
