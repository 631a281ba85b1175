"""What rules, canned answers, lifecycles and priorities look like in files."""

from __future__ import annotations

from typing import Any

from helpdesk.configuration.schema_common import CATEGORIES, COMMON, Schema
from helpdesk.definitions.models import Kind
from workflows.actions import WHO
from workflows.fields import EVENTS
from workflows.lifecycle import AfterResolved, Occasion, Role, Unit
from workflows.lifecycle_fields import EFFECTS, GUARDS, FieldKind
from workflows.rules import FORM_FIELDS

_WORDS: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}
_MESSAGE: Schema = {"type": "string", "minLength": 1, "maxLength": 20000}
_GROUPS: Schema = {**_WORDS, "description": "For members of these groups; without it, for all."}
_SPAN: Schema = {"type": "string", "pattern": "^[0-9]+[a-z]+$", "examples": ["4h"]}

ACTION: Schema = {
    "type": "object",
    "description": "One name with one value.",
    "additionalProperties": False,
    "properties": {
        "set_status": {"type": "string"},
        "set_priority": {"type": ["integer", "string"], "description": "1, the highest, to 5."},
        "set_type": {"type": "string"},
        "assign_group": {"type": "string", "description": "The name of a group."},
        "assign_agent": {"type": "string", "description": "An address of the staff, or nobody."},
        "route": {"type": "boolean", "const": True},
        "add_tag": {"type": "string", "maxLength": 60},
        "remove_tag": {"type": "string", "maxLength": 60},
        "set_field": {
            "type": "object",
            "required": ["key", "value"],
            "additionalProperties": False,
            "properties": {
                "key": {"type": "string", "description": "The name of a custom field."},
                "value": {"type": ["string", "number", "boolean", "array"]},
            },
        },
        "add_note": _MESSAGE,
        "send_reply": {
            "anyOf": [
                _MESSAGE,
                {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "answer": {"type": "string", "description": "A canned answer."},
                        "text": _MESSAGE,
                    },
                },
            ]
        },
        "notify": {
            "type": "object",
            "required": ["who", "text"],
            "additionalProperties": False,
            "properties": {
                "who": {
                    "type": "string",
                    "description": f"An address, or one of {', '.join(WHO)}.",
                },
                "text": _MESSAGE,
            },
        },
        "add_watcher": {"type": "string", "description": "An address."},
    },
}
_DO: Schema = {
    "type": "array",
    "minItems": 1,
    "maxItems": 20,
    "items": {"$ref": "#/$defs/action"},
    "description": "What is done, in this order.",
}
_WHEN: Schema = {"$ref": "#/$defs/condition"}


def _rule(description: str, required: list[str], **properties: Schema) -> Schema:
    return {
        "description": description,
        "required": required,
        "additionalProperties": False,
        "properties": {**COMMON, "when": _WHEN, **properties},
    }


_FORM_FIELDS: Schema = {
    "type": "array",
    "items": {
        "type": "string",
        "description": f"custom. and a custom field, or one of {', '.join(FORM_FIELDS)}.",
    },
}

_TEXTS: Schema = {
    "anyOf": [
        _MESSAGE,
        {
            "type": "object",
            "description": "A text for each language, such as en and pl.",
            "additionalProperties": _MESSAGE,
        },
    ]
}

_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,29}$", "examples": ["in_progress"]}
_DAYS: Schema = {
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        "days": {"type": "integer", "minimum": 1},
        "unit": {"type": "string", "enum": [one.value for one in Unit]},
        "calendar": {"$ref": "#/$defs/calendar"},
    },
}


def _of(values: Any) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": list(values)}}


_ASKED: Schema = {
    **_WORDS,
    "description": "Names of fields, custom:name for a custom one; a|b is either.",
}
_MOVE: Schema = {
    "type": "object",
    "required": ["id", "from", "to", "by"],
    "additionalProperties": False,
    "properties": {
        "id": _NAME,
        "label": {"type": "string", "maxLength": 80},
        "from": {**_WORDS, "minItems": 1},
        "to": {"type": "string"},
        "by": {**_of(one.value for one in Role), "minItems": 1},
        "require": _ASKED,
        "require_if_strict": _ASKED,
        "ask": _ASKED,
        "guard": _of(GUARDS),
        "auto": _of(one.value for one in Occasion),
        "kinds": _WORDS,
        "set": {"type": "object"},
        "effect": _of(EFFECTS),
        "approval": {"type": "string"},
    },
}

_LIFECYCLE: Schema = {
    "description": "The states of a type of ticket, and who may move it from one to the next.",
    "required": ["title", "prefix", "initial", "states"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "prefix": {"type": "string", "pattern": "^[A-Z]{1,8}$", "examples": ["INC"]},
        "initial": {"type": "string"},
        "strict": {"type": "boolean"},
        "states": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "category"],
                "additionalProperties": False,
                "properties": {
                    "name": _NAME,
                    "category": {"type": "string", "enum": list(CATEGORIES)},
                    "label": {"type": "string", "maxLength": 80},
                    "by_moves_only": {"type": "boolean"},
                },
            },
        },
        "transitions": {"type": "array", "items": _MOVE},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {
                    "name": _NAME,
                    "label": {"type": "string", "maxLength": 80},
                    "kind": {"type": "string", "enum": [one.value for one in FieldKind]},
                    "options": _WORDS,
                    "default": {"type": "string"},
                },
            },
        },
        "auto_close": _DAYS,
        "after_resolved": {"type": "string", "enum": [one.value for one in AfterResolved]},
        "follow_up_days": {"type": "integer", "minimum": 0},
        "reminders": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": {
                "days": {"type": "array", "items": {"type": "integer", "minimum": 1}},
                "unit": {"type": "string", "enum": [one.value for one in Unit]},
                "calendar": {"$ref": "#/$defs/calendar"},
                "end_after": {"type": ["integer", "null"], "minimum": 1},
            },
        },
    },
}

_STEPS: Schema = {
    "type": "array",
    "minItems": 1,
    "maxItems": 7,
    "items": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {"name": _NAME, "label": {"type": "string", "maxLength": 60}},
    },
}

_MATRIX: Schema = {
    "description": "Which priority follows from impact (rows) and urgency (columns).",
    "required": ["title", "impacts", "urgencies", "priorities"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "impacts": _STEPS,
        "urgencies": _STEPS,
        "priorities": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 5}},
        },
    },
}

RULES: dict[str, Schema] = {
    Kind.LIFECYCLE: _LIFECYCLE,
    Kind.MATRIX: _MATRIX,
    Kind.TRIGGER: _rule(
        "What happens by itself when a ticket changes.",
        ["do"],
        on=_of(EVENTS),
        do=_DO,
        last={"type": "boolean", "description": "true lets none of those after it run."},
    ),
    Kind.TIMED_RULE: _rule(
        "What happens by itself when time has passed.",
        ["when", "do"],
        do=_DO,
        calendar={"$ref": "#/$defs/calendar"},
        again={**_SPAN, "description": "After how long it comes again, such as 3d."},
    ),
    Kind.MACRO: _rule("What an agent does with one click.", ["do"], do=_DO, groups=_GROUPS),
    Kind.FORM_RULE: _rule(
        "What a form hides, asks for and fills.",
        [],
        hide=_FORM_FIELDS,
        require=_FORM_FIELDS,
        fill={"type": "object", "additionalProperties": {"type": "string"}},
    ),
    Kind.ANSWER: _rule(
        "A text that agents put into a reply.", ["text"], text=_TEXTS, groups=_GROUPS
    ),
}
