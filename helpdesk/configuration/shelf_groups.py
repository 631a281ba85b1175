"""Groups as things of the configuration. Who belongs to them are people, and stands in no file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from helpdesk.configuration.items import GROUP, Standing, Work
from helpdesk.configuration.naming import Named, keep_names, stable_names
from helpdesk.configuration.refusals import as_faults
from helpdesk.configuration.schemas import schema_of
from helpdesk.configuration.shapes import check_shape
from helpdesk.core.db import db
from helpdesk.people import grouping
from helpdesk.people.addresses import normalise_email
from helpdesk.people.models import Agency, Group
from workflows.faults import N_, Gatherer, fault

_TEXTS = ("address", "sender_name", "reply_to", "signature")
# What the commands call a field, and what it is called in a file.
FIELDS = {"name": "title", "agency_id": "agency"}


def groups_by_name() -> dict[str, Group]:
    """Every group by its stable name."""
    groups = db.session.scalars(
        select(Group).options(joinedload(Group.agency)).order_by(Group.id).limit(2000)
    ).all()
    names = stable_names(GROUP, [Named(group.id, group.name) for group in groups])
    return {names[group.id]: group for group in groups}


class GroupShelf:
    """The groups of the desk."""

    kind = GROUP

    def standing(self) -> dict[str, Standing]:
        return {name: Standing(_body(group)) for name, group in groups_by_name().items()}

    def check(self, name: str, body: Mapping[str, Any]) -> None:
        gatherer = Gatherer()
        with gatherer.part():
            check_shape(body, schema_of(GROUP))
        for field in ("address", "reply_to"):
            with gatherer.part(), as_faults(FIELDS, within=(field,)):
                if isinstance(body.get(field), str) and body[field]:
                    normalise_email(body[field])
        with gatherer.part():
            _agency_id(body.get("agency"))
        gatherer.raise_if_any()

    def put(self, name: str, body: Mapping[str, Any], work: Work) -> int | None:
        found = groups_by_name()
        values: dict[str, Any] = {
            "name": str(body["title"]),
            **{field: str(body.get(field) or "") for field in _TEXTS},
            "agency_id": _agency_id(body.get("agency")),
        }
        group = found.get(name)
        with as_faults(FIELDS):
            if group is None:
                group = grouping.create_group(**values, actor=work.actor, cause=work.cause)
            if found.get(name) is not None or body.get("active") is False:
                grouping.edit_group(
                    group,
                    **values,
                    is_active=body.get("active") is not False,
                    actor=work.actor,
                    cause=work.cause,
                )
        names = {held.id: held_name for held_name, held in found.items()}
        keep_names(GROUP, {**names, group.id: name})
        return None

    def retire(self, name: str, work: Work) -> None:
        group = groups_by_name().get(name)
        if group is not None:
            self.put(name, {**_body(group), "active": False}, work)


def _body(group: Group) -> dict[str, Any]:
    body: dict[str, Any] = {"title": group.name}
    if group.agency is not None:
        body["agency"] = group.agency.name
    body.update({field: getattr(group, field) for field in _TEXTS if getattr(group, field)})
    if not group.is_active:
        body["active"] = False
    return body


def _agency_id(name: object) -> int | None:
    if not isinstance(name, str) or not name:
        return None
    found = db.session.scalar(select(Agency.id).where(func.lower(Agency.name) == name.lower()))
    if found is None:
        raise fault(
            ("agency",),
            N_(
                "There is no agency “%(name)s”. Add it on the page Agencies first, or take the line out."
            ),
            name=name,
        )
    return found
