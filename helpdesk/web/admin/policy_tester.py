"""The tester of a policy's page: what was asked, read from its fields, and the answer in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import get_timezone
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.errors import Invalid
from helpdesk.web import durations, ledgers, moments
from helpdesk.web.admin.policy_fields import PRIORITIES
from helpdesk.web.admin.policy_testing import AFTER_A_MESSAGE, Asked, Due, try_policy
from helpdesk.web.admin.policy_words import metric_title, priority_title
from workflows.sla_policy import ANY, Policy

FIELDS: Final = ("test_priority", "test_at", "test_group", "test_from", "test_until")
_LONGEST: Final = timedelta(days=3660)


def beginning() -> dict[str, str]:
    """What stands in the fields of the tester at first: a ticket of now."""
    now = clock.now().astimezone(get_timezone()).replace(second=0, microsecond=0, tzinfo=None)
    return {**dict.fromkeys(FIELDS, ""), "test_priority": "p2", "test_at": now.isoformat()[:16]}


def test_options() -> dict[str, Any]:
    """The menus of the tester."""
    return {"test_priority": [(one, priority_title(one)) for one in PRIORITIES if one != ANY]}


def asked_by(values: Mapping[str, Any]) -> Asked:
    """The ticket that the fields describe. Raises Invalid at the field that is wrong."""
    at = _moment(values.get("test_at"), "test_at")
    if at is None:
        raise Invalid(_("Say when the ticket is created."), field="test_at")
    begun = _moment(values.get("test_from"), "test_from")
    ended = _moment(values.get("test_until"), "test_until")
    if (begun is None) != (ended is None):
        empty = "test_from" if begun is None else "test_until"
        raise Invalid(_("Say from when until when it waits."), field=empty)
    if begun is not None and ended is not None and not at <= begun < ended:
        raise Invalid(_("It waits after it is created, and then no longer."), field="test_until")
    priority = str(values.get("test_priority") or "p2")
    if priority not in PRIORITIES:
        raise Invalid(_("There is no such priority."), field="test_priority")
    return Asked(at, priority, str(values.get("test_group") or "").strip(), begun, ended)


def tested(policy: Policy, asked: Asked) -> dict[str, Any]:
    """The answer as the page shows it."""
    return {
        "sentence": _sentence(asked),
        "dues": [_shown(one) for one in try_policy(policy, asked)],
    }


def _sentence(asked: Asked) -> str:
    created = moments.weekday_stamp(asked.at)
    priority = priority_title(asked.priority)
    if asked.waits_from is None or asked.waits_until is None:
        return _("A %(priority)s ticket created %(at)s", priority=priority, at=created)
    return _(
        "A %(priority)s ticket created %(at)s that waits for its requester %(span)s",
        priority=priority,
        at=created,
        span=ledgers.span_of(asked.waits_from, asked.waits_until),
    )


def _shown(due: Due) -> dict[str, Any]:
    note = ""
    if due.metric in AFTER_A_MESSAGE:
        note = _("counted from a message at that moment")
    elif due.due_at is not None and due.late_at is not None and due.late_at > due.due_at:
        note = _("late after %(at)s, when work begins again", at=moments.weekday_stamp(due.late_at))
    return {
        "label": metric_title(due.metric),
        "target": durations.whole(due.target) if due.target is not None else None,
        "due": moments.weekday_stamp(due.due_at) if due.due_at else None,
        "iso": moments.moment(due.due_at).iso if due.due_at else "",
        "exact": moments.moment(due.due_at).exact if due.due_at else "",
        "note": note,
        "folded": ledgers.folded(due.lines),
    }


def _moment(text: object, field: str) -> datetime | None:
    """A moment of the reader's wall clock. Raises Invalid."""
    plain = str(text or "").strip()
    if not plain:
        return None
    try:
        at = moments.read_local(plain)
    except ValueError:
        raise Invalid(
            _("This is no date with a time."), _("For example: 2027-01-04T08:00."), field=field
        ) from None
    if abs(at - clock.now()) > _LONGEST:
        raise Invalid(_("Choose a day within ten years."), field=field)
    return at
