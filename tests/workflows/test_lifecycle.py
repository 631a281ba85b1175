"""Which status may follow which."""

from __future__ import annotations

import pytest

from workflows.lifecycle import CATEGORY_OF, FOLLOWING, Category, Status, is_open, may_follow


def test_every_status_means_something_and_leads_somewhere_or_ends() -> None:
    assert set(CATEGORY_OF) == set(FOLLOWING) == set(Status)


@pytest.mark.parametrize("status", [Status.CLOSED, Status.CANCELLED])
def test_nothing_follows_what_is_final(status: Status) -> None:
    assert not any(may_follow(status, other) for other in Status)


def test_a_resolved_ticket_may_be_worked_on_again() -> None:
    assert may_follow(Status.RESOLVED, Status.IN_PROGRESS)


def test_nothing_becomes_new_again() -> None:
    assert not any(may_follow(status, Status.NEW) for status in Status)


@pytest.mark.parametrize("status", list(Status))
def test_a_ticket_is_open_until_it_is_resolved_closed_or_cancelled(status: Status) -> None:
    ended = CATEGORY_OF[status] in (Category.RESOLVED, Category.CLOSED, Category.CANCELLED)
    assert is_open(status) is not ended
