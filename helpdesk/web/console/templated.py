"""Approved texts: an agent sends one where nothing else may be sent, an administrator says which are offered."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectMultipleField, StringField

from channels.channel import ChannelError
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.core.vault import VaultLocked
from helpdesk.messaging import talking, templating
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.talk_models import AccountTemplate
from helpdesk.people.access import Actor
from helpdesk.people.models import Person
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.commands import lock_version
from helpdesk.tickets.conversation import NewMessage, add_message
from helpdesk.tickets.models import Direction, Message, Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.changing import CAUSE
from helpdesk.web.console.composer import BLANK, ENDED, Composer
from helpdesk.web.console.fields import id_in
from helpdesk.web.console.mailbox_mail import access_mailbox
from helpdesk.web.console.page import Shown, ticket_page
from helpdesk.web.forms import Form, own_line


class TemplateForm(Form):
    version = StringField()


class OfferForm(Form):
    offered = SelectMultipleField(validate_choice=False)


@console.post("/tickets/<number>/templates/<int:template_id>")
def send_template(number: str, template_id: int) -> ResponseReturnValue:
    """Answer with an approved text."""
    actor = current_actor()
    found = access_ticket(actor, number, to="reply")
    row = db.session.get(AccountTemplate, template_id)
    names = {f"{BLANK}{place}": str(name) for place, name in enumerate(row.blanks if row else ())}
    made: type[TemplateForm] = type(
        "FormOfTemplate",
        (TemplateForm,),
        {field: StringField(filters=[own_line]) for field in names},
    )
    form = made()
    typed = {field: str(form.values.get(field) or "") for field in names}
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        said = {name: typed[field] for field, name in names.items()}
        message = _send(found, template_id, said, form.version.data, actor)
    except (Invalid, Conflict) as error:
        fields = {name: field for field, name in names.items()}
        named = fields.get(error.field or "", "") if isinstance(error, Invalid) else ""
        said = {named: f"{error.title} {error.advice or ''}".strip()}
        db.session.refresh(found)
        composer = Composer(template=template_id, blanks=typed, errors=said)
        return ticket_page(actor, found, Shown(composer=composer)), error.status
    return redirect(url_for(".ticket", number=number, _anchor=f"m{message.id}"), code=303)


@console.get("/mailboxes/<int:account_id>/templates")
def mailbox_templates(account_id: int) -> ResponseReturnValue:
    """The approved texts of an account, and which of them agents may send."""
    account = _account(account_id)
    rows = templating.templates_of(account_id)
    return render_template(
        "console/mailbox_templates.html",
        account={"id": account.id, "name": account.name},
        templates=rows,
        fetched_at=max((row.fetched_at for row in rows), default=None),
    )


@console.post("/mailboxes/<int:account_id>/templates")
def offer_templates(account_id: int) -> ResponseReturnValue:
    """Choose which of them agents may send."""
    account = _account(account_id)
    form = OfferForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    ids = {int(one) for one in form.offered.data or () if one.isascii() and one.isdigit()}
    with unit_of_work():
        templating.offer(account, ids, actor=current_actor())
    flash(_("The choice of templates is saved."), "ok")
    return redirect(url_for(".mailbox_templates", account_id=account_id), code=303)


@console.post("/mailboxes/<int:account_id>/templates/fetch")
def fetch_templates(account_id: int) -> ResponseReturnValue:
    """Ask the service for its texts."""
    account = _account(account_id)
    require_bare_form()
    try:
        count = templating.fetch_templates(account)
    except (ChannelError, VaultLocked) as error:
        flash(str(error), "late")
    else:
        flash(_("%(num)s templates were fetched.", num=count), "ok")
    return redirect(url_for(".mailbox_templates", account_id=account_id), code=303)


def _send(
    found: Ticket, template_id: int, values: dict[str, str], version: str | None, actor: Actor
) -> Message:
    thread = talking.reply_to(found)
    if thread is None or found.category in ENDED:
        raise Invalid(_("This conversation cannot be answered any more."))
    filled = templating.fill(thread.thread, template_id, values)
    with unit_of_work():
        ticket = lock_version(found.id, id_in(version, field="version") or 0)
        new = NewMessage(
            text=filled.text,
            direction=Direction.OUT,
            channel=filled.channel,
            author=db.session.get_one(Person, actor.person_id),
            recipients=filled.recipients,
        )
        return add_message(ticket, new, by=actor.person_id, cause=CAUSE)


def _account(account_id: int) -> ChannelAccount:
    account = access_mailbox(account_id)
    if not templating.has_templates(account):
        raise NotFound(_("This channel has no templates."), _("Choose another account."))
    return account
