"""Marks on a person's addresses, taken away because somebody knows better."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import reachability
from helpdesk.people.commands import vouch_for_contact_point
from helpdesk.people.models import Person
from helpdesk.people.queries import access_person
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import not_offered
from helpdesk.web.forms import Form, own_line

MARK, COMPLAINT, THEIRS = "mark", "complaint", "theirs"


class MarkForm(Form):
    what = StringField(filters=[own_line])


@console.post("/people/<int:person_id>/contact-points/<int:point_id>")
def clear_mark(person_id: int, point_id: int) -> ResponseReturnValue:
    """Send mail to an address again that came back, or mail to many to one whose owner had complained; or vouch."""
    actor = current_actor()
    person_id = access_person(actor, person_id).id
    form = MarkForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    if form.what.data not in (MARK, COMPLAINT, THEIRS):
        raise not_offered("what")
    with unit_of_work():
        point = reachability.point_of(db.session.get_one(Person, person_id), point_id)
        if form.what.data == THEIRS:
            vouch_for_contact_point(point, actor=actor)
        elif form.what.data == MARK:
            reachability.clear_mark(point, actor=actor)
        else:
            reachability.forget_complaint(point, actor=actor)
    if form.what.data == THEIRS:
        flash(_("%(address)s counts as theirs from now on.", address=point.value), "ok")
    else:
        flash(_("The mark on %(address)s is taken away.", address=point.value), "ok")
    return redirect(url_for(".person", person_id=person_id), code=303)
