"""Custom fields as things of the configuration; the name is the field's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from helpdesk.configuration.items import FIELD, Standing, Work
from helpdesk.configuration.refusals import as_faults
from helpdesk.configuration.schemas import schema_of
from helpdesk.configuration.shapes import check_shape
from helpdesk.core.db import db
from helpdesk.tickets.customizing import add_field, check_field, edit_field
from helpdesk.tickets.models import CustomField
from workflows.faults import N_, Gatherer, fault

# What the commands call a field, and what it is called in a file.
FIELDS = {"key": "name", "label": "title", "kind": "type"}


class FieldShelf:
    """The custom fields of tickets."""

    kind = FIELD

    def standing(self) -> dict[str, Standing]:
        return {row.key: Standing(_body(row)) for row in _rows()}

    def check(self, name: str, body: Mapping[str, Any]) -> None:
        gatherer = Gatherer()
        with gatherer.part():
            check_shape(body, schema_of(FIELD))
        gatherer.raise_if_any()
        with gatherer.part(), as_faults(FIELDS):
            check_field(key=name, kind=body["type"], options=body.get("options") or [])
        with gatherer.part():
            held = next((row for row in _rows() if row.key == name), None)
            if held is not None and held.kind != body["type"]:
                raise fault(
                    ("type",),
                    N_(
                        "A field keeps its type, %(held)s, since tickets hold values of it. Add a field of another name."
                    ),
                    held=held.kind,
                )
        gatherer.raise_if_any()

    def put(self, name: str, body: Mapping[str, Any], work: Work) -> int | None:
        held = next((row for row in _rows() if row.key == name), None)
        with as_faults(FIELDS):
            if held is None:
                held = add_field(
                    key=name,
                    label=body["title"],
                    kind=body["type"],
                    options=list(body.get("options") or []),
                    ticket_types=list(body.get("ticket_types") or []),
                    by=work.by,
                    cause=work.cause,
                )
            edit_field(
                held,
                label=body["title"],
                options=list(body.get("options") or []),
                ticket_types=list(body.get("ticket_types") or []),
                position=int(body.get("position") or 0),
                is_active=body.get("active") is not False,
                by=work.by,
                cause=work.cause,
            )
        return None

    def retire(self, name: str, work: Work) -> None:
        held = next((row for row in _rows() if row.key == name), None)
        if held is not None:
            self.put(name, {**_body(held), "active": False}, work)


def _rows() -> list[CustomField]:
    found = select(CustomField).order_by(CustomField.position, CustomField.id).limit(1000)
    return list(db.session.scalars(found))


def _body(row: CustomField) -> dict[str, Any]:
    body: dict[str, Any] = {"title": row.label, "type": row.kind}
    if row.options:
        body["options"] = list(row.options)
    if row.ticket_types:
        body["ticket_types"] = list(row.ticket_types)
    if row.position:
        body["position"] = row.position
    if not row.is_active:
        body["active"] = False
    return body
