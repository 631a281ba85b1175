"""The schema of a shared view."""

from __future__ import annotations

from helpdesk.configuration.schema_common import Schema
from helpdesk.views import showing
from helpdesk.views.models import Audience

# A field that an administrator added.
_ADDED = "^custom\\.[a-z][a-z0-9_]{0,58}$"
_SHARED = [one.value for one in Audience if one is not Audience.OWN]

VIEW_BODY: Schema = {
    "description": "A list of tickets that stands in the menus of many, made from a query.",
    "required": ["title", "query"],
    "additionalProperties": False,
    "properties": {
        "title": {
            "type": "string",
            "minLength": 1,
            "maxLength": 120,
            "description": "What people call it.",
        },
        "query": {
            "type": "string",
            "maxLength": 2000,
            "description": "Which tickets, in the language of the search with OR and brackets.",
            "examples": ["is:open (priority:<=2 OR tag:vip) idle:>2d"],
        },
        "audience": {
            "type": "string",
            "enum": _SHARED,
            "default": "all",
            "description": "In whose menu it stands.",
        },
        "group": {
            "type": ["string", "null"],
            "description": "The name of the group, where the audience is one.",
        },
        "columns": {
            "type": "array",
            "items": {
                "anyOf": [{"enum": list(showing.COLUMNS)}, {"type": "string", "pattern": _ADDED}]
            },
            "description": "Beside the subject; without it each reader has their own.",
        },
        "sort": {
            "type": "string",
            "anyOf": [{"enum": list(showing.SORTS)}, {"pattern": f"^-?{_ADDED[1:]}"}],
            "default": "activity",
        },
        "grouping": {"type": "string", "enum": ["", *showing.GROUPINGS]},
        "density": {"type": "string", "enum": ["", *showing.DENSITIES]},
        "letter": {
            "type": "string",
            "pattern": "^[a-z0-9]?$",
            "description": "The key that opens it after g.",
        },
        "position": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100000,
            "description": "Its place in the menu; the lowest comes first.",
        },
    },
}
