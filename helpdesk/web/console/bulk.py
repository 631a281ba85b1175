"""Changing many tickets at once: looked at first, done as one act, and undone as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import BooleanField, SelectMultipleField, StringField

from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.operations import bulk as operations
from helpdesk.operations.access import access_operation
from helpdesk.operations.bulk import Chosen, Outcome, Wanted
from helpdesk.people.access import Actor
from helpdesk.web.auth import current_actor
from helpdesk.web.console import bulk_met, bulk_words, changing
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in, status_in, type_in
from helpdesk.web.console.macros import said
from helpdesk.web.console.whole_list import MOST_OF_A_LIST, tickets_of_list
from helpdesk.web.forms import Form, own_line
from helpdesk.web.navigation import own_path

MOST_TOGETHER = 200
MOST_REASONS = 10
LOOK, MERGE, MACRO = "look", "merge", "macro"
NAMES = ("assignee", "group", "status", "priority", "type", "tag", "untag", "macro")

# Numbers, each with why it is left alone.
Refusals = Sequence[tuple[str, str]]


class BulkForm(Form):
    """`deed` is "look" for what would be done, "merge" and "macro" for the pages that ask which; "" does it.

    `all` means the whole list of `back`, and `seen` what that was when it was looked at, each with its version.
    """

    ticket = SelectMultipleField(validate_choice=False)
    all = BooleanField()
    seen = StringField()
    deed = StringField(filters=[own_line])
    back = StringField()
    assignee = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    status = StringField(filters=[own_line])
    priority = StringField(filters=[own_line])
    type = StringField(filters=[own_line])
    tag = StringField(filters=[own_line])
    untag = StringField(filters=[own_line])
    macro = StringField(filters=[own_line])


@console.post("/tickets/bulk")
def bulk() -> ResponseReturnValue:
    """Look at what changing the chosen tickets would do, or do it."""
    actor, form = current_actor(), BulkForm()
    back = own_path(form.back.data) or url_for("console.tickets")
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    if form.deed.data == MERGE:
        numbers = [one.partition("@")[0] for one in request.form.getlist("ticket")]
        return redirect(url_for(".merge_tickets", ticket=numbers), code=303)
    if form.deed.data == MACRO:
        return _choose_macro(form, back, len(_chosen(actor, form, back)[0]))
    wanted = _wanted(form)
    chosen, missing = _chosen(actor, form, back)
    if not (chosen or missing) or wanted.is_empty:
        flash(_("Choose tickets, and what to change about them."), "warn")
        return redirect(back, code=303)
    if form.deed.data == LOOK:
        return _look(actor, form, back, chosen, missing, wanted)
    if form.all.data:
        looked = _seen_in(form.seen.data or "")
        if set(looked) != {one.ticket_id for one in chosen}:
            flash(_("The list changed while you looked. Look again."), "warn")
            return _look(actor, form, back, chosen, missing, wanted)
        chosen = [Chosen(one.ticket_id, looked[one.ticket_id]) for one in chosen]
    with unit_of_work():
        outcome = operations.change(actor, chosen, wanted)
    answer = _say(outcome, missing, back)
    if outcome.met:
        words = bulk_words.wanted_words(wanted)
        return bulk_met.page(actor, outcome.met, words, form.values, back), Conflict.status
    return answer


@console.post("/operations/<int:operation_id>/stop")
def stop_operation(operation_id: int) -> ResponseReturnValue:
    """Stop a change of many tickets where it is."""
    actor = current_actor()
    found = access_operation(actor, operation_id)
    if not Form().is_valid():
        raise Invalid(_("The form sent something we did not ask for."))
    with unit_of_work():
        operations.stop(found.id, actor=actor)
    flash(_("Stopped. What was done so far stays, and can be undone."), "ok")
    return redirect(url_for(".operation", operation_id=operation_id), code=303)


def _wanted(form: BulkForm) -> Wanted:
    changes = changing.Changes(
        assignee=id_in(form.assignee.data, field="assignee"),
        group=id_in(form.group.data, field="group"),
        status=status_in(form.status.data),
        priority=id_in(form.priority.data, field="priority"),
        type=type_in(form.type.data),
        tag=form.tag.data or None,
        untag=form.untag.data or None,
        because=_("Set for several tickets at once"),
    )
    return Wanted(changes, form.macro.data or "")


def _chosen(actor: Actor, form: BulkForm, back: str) -> tuple[list[Chosen], Refusals]:
    """The tickets that are meant and there; and the numbers of those that are not, with the reason."""
    if form.all.data:
        whole = tickets_of_list(actor, back)
        return [Chosen(ticket_id, version) for ticket_id, version in whole.items()], []
    entries = list(dict.fromkeys(request.form.getlist("ticket")))
    if len(entries) > MOST_TOGETHER:
        raise Invalid(
            _("At most %(num)s tickets can be changed at once.", num=MOST_TOGETHER),
            _("Choose fewer."),
        )
    asked: list[tuple[str, int | None]] = []
    unfit: list[tuple[str, str]] = []
    for entry in entries:
        number, _at, version = entry.partition("@")
        seen = id_in(version, field="ticket")
        if seen is None:
            unfit.append((number[:20], _("Choose the ticket in the list again.")))
        else:
            asked.append((number, seen))
    found, missing = operations.choose(actor, asked)
    gone = _("There is no such ticket.")
    return found, [*unfit, *((number[:20], gone) for number in missing)]


def _choose_macro(form: BulkForm, back: str, count: int) -> ResponseReturnValue:
    """The macros that are in use; which of the tickets one is not for, is seen when it is looked at."""
    return render_template(
        "console/bulk_macro.html",
        macros=[
            {
                "name": one.name,
                "title": one.title,
                "description": str(one.body.get("description") or ""),
                "deeds": [deed.describe(said) for deed in one.value.do],
            }
            for one in store.current(Kind.MACRO)
            if one.value.active
        ],
        count=count,
        entries=request.form.getlist("ticket"),
        is_all=bool(form.all.data),
        back=back,
    )


def _look(
    actor: Actor,
    form: BulkForm,
    back: str,
    chosen: Sequence[Chosen],
    missing: Refusals,
    wanted: Wanted,
) -> ResponseReturnValue:
    looks = operations.look(actor, chosen, wanted)
    met = {
        one.number: each.seen or 0 for one, each in zip(looks, chosen, strict=False) if one.is_met
    }
    if met and len(met) == len(chosen):
        words = bulk_words.wanted_words(wanted)
        return bulk_met.page(actor, met, words, form.values, back), Conflict.status
    return render_template(
        "console/bulk.html",
        wanted=bulk_words.wanted_words(wanted),
        looks=bulk_words.shown(looks),
        counts=bulk_words.counts_of(looks, len(chosen), len(missing)),
        reasons=Counter(
            [*(one.why_not for one in looks if one.why_not), *(w for _n, w in missing)]
        ),
        missing=missing,
        is_all=bool(form.all.data),
        seen=" ".join(f"{one.ticket_id}@{one.seen}" for one in chosen) if form.all.data else "",
        entries=[] if form.all.data else request.form.getlist("ticket"),
        fields={name: form[name].data for name in NAMES if form[name].data},
        back=back,
        most=MOST_OF_A_LIST,
        has_macro=bool(wanted.macro),
    )


def _seen_in(text: str) -> dict[int, int]:
    """The tickets of a list as it was looked at, each with its version. Raises Invalid."""
    found = {}
    for one in text.split()[: MOST_OF_A_LIST + 1]:
        ticket_id, _at, version = one.partition("@")
        found[id_in(ticket_id, field="seen") or 0] = id_in(version, field="seen") or 0
    return found


def _say(outcome: Outcome, missing: Refusals, back: str) -> ResponseReturnValue:
    if outcome.operation is not None and not outcome.done:
        here = url_for(".operation", operation_id=outcome.operation.id)
        flash(_("Begun. It goes on by itself; you may leave this page."), "ok")
        return redirect(here, code=303)
    if outcome.done:
        said = ngettext("%(num)s ticket changed.", "%(num)s tickets changed.", outcome.done)
        flash_done(said, outcome.operation)
    refused = [*outcome.refused, *missing]
    if refused:
        _tell_refused(refused)
    if not outcome.done and not refused and not outcome.met:
        flash(_("Nothing was to be changed: all of them are so already."), "info")
    return redirect(back, code=303)


def _tell_refused(refused: Sequence[tuple[str, str]]) -> None:
    reasons = "; ".join(f"{number}: {why}" for number, why in refused[:MOST_REASONS])
    flash(
        ngettext(
            "%(num)s ticket was left as it is. %(reasons)s",
            "%(num)s tickets were left as they are. %(reasons)s",
            len(refused),
            reasons=reasons,
        ),
        "warn",
    )
