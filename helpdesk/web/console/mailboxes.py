"""The places the desk is reached at: added, changed, tested; secrets go in and never come out (S48)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, Field, PasswordField, StringField

from channels import registry
from channels.channel import ChannelError, CopiedChannel
from channels.settings import SettingField, SettingKind, SettingValue
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import accounts, presence, signing_in
from helpdesk.messaging.accounts import EMAIL, UnfitSettings, fields_of
from helpdesk.messaging.collecting import is_read
from helpdesk.messaging.folders import NEW, TAKE_IN, folders_of
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.templating import has_templates
from helpdesk.people.models import Group
from helpdesk.web import words
from helpdesk.web.auth import current_actor
from helpdesk.web.console import seen
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import id_in
from helpdesk.web.console.mailbox_connecting import needs_a_person, signs_in_by_token
from helpdesk.web.console.mailbox_mail import access_mailbox, folder_shown
from helpdesk.web.console.slack import SLACK
from helpdesk.web.forms import Form, own_line

OWN = ("name", "group", "is_active", "action")


class MailboxForm(Form):
    name = StringField(filters=[own_line])
    group = StringField(filters=[own_line])
    is_active = BooleanField()
    action = StringField()


@console.get("/mailboxes")
def mailboxes() -> ResponseReturnValue:
    """Every mailbox with its state and its last error."""
    found = accounts.accounts()
    ids = [one.id for one in found]
    there = presence.parts_there()
    folders, connections = folders_of(ids), signing_in.standing_of(ids)
    return render_template(
        "console/mailboxes.html",
        accounts=[
            {
                **_row(one),
                "is_read": is_read(one),
                "to_connect": needs_a_person(one, connections.get(one.id)),
                "folders": [folder_shown(row) for row in folders.get(one.id, [])],
            }
            for one in found
        ],
        others=[(kind, words.channel_word(kind)) for kind in registry.kinds() if kind != EMAIL],
        listener={
            "address": current_app.config["DESK_SMTP_LISTEN"],
            "running": presence.MAIL_DOOR in there,
        },
        watch_runs=presence.MAIL_WATCH in there,
    )


@console.route("/mailboxes/new", methods=["GET", "POST"])
def new_mailbox() -> ResponseReturnValue:
    """Add a mailbox, or an account of another channel."""
    kind = request.args.get("kind", EMAIL)
    if kind not in registry.kinds():
        raise NotFound(_("There is no such channel."), _("Choose one of the list."))
    fields = fields_of(kind)
    if request.method == "GET":
        values = {field.name: field.default for field in fields if not field.is_secret}
        # Who adds a mailbox that has years in it seldom means to take them in; the desk asks, and this is the safe answer.
        own = {"name": "", "group": "", "is_active": True, TAKE_IN: NEW}
        return _page(kind, None, fields, {**values, **own}, {})
    return _save(kind, None, _form(fields), fields)


@console.route("/mailboxes/<int:account_id>", methods=["GET", "POST"])
def edit_mailbox(account_id: int) -> ResponseReturnValue:
    """Change a mailbox; an empty password keeps the stored one."""
    account = access_mailbox(account_id)
    fields = fields_of(account.kind)
    if request.method == "GET":
        return _page(account.kind, account, fields, _stored(account, fields), {})
    return _save(account.kind, account, _form(fields), fields)


@console.post("/mailboxes/<int:account_id>/test")
def test_mailbox(account_id: int) -> ResponseReturnValue:
    """Try a mailbox as it is stored."""
    require_bare_form()
    account = access_mailbox(account_id)
    name = account.name
    try:
        said = accounts.test_connection(account)
    except (ChannelError, VaultLocked) as error:
        flash(f"{name}: {error}", "late")
    else:
        flash(f"{name}: {said}", "ok")
    return redirect(url_for(".mailboxes"), code=303)


def _save(
    kind: str, account: ChannelAccount | None, form: MailboxForm, fields: Sequence[SettingField]
) -> ResponseReturnValue:
    values = _sent(form, fields)
    if not form.is_valid():
        return _page(kind, account, fields, form.values, form.complaints), 422
    if form.action.data == "test":
        return _try(kind, account, form, fields, values)
    try:
        saved = _write(kind, account, form, values)
    except UnfitSettings as unfit:
        return _page(kind, account, fields, form.values, unfit.problems), 422
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(kind, account, fields, form.values, form.complaints), error.status
    flash(_("The mailbox is saved."), "ok")
    if saved.kind == SLACK:
        return redirect(url_for(".connect_slack", account_id=saved.id), code=303)
    if needs_a_person(saved, signing_in.standing_of([saved.id]).get(saved.id)):
        return redirect(url_for(".connect_mailbox", account_id=saved.id), code=303)
    return redirect(url_for(".mailboxes"), code=303)


def _write(
    kind: str, account: ChannelAccount | None, form: MailboxForm, values: Mapping[str, SettingValue]
) -> ChannelAccount:
    actor = current_actor()
    group_id = id_in(form.group.data, field="group")
    with unit_of_work():
        group = db.session.get(Group, group_id) if group_id else None
        name = form.name.data or ""
        if account is None:
            return accounts.create_account(
                kind=kind, name=name, values=values, group=group, actor=actor
            )
        stored = db.session.get_one(ChannelAccount, account.id, with_for_update=True)
        accounts.edit_account(
            stored,
            name=name,
            values=values,
            group=group,
            is_active=bool(form.is_active.data),
            actor=actor,
        )
        return stored


def _try(
    kind: str,
    account: ChannelAccount | None,
    form: MailboxForm,
    fields: Sequence[SettingField],
    values: Mapping[str, SettingValue],
) -> ResponseReturnValue:
    """Try what stands in the form; nothing is saved."""
    try:
        said, works = accounts.try_settings(kind, values, account), True
    except UnfitSettings as unfit:
        return _page(kind, account, fields, form.values, unfit.problems), 422
    except (ChannelError, VaultLocked, DomainError) as error:
        said, works = str(error), False
    test = {"ok": works, "steps": [{"title": said, "ok": works, "detail": ""}]}
    return _page(kind, account, fields, form.values, {}, test)


def _form(fields: Sequence[SettingField]) -> MailboxForm:
    asked = {field.name: _field(field) for field in fields}
    kind: type[MailboxForm] = type("FormOfMailbox", (MailboxForm,), asked)
    return kind()


def _field(field: SettingField) -> Field:
    if field.is_secret:
        return PasswordField()
    return BooleanField() if field.kind is SettingKind.BOOLEAN else StringField()


def _sent(form: MailboxForm, fields: Sequence[SettingField]) -> dict[str, SettingValue]:
    return {field.name: form._fields[field.name].data for field in fields}


def _stored(account: ChannelAccount, fields: Sequence[SettingField]) -> dict[str, Any]:
    plain = {
        field.name: account.settings.get(field.name, field.default)
        for field in fields
        if not field.is_secret
    }
    return {
        **plain,
        "name": account.name,
        "group": str(account.group_id or ""),
        "is_active": account.is_active,
    }


def _page(
    kind: str,
    account: ChannelAccount | None,
    fields: Sequence[SettingField],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    test: Mapping[str, Any] | None = None,
) -> str:
    return render_template(
        "console/mailbox_form.html",
        kind=kind,
        account=account,
        called_at=_address_for_calls(account),
        to_copy=_to_copy(account),
        has_templates=bool(account and has_templates(account)),
        values=values,
        errors=errors,
        group_choices=[
            ("", _("No group")),
            *seen.choices_of(one for one in seen.groups() if one.is_active),
        ],
        sections=_sections(fields),
        has_secrets=bool(account and account.secrets),
        by_token=bool(account and signs_in_by_token(account)),
        test=test,
    )


def _address_for_calls(account: ChannelAccount | None) -> str:
    """Where the other service calls us, "" for a channel that is not called."""
    if account is None or not account.hook_key:
        return ""
    path = url_for("api.hook", key=account.hook_key)
    return f"{str(current_app.config['DESK_BASE_URL']).rstrip('/')}{path}"


def _to_copy(account: ChannelAccount | None) -> list[tuple[str, str]]:
    """What is typed at the other side besides that address, such as the word by which it knows us."""
    if account is None or not account.hook_key:
        return []
    try:
        channel = accounts.channel_of(account)
    except (ChannelError, VaultLocked):
        return []
    said = channel.to_copy() if isinstance(channel, CopiedChannel) else ()
    return [(_(label), value) for label, value in said]


def _sections(fields: Sequence[SettingField]) -> list[dict[str, Any]]:
    """What the channel asks for, in the parts that a person thinks of: the mailbox, getting, sending."""
    shown = [_shown(field) for field in fields]
    parts = (
        ("in", _("Getting mail (IMAP)"), "imap_"),
        ("token", _("Signing in with a token"), "oauth_"),
        ("out", _("Sending mail (SMTP)"), "smtp_"),
    )
    sections = [
        {
            "id": id,
            "title": title,
            "fields": [one for one in shown if one["name"].startswith(prefix)],
        }
        for id, title, prefix in parts
    ]
    prefixes = tuple(prefix for _id, _title, prefix in parts)
    own = {
        "id": "box",
        "title": "",
        "fields": [one for one in shown if not one["name"].startswith(prefixes)],
    }
    return [own, *(section for section in sections if section["fields"])]


def _shown(field: SettingField) -> dict[str, Any]:
    return {
        "name": field.name,
        # The channel marked its words for translation; here they are translated.
        "label": _(field.label),
        "kind": field.kind.value,
        "required": field.required,
        "help": _(field.help) if field.help else "",
        "choices": [(value, _(label)) for value, label in field.choices],
        "minimum": field.minimum,
        "maximum": field.maximum,
    }


def _row(account: ChannelAccount) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "address": account.address,
        "kind": account.kind,
        "group": seen.group_name(account.group_id),
        "is_active": account.is_active,
        "last_good_at": account.last_good_at,
        "last_error": account.last_error,
        "last_error_at": account.last_error_at,
        "next_try_at": account.next_try_at,
    }
