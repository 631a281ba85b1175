"""What the desk sent, what became of it, and sending it again."""

from __future__ import annotations

from collections.abc import Sequence
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any, Protocol

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound, Refused
from helpdesk.core.files import FileDamaged
from helpdesk.core.paging import Page
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.accounts import accounts
from helpdesk.messaging.deciding import (
    can_send_again,
    can_try_now,
    can_withdraw,
    send_again,
    try_now,
    withdraw,
)
from helpdesk.messaging.delays import shown_state, why_waiting
from helpdesk.messaging.linking import LINKED, lapses_at
from helpdesk.messaging.models import Delivery, DeliveryState
from helpdesk.messaging.outlets import LOCAL
from helpdesk.messaging.queries import SentFilter, access_delivery, bytes_of
from helpdesk.messaging.queries import sent_mail as deliveries_sent
from helpdesk.messaging.suppressing import SUPPRESSED
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.models import FIRST_NUMBER, Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.downloads import download
from helpdesk.web.console.plain import fit, shown
from helpdesk.web.console.sent_filters import NAMES, Asked, asked_in, options

MOST_HEADERS = 60


@console.get("/sent")
def sent_mail() -> ResponseReturnValue:
    """What the desk sent, of the tickets that the reader may see."""
    actor = current_actor()
    error, status = "", 200
    after = request.args.get("after") or None
    try:
        asked = asked_in(request.args, actor)
        page = deliveries_sent(actor, asked.filter, after=after)
    except (Invalid, NotFound) as problem:
        # A filter that cannot be used narrows nothing, and says so beside what was typed.
        error, status = f"{problem.title} {problem.advice}".strip(), problem.status
        asked, page = Asked(SentFilter(), request.args), Page(rows=[], older=None)
    numbers = _numbers(page.rows)
    kept: dict[str, Any] = {name: asked.typed[name] for name in NAMES if asked.typed.get(name)}
    return render_template(
        "console/sent.html",
        deliveries=[_row(one, numbers) for one in page.rows],
        filters={name: asked.typed.get(name, "") for name in NAMES},
        options=options(),
        error=error,
        local_only=_stays_here(),
        paging={
            "newer_url": url_for(".sent_mail", **kept) if after else None,
            "older_url": url_for(".sent_mail", after=page.older, **kept) if page.older else None,
            "text": "",
        },
    ), status


@console.get("/sent/<int:delivery_id>")
def sent_detail(delivery_id: int) -> ResponseReturnValue:
    """One mail: to whom, when, what the other side said, and its words."""
    actor = current_actor()
    delivery = access_delivery(actor, delivery_id)
    may_send = _may_send(actor, delivery)
    return render_template(
        "console/sent_detail.html",
        delivery={
            **_row(delivery, _numbers([delivery])),
            "sender": delivery.sender,
            "text": shown(delivery.text),
            "html": delivery.html is not None,
            "external_id": delivery.external_id,
            "why": why_waiting(delivery),
            "copies": delivery.copies,
            "copy_error": fit(delivery.copy_error),
            "suppressed": bool(delivery.headers.get(SUPPRESSED))
            and delivery.state is DeliveryState.FAILED,
            "linked": len(delivery.headers.get(LINKED, ())),
            "linked_until": lapses_at(delivery),
        },
        headers=_headers(delivery),
        raw=delivery.digest is not None,
        can_retry=may_send and can_send_again(delivery),
        can_try_now=may_send and can_try_now(delivery),
        can_withdraw=may_send and can_withdraw(delivery),
    )


@console.get("/sent/<int:delivery_id>/raw")
def sent_raw(delivery_id: int) -> ResponseReturnValue:
    """The mail as it was composed."""
    delivery = access_delivery(current_actor(), delivery_id)
    try:
        body = bytes_of(delivery)
    except FileDamaged:
        body = None
    if body is None:
        raise NotFound(_("The bytes of this mail are not here."), _("Its words are on its page."))
    return download(body, f"mail-{delivery.id}.eml", kind="application/octet-stream", inline=False)


