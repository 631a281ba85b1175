"""What people need, and who speaks for whom: shown on a person's page, noted and ended there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from wtforms import BooleanField, SelectMultipleField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import representing
from helpdesk.people import needs as people_needs
from helpdesk.people import representing as words_for
from helpdesk.people.access import Actor
from helpdesk.people.addresses import normalise_email
from helpdesk.people.bond_models import (
    NeedKind,
    NeedSource,
    PersonNeed,
    Relation,
    Representative,
    Scope,
)
from helpdesk.people.commands import find_or_register
from helpdesk.people.models import Person
from helpdesk.people.queries import access_person
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import numbers_of
from helpdesk.web.auth import current_actor
from helpdesk.web.console import menus
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import member_in
from helpdesk.web.console.need_words import (
    channel_words,
    need_value_words,
    need_word,
    source_word,
)
from helpdesk.web.forms import Form, own_line

Typed = TypeVar("Typed", bound=Form)


class NeedForm(Form):
    kind = StringField(filters=[own_line])
    value = StringField(filters=[own_line])
    channel = StringField(filters=[own_line])
    source = StringField(filters=[own_line])
    consent = BooleanField()


class DropForm(Form):
    kind = StringField(filters=[own_line])


class RepresentativeForm(Form):
    who = StringField(filters=[own_line])
    name = StringField(filters=[own_line])
    relation = StringField(filters=[own_line])
    scope = StringField(filters=[own_line])
    ticket_types = SelectMultipleField(validate_choice=False)
    ticket = StringField(filters=[own_line])
    ends_on = StringField(filters=[own_line])
    evidence = StringField()


@console.route("/people/<int:person_id>/needs", methods=["GET", "POST"])
def note_need(person_id: int) -> ResponseReturnValue:
    """Note what a person needs from us, with their consent."""
    return _bond_form(
        person_id, NeedForm(), "console/person_need.html", _note_need, _need_options()
    )


@console.post("/people/<int:person_id>/needs/drop")
def drop_need(person_id: int) -> ResponseReturnValue:
    """Keep a need no longer."""
    actor = current_actor()
    found = access_person(actor, person_id)
    form = DropForm()
    _require(form)
    kind = member_in(NeedKind, form.kind.data, field="kind")
    with unit_of_work():
        if kind is not None:
            people_needs.drop_need(db.session.get_one(Person, found.id), kind, actor=actor)
    flash(_("It is kept no longer."), "ok")
    return redirect(url_for(".person", person_id=found.id), code=303)


@console.route("/people/<int:person_id>/representatives", methods=["GET", "POST"])
def name_representative(person_id: int) -> ResponseReturnValue:
    """Name somebody who may speak for a person."""
    return _bond_form(
        person_id,
        RepresentativeForm(),
        "console/person_representative.html",
        _name_representative,
        _representative_options(),
    )


@console.post("/people/<int:person_id>/representatives/<int:row_id>/end")
def end_representative(person_id: int, row_id: int) -> ResponseReturnValue:
    """Let somebody speak for a person no longer, from now on."""
    actor = current_actor()
    found = access_person(actor, person_id)
    require_bare_form()
    with unit_of_work():
        row = representing.access_representation(found, row_id)
        representing.end_representation(row, actor=actor)
    flash(_("They may speak for %(name)s no longer.", name=found.name), "ok")
    return redirect(url_for(".person", person_id=found.id), code=303)


def needs_context(person: Person) -> list[dict[str, Any]]:
    """What a person needs, as their page and the panel beside a ticket show it."""
    return needs_shown(people_needs.rows_of(person.id))


def needs_shown(rows: Sequence[PersonNeed]) -> list[dict[str, Any]]:
    """These needs in words, with how we know of them."""
    return [
        {
            "kind": row.kind.value,
            "label": need_word(row.kind.value),
            "value": need_value_words(row.kind.value).get(row.value, row.value),
            "source": source_word(row.source),
            "consent_at": row.consent_at,
        }
        for row in rows
    ]


def representatives_context(person: Person, actor: Actor) -> dict[str, Any]:
    """Who speaks for a person and for whom they speak."""
    of_them, for_others = words_for.of_person(person.id), words_for.for_whom(person.id)
    named = [row.ticket_id for row in (*of_them, *for_others) if row.ticket_id is not None]
    numbers = numbers_of(actor, set(named))
    return {
        "representatives": [_row(one, one.representative, numbers) for one in of_them],
        "represents": [_row(one, one.person, numbers) for one in for_others],
    }


def _row(row: Representative, who: Person, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": who.name,
        "url": url_for("console.person", person_id=who.id),
        "relation": words_for.relation_word(row.relation),
        "scope": _scope(row, numbers),
        "until": format_date(row.ends_on, words_for.DAY) if row.ends_on else "",
        "is_held": words_for.is_held(row),
        "evidence": row.evidence,
    }


def _scope(row: Representative, numbers: dict[int, str]) -> str:
    if row.scope is Scope.ALL:
        return str(_("in all matters"))
    if row.scope is Scope.TICKET:
        number = numbers.get(row.ticket_id or 0)
        return str(_("on %(number)s only", number=number) if number else _("on one ticket only"))
    labels = dict(menus.types())
    kinds = ", ".join(str(labels.get(kind, kind)) for kind in row.ticket_types)
    return str(_("on these types: %(types)s", types=kinds))


def _note_need(found: Person, form: NeedForm, actor: Actor) -> str:
    kind = member_in(NeedKind, form.kind.data, field="kind")
    if kind is None:
        raise Invalid(_("Say what they need."), field="kind")
    value = form.channel.data if kind is NeedKind.PREFERRED_CHANNEL else form.value.data
    people_needs.note_need(
        found,
        kind,
        value or "",
        source=member_in(NeedSource, form.source.data, field="source") or NeedSource.SAID,
        consents=bool(form.consent.data),
        actor=actor,
    )
    return str(_("Noted. The desk reminds whoever writes or calls."))


def _name_representative(found: Person, form: RepresentativeForm, actor: Actor) -> str:
    relation = member_in(Relation, form.relation.data, field="relation")
    if relation is None:
        raise Invalid(_("Say what they are to this person."), field="relation")
    try:
        normalise_email(form.who.data or "")
    except Invalid as unfit:
        raise Invalid(unfit.title, unfit.advice, field="who") from None
    scope = member_in(Scope, form.scope.data, field="scope") or Scope.ALL
    who = find_or_register(form.who.data or "", form.name.data or "", cause="console")
    standing = representing.Standing(
        relation=relation,
        scope=scope,
        ticket_types=form.ticket_types.data or (),
        ticket=_ticket(actor, form.ticket.data) if scope is Scope.TICKET else None,
        ends_on=_day(form.ends_on.data),
        evidence=form.evidence.data or "",
    )
    representing.name_representative(found, who, standing, actor=actor)
    return str(_("%(name)s may speak for %(person)s now.", name=who.name, person=found.name))


def _ticket(actor: Actor, number: str | None) -> Ticket | None:
    try:
        return access_ticket(actor, number or "")
    except NotFound as missing:
        raise Invalid(missing.title, missing.advice, field="ticket") from None


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            _("This is no date."), _("For example: 2027-01-31."), field="ends_on"
        ) from None


def _bond_form(
    person_id: int,
    form: Typed,
    template: str,
    keep: Callable[[Person, Typed, Actor], str],
    options: dict[str, Any],
) -> ResponseReturnValue:
    """Show a form about a person, or keep what it says; what cannot be used comes back with all that was typed."""
    actor = current_actor()
    found = access_person(actor, person_id)
    if request.method == "GET":
        return render_template(template, person=found, values={}, errors={}, options=options)
    try:
        _require(form)
        with unit_of_work():
            said = keep(db.session.get_one(Person, found.id), form, actor)
    except (Invalid, Conflict) as error:
        return _again(found, form, template, options, error)
    flash(said, "ok")
    return redirect(url_for(".person", person_id=found.id), code=303)


def _again(
    found: Person, form: Form, template: str, options: dict[str, Any], error: DomainError
) -> ResponseReturnValue:
    form.refuse(error)
    page = render_template(
        template,
        person=db.session.merge(found),
        values=form.values,
        errors=form.complaints,
        options=options,
    )
    return page, error.status


def _need_options() -> dict[str, Any]:
    return {
        "kind": [(kind.value, need_word(kind.value)) for kind in NeedKind],
        "channel": [("", _("Choose")), *channel_words().items()],
        "source": [(one.value, source_word(one)) for one in NeedSource],
    }


def _representative_options() -> dict[str, Any]:
    return {
        "relation": [(one.value, words_for.relation_word(one)) for one in Relation],
        "scope": [
            (Scope.ALL.value, _("In all matters")),
            (Scope.TYPES.value, _("On these types of tickets")),
            (Scope.TICKET.value, _("On one ticket")),
        ],
        "ticket_types": menus.types(),
    }


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
