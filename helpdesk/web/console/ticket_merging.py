"""Merging tickets: which stays, what comes to it, who will be written to; then doing it, with undo."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectMultipleField, StringField

from helpdesk.core.errors import Conflict, DomainError, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.operations import merge_preview, merges
from helpdesk.operations.models import Operation
from helpdesk.people.access import Actor
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock_version
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in
from helpdesk.web.forms import Form, own_line

MOST_TOGETHER = 20
_APART = re.compile(r"[\s,;]+")


class MergeForm(Form):
    """`ticket` has each as number@version, as the preview showed it; `into` the number of the one that stays."""

    ticket = SelectMultipleField(validate_choice=False)
    into = StringField(filters=[own_line])


@console.get("/tickets/merge")
def merge_tickets() -> ResponseReturnValue:
    """Choose tickets and which of them stays, and look at what merging them would do."""
    actor = current_actor()
    asked = [one for text in request.args.getlist("ticket") for one in _APART.split(text) if one]
    return _page(actor, asked, request.args.get("into", "").strip())


@console.post("/tickets/merge")
def do_merge_tickets() -> ResponseReturnValue:
    """Merge as it was shown; a ticket that changed since is looked at again first."""
    actor, form = current_actor(), MergeForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    shown = dict(_seen(one) for one in form.ticket.data or ())
    into = (form.into.data or "").upper()
    tickets = [access_ticket(actor, number, to="move") for number in shown]
    if len(tickets) < 2 or into not in shown:
        raise Invalid(_("Choose the tickets to merge, and which of them stays."))
    try:
        done, count = _merge(actor, tickets, into, shown), len(tickets) - 1
    except (Conflict, Invalid) as error:
        return _page(actor, list(shown), into, error)
    said = ngettext(
        "%(num)s ticket was merged into %(number)s.",
        "%(num)s tickets were merged into %(number)s.",
        count,
        number=into,
    )
    flash_done(said, done)
    return redirect(url_for(".ticket", number=into), code=303)


def _merge(actor: Actor, tickets: Sequence[Ticket], into: str, shown: dict[str, int]) -> Operation:
    with unit_of_work():
        locked = {
            one.number: lock_version(one.id, shown[one.number])
            for one in sorted(tickets, key=lambda one: one.id)
        }
        target = locked.pop(into)
        return merges.merge(list(locked.values()), target, actor=actor, cause=CAUSE)


def _page(
    actor: Actor, asked: Sequence[str], into: str, error: DomainError | None = None
) -> ResponseReturnValue:
    numbers = list(dict.fromkeys(one.partition("@")[0].upper() for one in asked))[:MOST_TOGETHER]
    tickets, missing = _found(actor, numbers)
    target = next((one for one in tickets if one.number == into.upper()), _eldest(tickets))
    others = [one for one in tickets if target is not None and one.id != target.id]
    shown = merge_preview.preview(actor, others, target) if target and others else None
    page = render_template(
        "console/merge.html",
        tickets=tickets,
        typed=" ".join(numbers),
        missing=missing,
        preview=shown,
        into=target.number if target else "",
        error=f"{error.title} {error.advice}" if error else "",
    )
    return page, error.status if error else 200


def _found(actor: Actor, numbers: Sequence[str]) -> tuple[list[Ticket], list[str]]:
    """The tickets that the actor may move, and the numbers that are none of theirs to see."""
    found, missing = [], []
    for number in numbers:
        try:
            found.append(access_ticket(actor, number, to="move"))
        except NotFound:
            missing.append(number[:20])
    return found, missing


def _eldest(tickets: Sequence[Ticket]) -> Ticket | None:
    """The one that stays unless somebody says otherwise: where people have waited longest, and one that is open."""
    return min(tickets, key=lambda one: (not one.is_open, one.id), default=None)


def _seen(entry: str) -> tuple[str, int]:
    number, _at, version = entry.partition("@")
    return number.upper(), id_in(version, field="ticket") or 0
