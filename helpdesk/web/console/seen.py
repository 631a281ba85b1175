"""What one request asks more than once, asked once: the names of groups, and who may be assigned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import g
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.people.access import Actor
from helpdesk.people.models import Group

MOST_GROUPS = 500

Choices = list[tuple[str, str]]

_ALL_GROUPS = select(Group).order_by(func.lower(Group.name), Group.id).limit(MOST_GROUPS)


def groups() -> Sequence[Group]:
    """Every group by name, read once a request; tickets then find their group at hand."""
    if "console_groups" not in g:
        g.console_groups = db.session.scalars(_ALL_GROUPS).all()
    found: Sequence[Group] = g.console_groups
    return found


def readable_groups(actor: Actor) -> list[Group]:
    """The active groups whose tickets this person may read."""
    return [
        group
        for group in groups()
        if group.is_active and (actor.is_admin or group.id in actor.readable_group_ids)
    ]


def group_name(group_id: int | None) -> str | None:
    """The name of a group."""
    return next((group.name for group in groups() if group.id == group_id), None)


def choices_of(things: Iterable[Group]) -> Choices:
    """As a menu wants them."""
    return [(str(one.id), one.name) for one in things]
