"""An account is a link to an address: asking for it, following it, one's own requests, and leaving."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import visiting
from helpdesk.people.addresses import normalise_email
from helpdesk.people.visitor_models import VisitorLink
from helpdesk.tickets.access import number_parts, visible_tickets
from helpdesk.tickets.models import Ticket
from helpdesk.web.languages import public_language
from helpdesk.web.navigation import own_path
from helpdesk.web.portal.blueprint import portal
from helpdesk.web.portal.checking import refuse_too_many_links
from helpdesk.web.portal.following import Summary, summary_of
from helpdesk.web.portal.visitor import (
    current_visit,
    enter_visit,
    leave_visit,
    remember_draft,
)

MOST_LISTED = 50
_DRAFT = "/ask/"


class LinkLapsed(DomainError):
    """The link is none of ours, or its time is over; which of them, nobody is told."""

    status = 410


@portal.route("/your-requests/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for a link; the answer is the same whether the address is known or not (S35)."""
    if current_visit() is not None:
        return redirect(url_for("portal.requests"), code=303)
    return _ask_for_link("portal/sign_in.html", own_path(request.values.get("next")) or "")


@portal.route("/follow", methods=["GET", "POST"])
def follow() -> ResponseReturnValue:
    """Where a request stands: by its reference, and a link to the address it was sent from."""
    reference = " ".join(request.values.get("reference", "").split()).upper()[:30]
    if current_visit() is not None and number_parts(reference):
        return redirect(url_for("portal.request_page", number=reference), code=303)
    return _ask_for_link("portal/follow.html", "", reference=reference)


def _ask_for_link(template: str, target: str, reference: str = "") -> ResponseReturnValue:
    values = {"email": request.form.get("email", ""), "reference": reference, "next": target}
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _unfit(values, wants_reference=template == "portal/follow.html")
        if not errors:
            _mail(values)
            return render_template("portal/link_sent.html", address=values["email"].strip())
    page = render_template(template, values=values, errors=errors)
    return page, 422 if errors else 200


def _unfit(values: dict[str, str], *, wants_reference: bool) -> dict[str, str]:
    errors: dict[str, str] = {}
    if wants_reference and number_parts(values["reference"]) is None:
        errors["reference"] = _("Type the reference, such as REQ-1042.")
    try:
        normalise_email(values["email"])
    except Invalid:
        errors["email"] = _("Type an e-mail address, such as name@example.org.")
    return errors


def _mail(values: dict[str, str]) -> None:
    """Make the link. A reference that is not of this address leads to the list, where it is not found."""
    address = normalise_email(values["email"])
    refuse_too_many_links(address)
    page = values["next"] or url_for("portal.requests")
    if number_parts(values["reference"]):
        page = url_for("portal.request_page", number=values["reference"])
    with unit_of_work():
        visiting.mail_link(address, page[:200], lasting=visiting.SHORT, locale=public_language())


@portal.route("/go/<token>", methods=["GET", "POST"])
def go(token: str) -> ResponseReturnValue:
    """A link that was mailed. Programs that look into mail open links, so it takes a press of a button."""
    link = visiting.live_link(token)
    if link is None:
        raise LinkLapsed(
            _("This link is not good any more."), _("Ask for a new one on the front page.")
        )
    if request.method == "GET":
        return render_template("portal/go.html", link=link, is_draft=_is_draft(link))
    target = own_path(link.leads_to) or url_for("portal.requests")
    if _is_draft(link):
        remember_draft(target.split("/")[3])
    with unit_of_work():
        visit = visiting.follow(link)
    if visit is not None:
        enter_visit(visit)
    return redirect(target, code=303)


def _is_draft(link: VisitorLink) -> bool:
    return link.leads_to.startswith(_DRAFT) and link.leads_to.count("/") > 3


@portal.get("/your-requests")
def requests() -> ResponseReturnValue:
    """One's own requests, those that move first."""
    visit = current_visit()
    if visit is None:
        return redirect(url_for("portal.sign_in"), code=303)
    found = db.session.scalars(
        select(Ticket)
        .where(visible_tickets(visit.actor), Ticket.merged_into_id.is_(None))
        .order_by(Ticket.is_open.desc(), Ticket.last_activity_at.desc(), Ticket.id.desc())
        .limit(MOST_LISTED)
    ).all()
    shown: list[Summary] = [summary_of(ticket) for ticket in found]
    return render_template("portal/requests.html", visit=visit, requests=shown)


@portal.post("/your-requests/leave")
def leave() -> ResponseReturnValue:
    """Forget this browser."""
    leave_visit()
    return redirect(url_for("portal.front"), code=303)
