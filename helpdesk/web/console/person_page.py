"""The page of one person: what is read for it, and the context its template names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.identity import suggesting
from helpdesk.identity.timeline import read_timeline
from helpdesk.identity.undoable import merges_of
from helpdesk.people.access import Actor, Deed, may
from helpdesk.people.models import Membership, Person
from helpdesk.tickets.queries import Filters, Row, Sort, list_tickets
from helpdesk.web.console.bonds import needs_context, representatives_context
from helpdesk.web.console.remarks_shown import NOTHING, TypedRemark, remarks_context

TICKETS = 20
TIMELINE = "timeline"


def person_page(actor: Actor, person: Person, typed: TypedRemark = NOTHING) -> str:
    """The page of a person, with their tickets or all that was said, of what the reader may see."""
    is_admin = may(actor, Deed.MANAGE_STAFF)
    may_edit = is_admin or not person.is_staff
    in_order = request.args.get("show") == TIMELINE
    return render_template(
        "console/person.html",
        person=person,
        organisation=person.organisation.name if person.organisation else None,
        contact_points=person.contact_points,
        memberships=_memberships(person) if person.is_staff else [],
        show=TIMELINE if in_order else "tickets",
        **(_timeline(actor, person) if in_order else _tickets(actor, person)),
        suggestions=suggesting.suggestions_for(person.id, actor) if may_edit else [],
        merges=merges_of(person.id),
        needs=needs_context(person),
        **remarks_context(actor, person, typed),
        **representatives_context(person, actor),
        can={
            "edit": may_edit,
            "invite": is_admin and person.is_staff and person.is_active,
            "disable": is_admin and person.id != actor.person_id,
        },
    )


def _tickets(actor: Actor, person: Person) -> dict[str, Any]:
    after = request.args.get("after") or None
    page = list_tickets(
        actor,
        Filters(is_open=None, requester=person.id),
        sort=Sort.NEWEST,
        after=after,
        limit=TICKETS,
    )
    here: dict[str, Any] = {"person_id": person.id}
    return {
        "tickets": [_ticket(row) for row in page.rows],
        "paging": {
            "newer_url": url_for(".person", **here) if after else None,
            "older_url": url_for(".person", after=page.older, **here) if page.older else None,
            "text": "",
        },
    }


def _timeline(actor: Actor, person: Person) -> dict[str, Any]:
    before = request.args.get("before") or None
    page = read_timeline(actor, person.id, before=before)
    here: dict[str, Any] = {"person_id": person.id, "show": TIMELINE}
    return {
        "timeline": page.items,
        "paging": {
            "newer_url": url_for(".person", **here) if before else None,
            "older_url": url_for(".person", before=page.older, **here) if page.older else None,
            "text": "",
        },
    }


def _memberships(found: Person) -> Sequence[dict[str, str]]:
    held = db.session.scalars(
        select(Membership)
        .where(Membership.person_id == found.id)
        .options(joinedload(Membership.group))
        .order_by(Membership.id)
        .limit(200)
    )
    return [{"group": one.group.name, "right": one.right.value} for one in held]


def _ticket(row: Row) -> dict[str, Any]:
    return {
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "type": row.type,
        "channel": row.channel,
        "group": row.group,
        "at": row.last_activity_at,
        "is_open": row.category not in ("resolved", "closed", "cancelled"),
    }
