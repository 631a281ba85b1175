"""The views of the list: what each is called and which tickets it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from helpdesk.core.errors import Invalid, NotFound
from helpdesk.people.access import Actor
from helpdesk.tickets.own_fields import ByField
from helpdesk.tickets.queries import Filters, Sort
from helpdesk.views import own_fields, store
from helpdesk.views.asking import sql_of
from helpdesk.views.commands import access_view
from helpdesk.views.models import Counting, SavedView
from helpdesk.views.ordering import order_left
from helpdesk.views.showing import Shown, shown_to
from helpdesk.views.words import look_of
from helpdesk.web.console import seen
from helpdesk.web.moments import ago

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
    sort: Sort | ByField = Sort.ACTIVITY
    saved: store.View | None = None

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


def of_saved(saved: store.View) -> View:
    """A view that somebody made."""
    question = saved.question
    return View(
        saved.key,
        saved.title,
        Filters(is_open=True if question and question.is_open else None),
        _counted_note(saved),
        sort=order_of(saved.sort),
        saved=saved,
    )


def _counted_note(saved: store.View) -> str:
    """How old the number of a view is, where it does not follow its tickets at once."""
    if saved.counting is not Counting.SWEPT or saved.counted_at is None:
        return ""
    return str(_("The number in the menu was counted: %(ago)s.", ago=ago(saved.counted_at)))


def order_of(name: str) -> Sort | ByField:
    """The order of a view; the usual one where its field is no longer there. A query for that of an added field."""
    if name in set(Sort):
        return Sort(name)
    return own_fields.order_named(name) or Sort.ACTIVITY


def where_of(actor: Actor, view: View) -> ColumnElement[bool] | None:
    """What a view asks of tickets beside its filters. Raises Invalid for one whose query means nothing any more."""
    if view.saved is None:
        return None
    if view.saved.question is None:
        raise Invalid(
            _("The query of this view means nothing any more."),
            _("Whoever looks after it can write another."),
        )
    question = view.saved.question
    look = look_of(actor, only_open=question.is_open)
    g.limits_of_words = look.limits
    return sql_of(question.condition.part, actor.person_id, look)


def limits_of_words() -> list[str]:
    """Why the list of this request may lack tickets that have its words."""
    found: list[str] = g.get("limits_of_words", [])
    return found


def shown_for(actor: Actor, view: View) -> Shown:
    """How a reader has this list: as the view says, else as they have all of theirs."""
    saved = view.saved
    if saved is None:
        return shown_to(actor.choices)
    return shown_to(
        actor.choices, columns=saved.columns, grouping=saved.grouping, density=saved.density
    )


def find_view(actor: Actor, key: str) -> View:
    """The view of this key. Raises NotFound."""
    number = key.removeprefix(store.KEY_PREFIX)
    if number != key and number.isascii() and number.isdigit() and len(number) < 16:
        return of_saved(store.view_of(_saved_view(actor, int(number))))
    found = find_built_in(actor, key)
    assert isinstance(found.sort, Sort)
    return replace(found, sort=order_left(actor, key, found.sort))


def _saved_view(actor: Actor, view_id: int) -> SavedView:
    try:
        return access_view(actor, view_id)
    except NotFound as error:
        raise NotFound(
            _("This view is not there any more."),
            _(
                "Somebody deleted it or shares it with you no longer; its tickets are where they were. Choose another in the menu."
            ),
        ) from error


def find_built_in(actor: Actor, key: str) -> View:
    """The list of this key that everybody has, in its usual order. Raises NotFound."""
    for view in [*fixed_views(actor), *group_views(actor)]:
        if view.key == key:
            return view
    raise NotFound(_("There is no such view."), _("Choose one in the menu."))


def of_requester(view: View, requester_id: int, name: str) -> View:
    """The view narrowed to the tickets of one person, whatever their status."""
    narrowed = replace(view.filters, requester=requester_id, is_open=None)
    return replace(view, title=_("Tickets of %(name)s", name=name), filters=narrowed)