@console.post("/sent/<int:delivery_id>/again")
def sent_retry(delivery_id: int) -> ResponseReturnValue:
    """Send a mail once more that failed, or of which nobody can tell."""
    return _decide(delivery_id, send_again, _("It is sent again now."))


@console.post("/sent/<int:delivery_id>/now")
def sent_now(delivery_id: int) -> ResponseReturnValue:
    """Try a waiting mail at once."""
    return _decide(delivery_id, try_now, _("It is tried again now."))


@console.post("/sent/<int:delivery_id>/withdraw")
def sent_withdraw(delivery_id: int) -> ResponseReturnValue:
    """Keep a mail that has not left from leaving."""
    return _decide(delivery_id, withdraw, _("It will not be sent."))


class Decision(Protocol):
    """What a person decides about one mail."""

    def __call__(self, delivery: Delivery, *, actor: Actor | None) -> None: ...


def _decide(delivery_id: int, decision: Decision, said: str) -> ResponseReturnValue:
    actor = current_actor()
    if set(request.form) - {"csrf_token"}:
        raise Invalid(_("The form sent something we did not ask for."))
    if not _may_send(actor, access_delivery(actor, delivery_id)):
        raise Refused(
            _("You may read this ticket, but not send on it."), _("Ask a member of its group.")
        )
    try:
        with unit_of_work():
            delivery = db.session.get_one(Delivery, delivery_id, with_for_update=True)
            decision(delivery, actor=actor)
    except Conflict as error:
        flash(f"{error.title} {error.advice}", "warn")
    else:
        flash(said, "ok")
    return redirect(url_for(".sent_detail", delivery_id=delivery_id), code=303)


def _may_send(actor: Actor, delivery: Delivery) -> bool:
    if delivery.ticket_id is None:
        return actor.is_admin
    group_id = db.session.scalar(select(Ticket.group_id).where(Ticket.id == delivery.ticket_id))
    return actor.holds(group_id, Right.WORK)


def _numbers(deliveries: Sequence[Delivery]) -> dict[int, str]:
    ids = {one.ticket_id for one in deliveries if one.ticket_id is not None}
    if not ids:
        return {}
    found = db.session.execute(select(Ticket.id, Ticket.prefix).where(Ticket.id.in_(ids)))
    return {row.id: f"{row.prefix}-{FIRST_NUMBER + row.id}" for row in found}


def _row(delivery: Delivery, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "kind": delivery.kind.value,
        "state": shown_state(delivery),
        "recipients": [str(one) for one in delivery.recipients],
        "subject": delivery.subject,
        "attempts": delivery.attempts,
        "last_error": fit(delivery.last_error),
        "created_at": delivery.created_at,
        "sent_at": delivery.sent_at,
        "next_try_at": delivery.next_try_at if delivery.state is DeliveryState.WAITING else None,
        "via": "outbox" if delivery.via == LOCAL else delivery.via,
        "ticket_number": numbers.get(delivery.ticket_id or 0),
    }


def _headers(delivery: Delivery) -> list[tuple[str, str]]:
    """The headers as they were sent, once it was composed."""
    try:
        body = bytes_of(delivery)
    except FileDamaged:
        body = None
    if body is None:
        return [("Message-ID", f"<{delivery.external_id}>"), ("From", delivery.sender)]
    parsed = BytesHeaderParser(policy=default).parsebytes(body)
    return [(name, fit(str(value))) for name, value in parsed.items()][:MOST_HEADERS]


def _stays_here() -> bool:
    """Whether what is sent reaches nobody, since no mail server is set."""
    if current_app.config.get("DESK_SMTP_URL"):
        return False
    return not any(one.settings.get("smtp_host") for one in accounts(active_only=True))
