"""The views of the list: what each is called and which tickets it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import gettext as _

from helpdesk.core.errors import NotFound
from helpdesk.people.access import Actor
from helpdesk.tickets.queries import Filters, Sort
from helpdesk.web.console import seen

DEFAULT = "open"
LATE = "late"
DUE_SOON = "due-soon"
GROUP_PREFIX = "group-"
ENDED = ("resolved", "closed")


@dataclass(frozen=True, slots=True)
class View:
    """A named list of tickets; its key after `g` is in `keyboard.py`."""

    key: str
    title: str
    filters: Filters
    note: str = ""
    sort: Sort = Sort.ACTIVITY

    @property
    def url(self) -> str:
        return url_for("console.tickets", view=self.key)


def fixed_views(actor: Actor) -> list[View]:
    """The views that everybody has."""
    return [
        View("mine", _("My tickets"), Filters(assignee=actor.person_id)),
        View("unassigned", _("Unassigned"), Filters(assignee=0)),
        View(
            DUE_SOON,
            _("Due soon"),
            Filters(due="soon"),
            _("What is due within four hours, the next first."),
            Sort.DUE,
        ),
        View(
            LATE,
            _("Late"),
            Filters(due="late"),
            _("What is late, the longest first. Paused tickets are not late."),
            Sort.DUE,
        ),
        View(DEFAULT, _("All open"), Filters()),
        View(
            "solved",
            _("Recently solved"),
            Filters(is_open=False, statuses=ENDED),
            _("Resolved and closed, the latest first."),
        ),
    ]


def group_views(actor: Actor) -> list[View]:
    """One view for each group that this person reads."""
    return [
        View(f"{GROUP_PREFIX}{group.id}", group.name, Filters(group=group.id))
        for group in seen.readable_groups(actor)
    ]


def find_view(actor: Actor, key: str) -> View:
    """The view of this key. Raises NotFound."""
    for view in [*fixed_views(actor), *group_views(actor)]:
        if view.key == key:
            return view
    raise NotFound(_("There is no such view."), _("Choose one in the menu."))


def of_requester(view: View, requester_id: int, name: str) -> View:
    """The view narrowed to the tickets of one person, whatever their status."""
    narrowed = replace(view.filters, requester=requester_id, is_open=None)
    return replace(view, title=_("Tickets of %(name)s", name=name), filters=narrowed)
