"""What the desk lets in and how it answers by itself; and who is blocked, by whom and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import BooleanField, StringField

from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging import blocking, ruling
from helpdesk.messaging import policy as policies
from helpdesk.messaging.policy import Treatment
from helpdesk.messaging.receipts import are_paused
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.fields import member_in
from helpdesk.web.forms import Form, own_line

MEGABYTE = 1024 * 1024
# What each number may be; the database would take more, but no desk should.
NUMBERS = {
    "reopen_days": (0, 365),
    "receipts_a_day": (1, 20),
    "receipts_an_hour": (1, 100_000),
    "largest_mail": (1, 200),
}


class RulesForm(Form):
    bulk = StringField(filters=[own_line])
    spam = StringField(filters=[own_line])
    dmarc = StringField(filters=[own_line])
    reopen_days = StringField(filters=[own_line])
    reply_domain = StringField(filters=[own_line])
    receipts = BooleanField()
    receipts_a_day = StringField(filters=[own_line])
    receipts_an_hour = StringField(filters=[own_line])
    largest_mail = StringField(filters=[own_line])


class BlockForm(Form):
    pattern = StringField(filters=[own_line])
    note = StringField(filters=[own_line])


class BareForm(Form):
    """A button."""


@console.get("/mail-rules")
def mail_rules() -> ResponseReturnValue:
    """The rules as they stand, and who is blocked."""
    return _page(_values(policies.read()), {}, {}, {})


@console.post("/mail-rules")
def change_mail_rules() -> ResponseReturnValue:
    """Change the rules."""
    form = RulesForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            ruling.change(_chosen(form), actor=current_actor())
    except Invalid as error:
        form.refuse(error)
        return _page(form.values, form.complaints, {}, {}), error.status
    flash(_("The rules are saved."), "ok")
    return redirect(url_for(".mail_rules"), code=303)


@console.post("/mail-rules/blocked")
def block_sender() -> ResponseReturnValue:
    """Turn away mail from an address or a domain."""
    form = BlockForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        with unit_of_work():
            blocked = blocking.block(
                form.pattern.data or "", form.note.data or "", actor=current_actor()
            )
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(_values(policies.read()), {}, form.values, form.complaints), error.status
    flash(_("Mail from %(who)s is turned away from now on.", who=blocked.pattern), "ok")
    return redirect(url_for(".mail_rules", _anchor="blocked"), code=303)


@console.post("/mail-rules/blocked/<int:blocked_id>/remove")
def unblock_sender(blocked_id: int) -> ResponseReturnValue:
    """Take mail from there in again."""
    form = BareForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    with unit_of_work():
        pattern = blocking.unblock(blocked_id, actor=current_actor())
    flash(_("Mail from %(who)s is taken in again.", who=pattern), "ok")
    return redirect(url_for(".mail_rules", _anchor="blocked"), code=303)


def _page(
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    block_values: Mapping[str, Any],
    block_errors: Mapping[str, str],
) -> str:
    return render_template(
        "console/mail_rules.html",
        values=values,
        errors=errors,
        block_values=block_values,
        block_errors=block_errors,
        treatments=[(one.value, _word(one)) for one in Treatment],
        limits=NUMBERS,
        paused=are_paused(policies.read()),
        blocked=[
            {"id": row.id, "pattern": row.pattern, "note": row.note, "by": by, "at": row.blocked_at}
            for row, by in blocking.blocked_senders(current_actor())
        ],
    )


def _word(treatment: Treatment) -> str:
    words = {
        Treatment.TAKE: _("Take it in"),
        Treatment.QUARANTINE: _("Keep it in quarantine"),
        Treatment.REJECT: _("Turn it away"),
    }
    return str(words[treatment])


def _values(policy: policies.MailPolicy) -> dict[str, Any]:
    return {
        "bulk": policy.bulk.value,
        "spam": policy.spam.value,
        "dmarc": policy.dmarc.value,
        "reopen_days": policy.reopen_days,
        "reply_domain": policy.reply_domain,
        "receipts": policy.receipts,
        "receipts_a_day": policy.receipts_a_day,
        "receipts_an_hour": policy.receipts_an_hour,
        "largest_mail": policy.largest_mail // MEGABYTE,
    }


def _chosen(form: RulesForm) -> policies.MailPolicy:
    """The rules that a form asks for; what it does not name stays. Raises Invalid."""
    now = policies.read()
    return replace(
        now,
        bulk=member_in(Treatment, form.bulk.data, field="bulk") or now.bulk,
        spam=member_in(Treatment, form.spam.data, field="spam") or now.spam,
        dmarc=member_in(Treatment, form.dmarc.data, field="dmarc") or now.dmarc,
        reply_domain=ruling.tidy_domain(form.reply_domain.data or ""),
        receipts=bool(form.receipts.data),
        reopen_days=_number(form, "reopen_days"),
        receipts_a_day=_number(form, "receipts_a_day"),
        receipts_an_hour=_number(form, "receipts_an_hour"),
        largest_mail=_number(form, "largest_mail") * MEGABYTE,
    )


def _number(form: RulesForm, name: str) -> int:
    least, most = NUMBERS[name]
    text = str(form[name].data or "").strip()
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:12]) <= most:
        raise Invalid(
            _("Give a whole number."),
            _("From %(least)s to %(most)s.", least=least, most=most),
            field=name,
        )
    return int(text)
