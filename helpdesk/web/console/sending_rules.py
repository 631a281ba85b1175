"""How the desk writes: its name, its limits, how its servers stand, and the keys that sign its mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, StringField

from channels.email.dkim import Algorithm
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import policy as policies
from helpdesk.messaging import ruling, signing, standing
from helpdesk.messaging.accounts import accounts
from helpdesk.messaging.outlet_models import OutletStanding, SigningKey
from helpdesk.messaging.policy import MailPolicy
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.plain import fit
from helpdesk.web.forms import Form, own_line

MEGABYTE = 1024 * 1024
# What each number may be; 0 stands for no ceiling where it is offered.
NUMBERS = {
    "sends_a_minute": (0, 100_000),
    "sends_an_hour": (0, 1_000_000),
    "sends_to_one_an_hour": (0, 10_000),
    "largest_sent": (1, 100),
    "link_days": (1, 365),
}


class SendingForm(Form):
    desk_name = StringField(filters=[own_line])
    shows_agent_names = BooleanField()
    quotes_previous = BooleanField()
    sends_a_minute = StringField(filters=[own_line])
    sends_an_hour = StringField(filters=[own_line])
    sends_to_one_an_hour = StringField(filters=[own_line])
    largest_sent = StringField(filters=[own_line])
    link_days = StringField(filters=[own_line])


class KeyForm(Form):
    domain = StringField(filters=[own_line])
    selector = StringField(filters=[own_line])
    algorithm = StringField(filters=[own_line])
    pem = StringField()


class SwitchForm(Form):
    on = BooleanField()


class BareForm(Form):
    """A button."""


@console.get("/sending")
def sending_rules() -> ResponseReturnValue:
    """The rules as they stand, the servers and the keys."""
    return _page(_values(policies.read()), {}, {}, {})


@console.post("/sending")
def sending_rules_changed() -> ResponseReturnValue:
    """Change the rules."""
    form = SendingForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            ruling.change(_chosen(form), actor=current_actor())
    except Invalid as error:
        form.refuse(error)
        return _page(form.values, form.complaints, {}, {}), error.status
    flash(_("The rules are saved."), "ok")
    return redirect(url_for(".sending_rules"), code=303)


@console.post("/sending/keys")
def sending_key_added() -> ResponseReturnValue:
    """Make a key for a domain, or take one that is brought; its private half is never shown."""
    form = KeyForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            signing.add_key(
                form.domain.data or "",
                form.selector.data or "",
                algorithm=_algorithm(form.algorithm.data),
                pem=form.pem.data or "",
                actor=current_actor(),
            )
    except Invalid as error:
        form.refuse(error)
        kept = {name: value for name, value in form.values.items() if name != "pem"}
        return _page(_values(policies.read()), {}, kept, form.complaints), error.status
    flash(_("The key is made. Publish its record, then switch it on."), "ok")
    return redirect(url_for(".sending_rules", _anchor="signing-keys"), code=303)


@console.post("/sending/keys/<int:key_id>/switch")
def sending_key_switched(key_id: int) -> ResponseReturnValue:
    """Begin or end to sign with a key."""
    form = SwitchForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    with unit_of_work():
        key = signing.switch_key(key_id, on=bool(form.on.data), actor=current_actor())
        said = (
            _("Mail from %(domain)s is signed from now on.", domain=key.domain)
            if key.is_active
            else _("This key signs no more.")
        )
    flash(said, "ok")
    return redirect(url_for(".sending_rules", _anchor="signing-keys"), code=303)


@console.post("/sending/keys/<int:key_id>/remove")
def sending_key_removed(key_id: int) -> ResponseReturnValue:
    """Forget a key."""
    form = BareForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    try:
        with unit_of_work():
            signing.remove_key(key_id, actor=current_actor())
    except Conflict as error:
        flash(f"{error.title} {error.advice}", "warn")
    else:
        flash(
            _("The key is removed. Its record can go once the last mail signed by it has arrived."),
            "ok",
        )
    return redirect(url_for(".sending_rules", _anchor="signing-keys"), code=303)


def _chosen(form: SendingForm) -> MailPolicy:
    return replace(
        policies.read(),
        desk_name=(form.desk_name.data or "")[:120],
        shows_agent_names=bool(form.shows_agent_names.data),
        quotes_previous=bool(form.quotes_previous.data),
        sends_a_minute=_number(form, "sends_a_minute"),
        sends_an_hour=_number(form, "sends_an_hour"),
        sends_to_one_an_hour=_number(form, "sends_to_one_an_hour"),
        largest_sent=_number(form, "largest_sent") * MEGABYTE,
        link_days=_number(form, "link_days"),
    )


def _number(form: SendingForm, name: str) -> int:
    text = str(form[name].data or "").strip()
    least, most = NUMBERS[name]
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:12]) <= most:
        raise Invalid(
            _("Write a whole number from %(least)d to %(most)d.", least=least, most=most),
            field=name,
        )
    return int(text)


def _algorithm(text: str | None) -> Algorithm:
    try:
        return Algorithm(text or Algorithm.RSA.value)
    except ValueError:
        raise Invalid(
            _("This is none of the choices."), _("Choose from the menu."), field="algorithm"
        ) from None


def _page(
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    key_values: Mapping[str, Any],
    key_errors: Mapping[str, str],
) -> str:
    names = {f"account:{one.id}": one.name for one in accounts()}
    return render_template(
        "console/sending_rules.html",
        values=values,
        errors=errors,
        limits=NUMBERS,
        key_values=key_values,
        key_errors=key_errors,
        algorithms=[
            (Algorithm.RSA.value, _("RSA, which every receiver knows")),
            (Algorithm.ED25519.value, _("Ed25519, shorter; give it beside an RSA key")),
        ],
        servers=[_server(one, names) for one in standing.all_standings()],
        keys=[_key(one) for one in signing.all_keys(current_actor())],
    )


def _values(rules: MailPolicy) -> dict[str, Any]:
    return {
        "desk_name": rules.desk_name,
        "shows_agent_names": rules.shows_agent_names,
        "quotes_previous": rules.quotes_previous,
        "sends_a_minute": rules.sends_a_minute,
        "sends_an_hour": rules.sends_an_hour,
        "sends_to_one_an_hour": rules.sends_to_one_an_hour,
        "largest_sent": rules.largest_sent // MEGABYTE,
        "link_days": rules.link_days,
    }


def _server(row: OutletStanding, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": names.get(row.name, _("The desk's own server")),
        "is_away": row.away_since is not None,
        "away_since": row.away_since,
        "next_try_at": row.next_try_at,
        "last_error": fit(row.last_error),
        "last_good_at": row.last_good_at,
        "largest": row.largest,
    }


def _key(key: SigningKey) -> dict[str, Any]:
    name, text = signing.record_of(key)
    return {
        "id": key.id,
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm,
        "is_active": key.is_active,
        "record_name": name,
        "record_text": text,
    }
