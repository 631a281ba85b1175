"""Keys for programs that act as the person who made them (S58)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from wtforms import BooleanField, StringField

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.api_tokens import make_api_token, revoke, tokens_of
from helpdesk.people.models import ApiToken, Person
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line

# Days, with words for them.
LENGTHS: list[tuple[str, Any]] = [
    ("30", _lazy("30 days")),
    ("90", _lazy("90 days")),
    ("365", _lazy("A year")),
]


class KeyForm(Form):
    name = StringField(filters=[own_line])
    write = BooleanField()
    days = StringField(filters=[own_line], default="90")


class Button(Form):
    """A form of nothing but a button."""


@console.get("/me/keys")
def keys() -> ResponseReturnValue:
    """One's own keys, and a form for one more."""
    return _page(KeyForm())


@console.post("/me/keys")
def make_key() -> ResponseReturnValue:
    """Make a key; the page shows it this once."""
    form = KeyForm()
    if form.days.data not in dict(LENGTHS):
        form.complain("days", _("Choose one of these."))
    if not form.is_valid() or form.complaints:
        return _page(form), 422
    scopes = ["tickets:read", *(["tickets:write"] if form.write.data else [])]
    try:
        with unit_of_work():
            person = db.session.get_one(Person, current_actor().person_id)
            lasting = timedelta(days=int(form.days.data or 0))
            made = make_api_token(person, form.name.data or "", scopes, lasting=lasting)
    except Invalid as error:
        form.refuse(error)
        return _page(form), error.status
    return _page(KeyForm(formdata=None), made=made)


@console.post("/me/keys/<int:key_id>/end")
def end_key(key_id: int) -> ResponseReturnValue:
    """End a key at once."""
    if not Button().is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        key = db.session.get(ApiToken, key_id)
        if key is None or key.person_id != current_actor().person_id:
            raise NotFound(_("There is no such key."), _("Look at your list of keys."))
        revoke(key)
    flash(_("The key “%(name)s” has ended; what it is asked for is refused.", name=key.name), "ok")
    return redirect(url_for(".keys"), code=303)


def _page(form: KeyForm, made: str = "") -> str:
    now = clock.now()
    own = tokens_of(current_actor().person_id)
    return render_template(
        "console/keys.html",
        keys=[{"key": one, "state": _state(one, now)} for one in own],
        values=form.values,
        errors=form.complaints,
        lengths=LENGTHS,
        made=made,
    )


def _state(key: ApiToken, now: datetime) -> str:
    """ "ended", "lapsed", or "" for one that is good."""
    if key.revoked_at is not None:
        return "ended"
    return "lapsed" if key.expires_at is not None and key.expires_at <= now else ""
