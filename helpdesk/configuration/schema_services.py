"""What answer services look like in files."""

from __future__ import annotations

from helpdesk.configuration.schema_common import COMMON, Schema
from workflows.services import Audience, FieldKind

_LINES: Schema = {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 200}}
_TEXTS: Schema = {
    "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": 5000},
        {
            "type": "object",
            "description": "A text for each language, such as en and cy.",
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 5000},
        },
    ]
}
_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}


def _from(required: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": [required],
        "additionalProperties": False,
        "properties": properties,
    }


SERVICE: Schema = {
    "description": "What the desk answers by itself, at every door.",
    "required": ["title", "from"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "titles": {**_TEXTS, "description": "What it is called in further languages."},
        "asked": {
            "type": "object",
            "description": "How people ask for it, by language.",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "phrases": {**_LINES, "description": "Whole questions."},
                    "words": {**_LINES, "description": "Words that speak of it."},
                },
            },
        },
        "needs": {
            "type": "array",
            "maxItems": 6,
            "description": "What must be known before it can answer; the first is the key of a table.",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": _NAME,
                    "kind": {"type": "string", "enum": [one.value for one in FieldKind]},
                    "label": _TEXTS,
                    "hint": _TEXTS,
                    "options": _LINES,
                },
            },
        },
        "from": {
            "description": "Where the answer comes from.",
            "anyOf": [
                _from("text", text={"const": True}),
                _from(
                    "table",
                    table={"type": "string", "description": "The name of a table of the desk."},
                    choose={
                        **_NAME,
                        "description": "The column by which one of several is chosen.",
                    },
                    line={**_TEXTS, "description": "What {lines} has for each row."},
                ),
                _from(
                    "web",
                    web={"type": "string", "examples": ["https://api.example/bins?at={postcode}"]},
                    find={
                        "type": "object",
                        "description": "Where each value stands in the answer, such as rounds.0.day.",
                        "additionalProperties": {"type": "string"},
                    },
                    seconds={"type": "integer", "minimum": 1, "maximum": 8},
                    keep_minutes={"type": "integer", "minimum": 0, "maximum": 10080},
                    at_most={"type": "integer", "minimum": 0, "maximum": 720},
                ),
                _from("hours", hours={"type": "string", "description": "The name of a calendar."}),
                _from("status", status={"const": True}),
            ],
        },
        "text": {**_TEXTS, "description": "The answer; {day} stands for what was found."},
        "fall_back": {**_TEXTS, "description": "What is said when nothing was found."},
        "audience": {"type": "string", "enum": [one.value for one in Audience]},
        "group": {"type": ["string", "null"], "description": "The group that goes on."},
        "link": {"type": "string", "description": "Where there is more to read."},
        "receipts": {"type": "boolean", "description": "true lets receipts of mail point to it."},
    },
}
