"""What programs send: JSON objects, read name by name, so that nothing is set that nobody meant to offer (S29)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _

from helpdesk.core.errors import Invalid


def body_of(known: Collection[str]) -> Mapping[str, Any]:
    """The JSON object of the request. Raises Invalid for anything else, and for names that are not known."""
    found = request.get_json(silent=True) if request.is_json else None
    if not isinstance(found, dict):
        raise Invalid(_("Send a JSON object."), _("Its Content-Type is application/json."))
    only(found, known, "")
    return found


def only(found: Mapping[str, Any], known: Collection[str], within: str) -> None:
    """Refuse a name that is not known. Raises Invalid."""
    for name in found:
        if name not in known:
            raise Invalid(
                _("%(name)s is not known here.", name=str(name)[:60]),
                _("Known are: %(all)s.", all=", ".join(sorted(known))),
                field=f"{within}{name}"[:80],
            )


def text_in(found: Mapping[str, Any], name: str, *, most: int, needed: bool = False) -> str:
    """A text of the object; "" where there is none. Raises Invalid."""
    value = found.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise Invalid(
            _("%(name)s is a text of at most %(most)s characters.", name=name, most=most),
            field=name,
        )
    if needed and not value.strip():
        raise Invalid(_("%(name)s is needed.", name=name), field=name)
    return value


def texts_in(found: Mapping[str, Any], name: str, *, most: int) -> list[str]:
    """A list of short texts of the object. Raises Invalid."""
    value = found.get(name) or []
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    if not is_list or len(value) > most or any(len(one) > 200 for one in value):
        raise Invalid(
            _("%(name)s is a list of at most %(most)s short texts.", name=name, most=most),
            field=name,
        )
    return list(value)
