"""The published schema of each kind of file: what editors check while a person writes, and what we check of our own."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from helpdesk.configuration.items import CHANNEL, FIELD, GROUP, KINDS, VIEW
from helpdesk.configuration.schema_bodies import BODIES, DEFINITIONS
from helpdesk.configuration.schema_views import VIEW_BODY
from helpdesk.tickets.customizing import KINDS as FIELD_TYPES

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TITLE = {"type": "string", "minLength": 1, "maxLength": 120, "description": "What people call it."}
_ACTIVE = {"type": "boolean", "default": True, "description": "false ends its use for now."}
_ADDRESS = {"type": "string", "maxLength": 320}

_PLAIN: dict[str, dict[str, Any]] = {
    FIELD: {
        "description": "A field of tickets. Its name and its type never change.",
        "required": ["title", "type"],
        "additionalProperties": False,
        "properties": {
            "title": _TITLE,
            "type": {"type": "string", "enum": list(FIELD_TYPES)},
            "options": {"type": "array", "items": {"type": "string", "minLength": 1}},
            "ticket_types": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The types of tickets that have it; without it all have.",
            },
            "position": {"type": "integer", "minimum": 0, "maximum": 100000},
            "active": _ACTIVE,
        },
    },
    GROUP: {
        "description": "A team of agents. Its members are people, and stand in no file.",
        "required": ["title"],
        "additionalProperties": False,
        "properties": {
            "title": _TITLE,
            "agency": {"type": ["string", "null"], "description": "The name of its agency."},
            "address": {**_ADDRESS, "description": "Where its replies come from."},
            "sender_name": {"type": "string", "maxLength": 120},
            "reply_to": {**_ADDRESS, "description": "Where answers to its replies go."},
            "signature": {"type": "string", "maxLength": 5000},
            "active": _ACTIVE,
        },
    },
    CHANNEL: {
        "description": "A place where the desk is reached, such as a mailbox.",
        "required": ["title", "type"],
        "additionalProperties": False,
        "properties": {
            "title": _TITLE,
            "type": {"type": "string", "minLength": 1, "examples": ["email"]},
            "group": {
                "type": ["string", "null"],
                "description": "The name of the group that gets its tickets.",
            },
            "active": _ACTIVE,
            "settings": {
                "type": "object",
                "additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
            },
            "secrets": {
                "type": "object",
                "description": "Where each secret is: vault, or env: and the name of a variable.",
                "additionalProperties": {"type": "string"},
            },
        },
    },
    VIEW: VIEW_BODY,
}


@cache
def schema_of(kind: str) -> dict[str, Any]:
    """The schema of a body of a kind, without the head of its file."""
    body = {"type": "object", **(_PLAIN.get(kind) or BODIES.get(kind) or {})}
    shared = _shared(body)
    return {**body, **({"$defs": shared} if shared else {})}


def _shared(body: dict[str, Any]) -> dict[str, Any]:
    """The definitions that a schema refers to, and those that they refer to."""
    found: dict[str, Any] = {}
    waiting = _named_in(body)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = DEFINITIONS[name]
            waiting |= _named_in(found[name])
    return {name: found[name] for name in sorted(found)}


def _named_in(part: dict[str, Any]) -> set[str]:
    return set(re.findall(r'"#/\$defs/([a-z]+)"', json.dumps(part)))


def published_schema(kind: str) -> dict[str, Any]:
    """The schema of a whole file of a kind, as it is published."""
    body = schema_of(kind)
    head = {
        "kind": {"const": kind, "description": "What kind of thing this file defines."},
        "name": {
            "type": "string",
            "pattern": f"^{NAME.pattern}$",
            "description": "Its name, which never changes.",
        },
    }
    return {
        "$schema": DIALECT,
        "title": f"Commondesk: {kind}",
        **body,
        # In the folder of its kind, a file says both by where it lies.
        "properties": {**head, **body.get("properties", {})},
    }


def schema_files() -> dict[str, str]:
    """Every schema as the text of a file, by its name."""
    return {
        f"{kind}.json": json.dumps(published_schema(kind), indent=2, ensure_ascii=False) + "\n"
        for kind in KINDS
    }
