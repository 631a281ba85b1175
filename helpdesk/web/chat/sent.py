"""What a widget sends, read: never more than is asked for, and only of the kinds that are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _

from helpdesk.core.errors import Invalid

MOST_TEXTS = 20


def token_sent() -> str:
    """The visitor's token, "" without one."""
    kind, _sep, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def read_sent() -> Mapping[str, Any]:
    """The object that was sent. Raises Invalid."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Invalid(_("The desk could not read that."))
    return sent


def text_sent(sent: Mapping[str, Any], name: str, most: int = 20_000) -> str:
    """One text of it, "" without one. Raises Invalid."""
    value = sent.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid(_("The desk could not read that."), field=name)
    # Half of a character that needs two cannot be stored.
    return (value or "").encode("utf-8", "replace").decode()[:most].replace("\x00", "")


def texts_sent(sent: Mapping[str, Any], name: str) -> dict[str, str]:
    """Several texts by name; nothing sent is none. Raises Invalid."""
    value = sent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MOST_TEXTS:
        raise Invalid(_("The desk could not read that."), field=name)
    return {str(key)[:60]: text_sent(value, key, 600) for key in value}
