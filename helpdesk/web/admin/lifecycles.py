"""Lifecycles: every type of ticket, and one with its picture, its tables and its strict form."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import StringField

from helpdesk.configuration.editing import save_over
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.tickets import lives, settling
from helpdesk.tickets.moves import field_word, role_word
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.admin.lifecycle_graph import graph_of
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.lifecycle import AfterResolved, Category, Lifecycle, Move, Occasion, Span, Unit
from workflows.lifecycle_fields import EFFECTS, GUARDS
from workflows.lifecycle_shipped import SHIPPED


class StrictForm(Form):
    strict = StringField(filters=[own_line])
    seen = StringField(filters=[own_line])


@admin.get("/lifecycles")
def lifecycles() -> ResponseReturnValue:
    """Every type of ticket and how it lives."""
    written = {version.name for version in store.current(Kind.LIFECYCLE)}
    return render_template(
        "admin/lifecycles.html",
        types=[
            {
                "name": name,
                "title": _(life.title),
                "prefix": life.prefix,
                "states": [(_(state.label), state.category.value) for state in life.states],
                "strict": life.strict,
                "written": name in written,
                "shipped": name in SHIPPED,
            }
            for name, life in lives.lately().in_use.items()
        ],
    )


@admin.get("/lifecycles/<name>")
def lifecycle(name: str) -> ResponseReturnValue:
    """One type: the picture of its lifecycle, and the same as tables."""
    life = access_life(name)
    counts = settling.open_by_status(name)
    return render_template(
        "admin/lifecycle.html",
        name=name,
        title=_(life.title),
        life=life,
        graph=graph_of(life),
        states=[
            {
                "label": _(state.label),
                "name": state.name,
                "category": category_word(state.category),
                "open": counts.get(state.name, 0),
                "is_first": state.name == life.initial,
            }
            for state in life.states
        ],
        moves=[_move(life, number, move) for number, move in enumerate(life.moves, start=1)],
        times=times_in_words(life),
        strays=sum(count for state, count in counts.items() if not life.has(state)),
        written=is_written(name),
        seen=seen_of(name),
    )


@admin.post("/lifecycles/<name>/strict")
def make_strict(name: str) -> ResponseReturnValue:
    """Demand what is offered, or only offer it."""
    access_life(name)
    form = StrictForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    strict = form.strict.data == "yes"
    with unit_of_work():
        save_over(
            Kind.LIFECYCLE,
            name,
            {**lives.body_of(name), "strict": strict},
            seen=number_in(form.seen.data),
            by=current_actor().person_id,
            cause=CAUSE,
            note=_("Strict form") if strict else _("Lenient form"),
        )
    told = _("Moves now demand what they offered.") if strict else _("Moves now only offer it.")
    flash(told, "ok")
    return redirect(url_for(".lifecycle", name=name), code=303)


def access_life(name: str) -> Lifecycle:
    """The lifecycle of a type in use or retired. Raises NotFound."""
    life = lives.lately().by_type.get(name)
    if life is None:
        raise NotFound(_("There is no such type."), _("Choose one of the list."))
    return life


def is_written(name: str) -> bool:
    """Whether an administrator wrote it, so that it has versions."""
    return any(version.name == name for version in store.current(Kind.LIFECYCLE))


def seen_of(name: str) -> int:
    """The number of the newest version, 0 while there is only what was shipped."""
    try:
        return store.versions_of(Kind.LIFECYCLE, name)[0].number
    except NotFound:
        return 0


def number_in(text: str | None) -> int:
    """A number that a form carried; 0 for anything else."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0


def category_word(category: Category) -> str:
    """What a state means, in words."""
    return {
        Category.ACTIVE: _("Being worked on"),
        Category.WAITING_REQUESTER: _("Waits for the requester"),
        Category.WAITING_THIRD_PARTY: _("Waits for a third party"),
        Category.WAITING_INTERNAL: _("Waits inside"),
        Category.RESOLVED: _("Resolved"),
        Category.CLOSED: _("Closed"),
        Category.CANCELLED: _("Cancelled"),
    }[category]


def occasion_word(occasion: Occasion) -> str:
    """What makes the desk move a ticket by itself, in words."""
    return {
        Occasion.REQUESTER_MESSAGE: _("when the requester writes"),
        Occasion.AGENT_MESSAGE: _("at the first answer"),
        Occasion.WAKE: _("when the time it waits for has come"),
        Occasion.AUTO_CLOSE: _("when its days after the solution are over"),
        Occasion.NO_RESPONSE: _("when the requester stays silent"),
        Occasion.LINKED_CLOSED: _("when what it waits for is closed"),
        Occasion.APPROVAL_NEEDED: _("when it needs an approval"),
        Occasion.APPROVED: _("when it is approved"),
        Occasion.REJECTED: _("when it is rejected"),
        Occasion.TASKS_DONE: _("when its last task is done"),
        Occasion.PROTECTED_EDIT: _("when a protected field is edited"),
    }[occasion]


def times_in_words(life: Lifecycle) -> list[str]:
    """What time does to tickets of a type."""
    times, found = life.times, []
    if times.auto_close:
        found.append(
            _("A resolved ticket closes by itself after %(span)s.", span=_days(times.auto_close))
        )
    for span in times.reminders:
        found.append(_("A silent requester is reminded after %(span)s.", span=_days(span)))
    if times.ends_unanswered:
        found.append(
            _("Without an answer it ends after %(span)s.", span=_days(times.ends_unanswered))
        )
    found.append(
        {
            AfterResolved.REOPEN: _("A reply to a resolved ticket reopens it."),
            AfterResolved.ASK: _("A reply to a resolved ticket is left for an agent to judge."),
            AfterResolved.APPEND: _("A reply to a resolved ticket is only kept on it."),
        }[times.after_resolved]
    )
    found.append(
        ngettext(
            "A reply within %(num)d day of closing opens a follow-up with its group and fields.",
            "A reply within %(num)d days of closing opens a follow-up with its group and fields.",
            times.follow_up_days,
        )
    )
    return found


def _days(span: Span) -> str:
    if span.unit is Unit.WORKING_DAYS:
        return ngettext("%(num)d working day", "%(num)d working days", span.days)
    return ngettext("%(num)d day", "%(num)d days", span.days)


def _move(life: Lifecycle, number: int, move: Move) -> dict[str, Any]:
    return {
        "number": number,
        "label": _(move.label),
        "source": [_(life.by_name[state].label) for state in move.source],
        "target": _(life.by_name[move.target].label),
        "by": [role_word(role) for role in sorted(move.by)],
        "kinds": sorted(move.kinds),
        "require": [field_word(life, item) for item in move.require],
        "ask": [field_word(life, item) for item in move.ask],
        "guard": [_(GUARDS[name]) for name in move.guard],
        "auto": [occasion_word(occasion) for occasion in sorted(move.auto)],
        "effect": [_(EFFECTS[name]) for name in move.effect],
    }
