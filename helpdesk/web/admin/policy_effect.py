"""What saving a policy, or counting its tickets anew, would do: said before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.sla.effects import effect_of_policy
from helpdesk.sla.recounting import Change, Effect
from helpdesk.web import clock_words, moments
from helpdesk.web.admin.policy_words import ON_CHANGE


def effect_of_saving(name: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
    """How many open tickets a new version would touch, and which due dates would move."""
    if name is None:
        return {
            "sentences": [
                _("Tickets opened from now on get this policy if they meet its condition."),
                _("An open ticket gets it when it changes and no policy above takes it."),
            ],
            "tickets": [],
        }
    effect = effect_of_policy(name, body)
    said = [*_counted(effect)]
    if effect.tickets:
        said.append(_("They get the new version one after the other, in the background."))
        said.append(str(ON_CHANGE.get(str(body.get("on_change", "carry")), "")))
    return {"sentences": said, "tickets": [shown(one) for one in effect.sample]}


def effect_in_words(effect: Effect) -> dict[str, Any]:
    """An effect as a page shows it."""
    return {
        "sentences": list(_counted(effect)),
        "tickets": [shown(one) for one in effect.sample],
        "is_empty": not effect.changed,
    }


def shown(change: Change) -> dict[str, str]:
    """A clock that would show something else, as a row."""
    metric = str(clock_words.TITLES.get(change.metric, change.metric))
    return {
        "number": change.number,
        "url": url_for("console.ticket", number=change.number),
        "clock": metric,
        "before": _due(change.due_before, late=change.late_before),
        "after": _due(change.due_after, late=change.late_after),
    }


def _counted(effect: Effect) -> Iterator[str]:
    if not effect.tickets:
        yield _("No open ticket is under this policy, so nothing changes now.")
        return
    yield ngettext(
        "%(num)s open ticket is under this policy.",
        "%(num)s open tickets are under this policy.",
        effect.tickets,
    )
    if not effect.is_whole:
        yield _("There are more; what follows is of these alone.")
    if not effect.changed:
        yield _("No due date would move.")
        return
    yield ngettext(
        "The due date of %(num)s clock would move.",
        "The due dates of %(num)s clocks would move.",
        effect.changed,
    )
    if effect.become_late:
        yield ngettext(
            "%(num)s would be late at once.", "%(num)s would be late at once.", effect.become_late
        )
    if effect.become_timely:
        yield ngettext(
            "%(num)s would not be late any more.",
            "%(num)s would not be late any more.",
            effect.become_timely,
        )


def _due(at: datetime | None, *, late: bool) -> str:
    if at is None:
        return _("not while it is paused")
    said = moments.weekday_stamp(at)
    return _("%(at)s, late", at=said) if late else said
