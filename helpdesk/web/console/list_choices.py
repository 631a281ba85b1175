"""How one has one's lists: their columns and density, and the order in which one left each that everybody has."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectMultipleField, StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.models import Person
from helpdesk.people.preferences import choose_part
from helpdesk.tickets.queries import Sort
from helpdesk.views import showing
from helpdesk.views.ordering import keep_order
from helpdesk.web.auth import current_actor
from helpdesk.web.console import views
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line
from helpdesk.web.navigation import own_path


class ListForm(Form):
    columns = SelectMultipleField(validate_choice=False)
    density = StringField(filters=[own_line])
    back = StringField(filters=[own_line])


class OrderForm(Form):
    view = StringField(filters=[own_line])
    sort = StringField(filters=[own_line])
    back = StringField(filters=[own_line])


@console.post("/me/list")
def choose_list() -> ResponseReturnValue:
    """Keep how one has one's lists: columns and density."""
    form = ListForm()
    _require(form)
    columns = showing.known_columns(form.columns.data or ())
    density = form.density.data if form.density.data in showing.DENSITIES else ""
    kept = {"columns": list(columns), "density": density}
    with unit_of_work():
        choose_part(db.session.get_one(Person, current_actor().person_id), "list", kept)
    return redirect(own_path(form.back.data) or url_for("console.tickets"), code=303)


@console.post("/me/order")
def choose_order() -> ResponseReturnValue:
    """Remember in which order one left a list that everybody has."""
    form, actor = OrderForm(), current_actor()
    _require(form)
    if form.sort.data not in set(Sort):
        raise Invalid(_("There is no such order."), _("Choose one of the list."), field="sort")
    view = views.find_built_in(actor, form.view.data or "")
    assert isinstance(view.sort, Sort)
    with unit_of_work():
        keep_order(actor, view.key, Sort(form.sort.data), view.sort)
    if "HX-Request" in request.headers:
        return "", 204
    return redirect(own_path(form.back.data) or view.url, code=303)


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
