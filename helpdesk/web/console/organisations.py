"""Organisations that requesters belong to, and agencies that groups belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import queries
from helpdesk.people.commands import create_agency, create_organisation
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line


class OrganisationForm(Form):
    name = StringField(filters=[own_line])
    note = StringField()


class AgencyForm(OrganisationForm):
    address = StringField(filters=[own_line])
    signature = StringField()


@console.route("/organisations", methods=["GET", "POST"])
def organisations() -> ResponseReturnValue:
    """The bodies that requesters belong to, and a form for one more."""
    if request.method == "GET":
        return _organisations({}, {})
    form = OrganisationForm()
    try:
        _require(form)
        with unit_of_work():
            create_organisation(
                form.name.data or "", note=form.note.data or "", actor=current_actor()
            )
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _organisations(form.values, form.complaints), error.status
    flash(_("%(name)s was added.", name=form.name.data), "ok")
    return redirect(url_for(".organisations"), code=303)


@console.route("/agencies", methods=["GET", "POST"])
def agencies() -> ResponseReturnValue:
    """Departments and partner bodies, and a form for one more."""
    if request.method == "GET":
        return _agencies({}, {})
    form = AgencyForm()
    try:
        _require(form)
        with unit_of_work():
            create_agency(
                form.name.data or "",
                address=form.address.data or "",
                signature=form.signature.data or "",
                note=form.note.data or "",
                actor=current_actor(),
            )
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _agencies(form.values, form.complaints), error.status
    flash(_("%(name)s was added.", name=form.name.data), "ok")
    return redirect(url_for(".agencies"), code=303)


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))


def _organisations(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    return render_template(
        "console/bodies.html",
        title=_("Organisations"),
        about=_("The bodies that requesters belong to, such as a school or a supplier."),
        add=_("Add an organisation"),
        action=url_for(".organisations"),
        bodies=queries.organisations(),
        has_address=False,
        values=values,
        errors=errors,
    )


def _agencies(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    return render_template(
        "console/bodies.html",
        title=_("Agencies"),
        about=_("Departments and partner bodies, each with groups of its own."),
        add=_("Add an agency"),
        action=url_for(".agencies"),
        bodies=queries.agencies(),
        has_address=True,
        values=values,
        errors=errors,
    )
