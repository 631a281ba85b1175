"""Canned answers: offered on a ticket, and the pages on which agents keep their own and those of their groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.automation import canned as commands
from helpdesk.automation.canned import NewAnswer
from helpdesk.automation.models import OwnAnswer
from helpdesk.core.errors import Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console import seen
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in, not_offered
from helpdesk.web.forms import Form, own_line
from helpdesk.web.languages import OF_THE_PUBLIC
from workflows.placeholders import PLACEHOLDERS, unknown_in


class AnswerForm(Form):
    title = StringField(filters=[own_line])
    keywords = StringField(filters=[own_line])
    language = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    text = StringField()


class Button(Form):
    """A button."""


@console.get("/tickets/<number>/answers")
def ticket_answers(number: str) -> ResponseReturnValue:
    """What may be put into a reply on this ticket, filled in."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="reply")
    return render_template(
        "console/ticket_answers.html",
        ticket=ticket,
        answers=commands.offered(ticket, actor),
        languages=OF_THE_PUBLIC,
    )


@console.route("/canned-answers", methods=["GET", "POST"])
def own_answers() -> ResponseReturnValue:
    """One's own answers and those of one's groups, and a form for one more."""
    return _edit(None)


@console.route("/canned-answers/<int:answer_id>", methods=["GET", "POST"])
def own_answer(answer_id: int) -> ResponseReturnValue:
    """One of them, to be changed."""
    return _edit(commands.access_answer(current_actor(), answer_id))


@console.post("/canned-answers/<int:answer_id>/remove")
def remove_answer(answer_id: int) -> ResponseReturnValue:
    """Throw one away."""
    form = Button()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    with unit_of_work():
        commands.remove(current_actor(), answer_id)
    flash(_("The answer is thrown away. What was written with it stays."), "ok")
    return redirect(url_for(".own_answers"), code=303)


def canned_text(actor: Actor, ticket: Ticket) -> str:
    """The answer that the address of a ticket's page asks to begin the reply with; nothing most of the time."""
    key = request.args.get("answer", "")
    found = commands.find_offered(ticket, actor, key) if key else None
    return found.text if found else ""


def _edit(row: OwnAnswer | None) -> ResponseReturnValue:
    actor = current_actor()
    if request.method == "GET":
        return _page(actor, row, _values_of(row), {})
    form = AnswerForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            made = commands.write(actor, _typed(form), answer_id=row.id if row else None)
            title, unknown = made.title, unknown_in(made.text)
    except (Invalid, Refused) as error:
        form.refuse(error)
        return _page(actor, row, form.values, form.complaints), error.status
    flash(_("“%(title)s” is kept.", title=title), "ok")
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in dict.fromkeys(unknown))
        flash(_("%(names)s stands for nothing, and is marked before sending.", names=names), "warn")
    return redirect(url_for(".own_answers"), code=303)


def _typed(form: AnswerForm) -> NewAnswer:
    language = form.language.data or "en"
    if language not in OF_THE_PUBLIC:
        raise not_offered("language")
    return NewAnswer(
        title=form.title.data or "",
        text=form.text.data or "",
        language=language,
        keywords=form.keywords.data or "",
        group_id=id_in(form.group.data, field="group"),
    )


def _values_of(row: OwnAnswer | None) -> dict[str, Any]:
    if row is None:
        return {"language": "en", "group": ""}
    return {
        "title": row.title,
        "keywords": row.keywords,
        "language": row.language,
        "group": str(row.group_id or ""),
        "text": row.text,
    }


def _page(
    actor: Actor, row: OwnAnswer | None, values: Mapping[str, Any], errors: Mapping[str, str]
) -> str:
    groups = {group.id: group.name for group in seen.groups()}
    led = [one for one in seen.groups() if one.is_active and actor.holds(one.id, Right.LEAD)]
    return render_template(
        "console/own_answers.html",
        answer=row,
        answers=[
            {
                "row": one,
                "of": groups.get(one.group_id or 0) or _("Your own"),
                "may_change": commands.may_change(actor, one),
            }
            for one in commands.of_actor(actor)
        ],
        groups=[("", _("For yourself alone")), *seen.choices_of(led)],
        languages=list(OF_THE_PUBLIC.items()),
        names=OF_THE_PUBLIC,
        placeholders=[(f"{{{name}}}", _(words)) for name, words in PLACEHOLDERS.items()],
        values=values,
        errors=errors,
    )
