"""The endpoints of version 1; each names its fields, so that nothing new is shown by accident (S11)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import InterfaceError, OperationalError

from helpdesk.api.problems import Unauthorised, problem_of
from helpdesk.checking.desk import check_desk
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, Invalid
from helpdesk.people.access import Actor
from helpdesk.people.api_tokens import actor_with
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.models import Message, Ticket
from helpdesk.tickets.queries import Filters, Row, Sort, list_tickets

api = Blueprint("api", __name__)

MOST_ROWS = 100


@api.get("/healthz")
def healthz() -> tuple[Response, int]:
    """Whether the desk works: 200, or 503 with the parts that do not. Says nothing else about the desk."""
    try:
        wrong = sorted({finding.part for finding in check_desk() if not finding.is_well})
    except (OperationalError, InterfaceError):
        wrong = ["database"]
    serious = [part for part in wrong if part == "database"]
    return jsonify({"ok": not serious, "look_at": wrong}), 503 if serious else 200


@api.get("/api/v1/tickets")
def tickets() -> Response:
    """The open tickets the key's owner may see, newest activity first; `after` is the cursor of an earlier answer."""
    actor = acting("tickets:read")
    page = list_tickets(
        actor,
        Filters(is_open=None if request.args.get("ended") == "1" else True),
        sort=Sort.ACTIVITY,
        after=request.args.get("after"),
        limit=asked_limit(),
    )
    return jsonify({"tickets": [line(row) for row in page.rows], "after": page.older})


@api.get("/api/v1/tickets/<number>")
def ticket(number: str) -> Response:
    """One ticket with its conversation, internal notes included: keys belong to staff."""
    found = access_ticket(acting("tickets:read"), number)
    return jsonify(whole(found))


@api.errorhandler(DomainError)
def refuse(error: DomainError) -> tuple[Response, int]:
    """Every error of the API is a problem document (RFC 9457)."""
    db.session.rollback()
    return problem_of(error)


def acting(scope: str) -> Actor:
    """Who the key of this request acts as. Raises Unauthorised."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = actor_with(token.strip(), scope) if kind.lower() == "bearer" else None
    if actor is None or not actor.is_staff:
        raise Unauthorised(
            "This key is not known, has lapsed, or lacks a scope.",
            "Send it as: Authorization: Bearer KEY.",
        )
    return actor


def asked_limit() -> int:
    """How many rows were asked for. Raises Invalid."""
    asked = request.args.get("limit", "50")
    if not asked.isdigit() or not 1 <= int(asked) <= MOST_ROWS:
        raise Invalid(f"limit is a number from 1 to {MOST_ROWS}.", "Correct it.", field="limit")
    return int(asked)


def line(row: Row) -> dict[str, Any]:
    """A ticket as a list shows it."""
    return {
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "priority": row.priority,
        "channel": row.channel,
        "group": row.group,
        "assignee": row.assignee,
        "requester": row.requester,
        "tags": list(row.tags),
        "created_at": row.created_at.isoformat(),
        "last_activity_at": row.last_activity_at.isoformat(),
    }


def whole(found: Ticket) -> dict[str, Any]:
    """A ticket with its conversation."""
    return {
        "number": found.number,
        "type": found.type,
        "subject": found.subject,
        "status": found.status,
        "priority": found.priority,
        "impact": found.impact,
        "urgency": found.urgency,
        "group": found.group.name if found.group else None,
        "assignee": found.assignee.name if found.assignee else None,
        "requester": found.requester.name,
        "tags": [tag.name for tag in found.tags],
        "custom": found.custom,
        "created_at": found.created_at.isoformat(),
        "messages": [said(message) for message in found.messages],
    }


def said(message: Message) -> dict[str, Any]:
    """A message of a conversation."""
    return {
        "id": message.id,
        "visibility": message.visibility.value,
        "direction": message.direction.value,
        "channel": message.channel,
        "author": message.author_name,
        "text": message.text,
        "created_at": message.created_at.isoformat(),
    }
