"""Which status a ticket may have, what each means, and which may follow which."""

from __future__ import annotations

import enum


class Category(enum.StrEnum):
    """What a status means to clocks and lists, whatever it is called."""

    ACTIVE = "active"
    WAITING_REQUESTER = "waiting_requester"
    WAITING_THIRD_PARTY = "waiting_third_party"
    WAITING_INTERNAL = "waiting_internal"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Status(enum.StrEnum):
    """The states of a ticket (ITIL 4, incident management)."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    PENDING_REQUESTER = "pending_requester"
    PENDING_THIRD_PARTY = "pending_third_party"
    PENDING_INTERNAL = "pending_internal"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


CATEGORY_OF = {
    Status.NEW: Category.ACTIVE,
    Status.IN_PROGRESS: Category.ACTIVE,
    Status.PENDING_REQUESTER: Category.WAITING_REQUESTER,
    Status.PENDING_THIRD_PARTY: Category.WAITING_THIRD_PARTY,
    Status.PENDING_INTERNAL: Category.WAITING_INTERNAL,
    Status.RESOLVED: Category.RESOLVED,
    Status.CLOSED: Category.CLOSED,
    Status.CANCELLED: Category.CANCELLED,
}

ENDED = frozenset({Category.RESOLVED, Category.CLOSED, Category.CANCELLED})

_WORKING = (
    Status.IN_PROGRESS,
    Status.PENDING_REQUESTER,
    Status.PENDING_THIRD_PARTY,
    Status.PENDING_INTERNAL,
    Status.RESOLVED,
    Status.CANCELLED,
)

# Closed and cancelled are final; a later message opens a follow-up ticket.
FOLLOWING: dict[Status, tuple[Status, ...]] = {
    Status.NEW: _WORKING,
    Status.IN_PROGRESS: _WORKING,
    Status.PENDING_REQUESTER: _WORKING,
    Status.PENDING_THIRD_PARTY: _WORKING,
    Status.PENDING_INTERNAL: _WORKING,
    Status.RESOLVED: (Status.IN_PROGRESS, Status.CLOSED),
    Status.CLOSED: (),
    Status.CANCELLED: (),
}


def category_of(status: Status) -> Category:
    """What a status means."""
    return CATEGORY_OF[status]


def is_open(status: Status) -> bool:
    """Whether somebody still has to do something, or wait for it."""
    return CATEGORY_OF[status] not in ENDED


def may_follow(before: Status, after: Status) -> bool:
    """Whether a ticket may go from one status to the other."""
    return after in FOLLOWING[before]
