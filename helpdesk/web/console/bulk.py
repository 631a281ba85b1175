"""Changing many tickets at once: each is a piece of work of its own, and what was refused is said."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectMultipleField, StringField

from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock_version
from helpdesk.tickets.moves import MoveRefused
from helpdesk.web.auth import current_actor
from helpdesk.web.console import bulk_met, changing
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in, status_in
from helpdesk.web.forms import Form, own_line
from helpdesk.web.navigation import own_path

MOST_TOGETHER = 200
MOST_REASONS = 10


class BulkForm(Form):
    ticket = SelectMultipleField(validate_choice=False)
    back = StringField()
    assignee = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    status = StringField(filters=[own_line])
    priority = StringField(filters=[own_line])
    tag = StringField(filters=[own_line])


@dataclass
class Outcome:
    """What became of the tickets that were chosen: how many changed, and why others did not."""

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    # Tickets that somebody else changed since the list was read, by number and the version that it showed.
    met: dict[str, int] = field(default_factory=dict)


@console.post("/tickets/bulk")
def bulk() -> ResponseReturnValue:
    """Change the chosen tickets."""
    actor = current_actor()
    form = BulkForm()
    back = own_path(form.back.data) or url_for("console.tickets")
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    changes = _changes(form)
    chosen = list(dict.fromkeys(request.form.getlist("ticket")))
    if len(chosen) > MOST_TOGETHER:
        raise Invalid(
            _("At most %(num)s tickets can be changed at once.", num=MOST_TOGETHER),
            _("Choose fewer."),
        )
    if not chosen or changes.is_empty:
        flash(_("Choose tickets, and what to change about them."), "warn")
        return redirect(back, code=303)
    outcome = _change_each(actor, chosen, changes)
    _tell(outcome)
    if outcome.met:
        chosen_words = bulk_met.chosen_in(actor, form.values)
        return bulk_met.page(actor, outcome.met, chosen_words, form.values, back), Conflict.status
    return redirect(back, code=303)


def _changes(form: BulkForm) -> changing.Changes:
    return changing.Changes(
        assignee=id_in(form.assignee.data, field="assignee"),
        group=id_in(form.group.data, field="group"),
        status=status_in(form.status.data),
        priority=id_in(form.priority.data, field="priority"),
        tag=form.tag.data or None,
        because=_("Set for several tickets at once"),
    )


def _change_each(actor: Actor, chosen: list[str], changes: changing.Changes) -> Outcome:
    outcome = Outcome()
    for entry in chosen:
        number, _at, version = entry.partition("@")
        try:
            _change_one(actor, number, version, changes)
        except Conflict as error:
            if isinstance(error, MoveRefused) or not version.isdigit():
                outcome.refused.append((number[:20], _why(error)))
            else:
                outcome.met[number[:20]] = int(version)
        except DomainError as error:
            outcome.refused.append((number[:20], _why(error)))
        else:
            outcome.done += 1
    return outcome


def _why(error: DomainError) -> str:
    """Why one was left alone; of a move, what it lacks."""
    return f"{error.title} {error.advice}" if isinstance(error, MoveRefused) else error.title


def _change_one(actor: Actor, number: str, version: str, changes: changing.Changes) -> None:
    """A list says which version of each ticket it showed; a ticket that changed since is left alone."""
    with unit_of_work():
        ticket = access_ticket(actor, number, to="edit")
        seen = id_in(version, field="ticket")
        if seen is None:
            raise Invalid(
                _("This form does not say which version of the ticket it was made for."),
                _("Choose the ticket in the list again."),
            )
        changing.apply(lock_version(ticket.id, seen), changes, actor)


def _tell(outcome: Outcome) -> None:
    if outcome.done:
        flash(ngettext("%(num)s ticket changed.", "%(num)s tickets changed.", outcome.done), "ok")
    if outcome.refused:
        reasons = "; ".join(f"{number}: {why}" for number, why in outcome.refused[:MOST_REASONS])
        left = len(outcome.refused)
        flash(
            ngettext(
                "%(num)s ticket was left as it is. %(reasons)s",
                "%(num)s tickets were left as they are. %(reasons)s",
                left,
                reasons=reasons,
            ),
            "warn",
        )
