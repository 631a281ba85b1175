"""Drafts: kept while an agent types, listed, and thrown away."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, StringField

from helpdesk.composing import drafts as commands
from helpdesk.composing.drafts import DETAILS, KINDS, Kept, Listed, Written
from helpdesk.composing.plain import choose_plain
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.siding import side_on
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in
from helpdesk.web.console.planned import own_planned, undo_choices
from helpdesk.web.console.said import said_in
from helpdesk.web.forms import Form, own_line


class DraftForm(Form):
    """What a window of the composer holds."""

    text = StringField()
    html = StringField()
    to = StringField()
    cc = StringField()
    bcc = StringField()
    way = StringField(filters=[own_line])
    status = StringField(filters=[own_line])
    subject = StringField(filters=[own_line])
    passed = StringField(filters=[own_line])
    passed_file = StringField(filters=[own_line])
    writer = StringField(filters=[own_line])
    known = StringField(filters=[own_line])


class PlainForm(Form):
    """Whether one writes plain text."""

    plain = BooleanField()


class Button(Form):
    """A button."""


@console.get("/drafts")
def drafts() -> ResponseReturnValue:
    """All that one has begun to write."""
    actor = current_actor()
    return render_template(
        "console/drafts.html",
        drafts=[(one, _place(one)) for one in commands.all_of(actor)],
        planned=own_planned(actor),
        undo=str(actor.undo_seconds),
        undo_choices=undo_choices(),
    )


@console.get("/drafts/numbers")
def draft_numbers() -> ResponseReturnValue:
    """On which tickets one has a draft, for the marks of a list."""
    return jsonify({"numbers": sorted({one.number for one in commands.all_of(current_actor())})})


@console.post("/tickets/<number>/drafts/<draft_kind>")
def keep_draft(number: str, draft_kind: str) -> ResponseReturnValue:
    """Keep what stands in the composer; 409 with the other words where another window wrote there meanwhile."""
    actor, form = current_actor(), DraftForm()
    found = access_ticket(actor, number, to=_deed(draft_kind))
    side_id = commands.side_in(draft_kind)
    if side_id is not None:
        side_on(found, side_id)
    _require(form)
    written = written_in(form.values)
    with unit_of_work():
        kept = commands.keep(actor.person_id, found.id, draft_kind, written)
    return _answer(kept), (409 if kept.met else 200)


@console.post("/tickets/<number>/drafts/<draft_kind>/discard")
def discard_draft(number: str, draft_kind: str) -> ResponseReturnValue:
    """Throw a draft away; also one's own on a ticket that takes no more words."""
    actor, form = current_actor(), Button()
    found = access_ticket(actor, number)
    _deed(draft_kind)
    _require(form)
    with unit_of_work():
        commands.discard(actor.person_id, found.id, draft_kind)
    flash(_("The draft is thrown away."), "ok")
    return redirect(url_for(".ticket", number=number), code=303)


@console.post("/drafts/plain-text")
def choose_plain_text() -> ResponseReturnValue:
    """Whether one's own replies are written in plain text; the composer asks as its switch is pressed."""
    form = PlainForm()
    _require(form)
    with unit_of_work():
        person = db.session.get_one(Person, current_actor().person_id)
        choose_plain(person, on=bool(form.plain.data))
    return "", 204


def written_in(values: dict[str, Any]) -> Written:
    """What the fields of a form say of a draft."""
    said = said_in(values)
    return Written(
        text=said.text,
        writer=(values.get("writer") or "")[:40],
        known=id_in(values.get("known"), field="known") or 0,
        details={
            **{name: str(values[name])[: commands.LONGEST] for name in DETAILS if values.get(name)},
            "html": said.html,
        },
    )


def _place(one: Listed) -> str:
    """Where a draft is written on."""
    side_id = commands.side_in(one.kind)
    if side_id is not None:
        return url_for(".side", number=one.number, side_id=side_id, _anchor="composer")
    if one.kind == "forward":
        return url_for(".forward", number=one.number)
    return url_for(".ticket", number=one.number, _anchor="composer")


def _deed(kind: str) -> str:
    deed = KINDS.get(kind) if commands.side_in(kind) is None else KINDS["forward"]
    if deed is None:
        raise NotFound(_("There is no such draft."), _("Open the ticket again."))
    return deed


def _answer(kept: Kept) -> Any:
    return jsonify(
        {
            "version": kept.version,
            "at": kept.at.isoformat(),
            "text": kept.text,
            "html": kept.html,
        }
    )


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
