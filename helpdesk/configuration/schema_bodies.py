"""What the bodies of definitions look like, for editors and readers; the parsers of `workflows/` say the last word."""

from __future__ import annotations

from helpdesk.configuration.schema_common import CATEGORIES, COMMON, METRICS, WEEKDAYS, Schema
from helpdesk.configuration.schema_forms import FORM_DEFINITIONS, FORMS
from helpdesk.configuration.schema_rules import ACTION, RULES
from helpdesk.configuration.schema_services import SERVICE
from helpdesk.definitions.models import Kind
from workflows.assignment import Match, Pick
from workflows.assignment_reading import Occasion
from workflows.clock_body import AfterPause, From, OnClosedDay
from workflows.sla_agreement import TOLD

DEFINITIONS: dict[str, Schema] = {
    "action": ACTION,
    **FORM_DEFINITIONS,
    "hours": {
        "type": "array",
        "description": "Pairs of a start and an end, such as [09:00, 17:00].",
        "items": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "string",
                "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$",
                "examples": ["09:00"],
            },
        },
    },
    "days": {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {day: {"$ref": "#/$defs/hours"} for day in WEEKDAYS},
    },
    "condition": {
        "type": "string",
        "description": "Which tickets, in the words of the search: status:new AND group:water.",
    },
    "calendar": {
        "type": ["string", "null"],
        "description": "The name of a calendar; null is round the clock.",
    },
    "seconds": {"type": "integer", "minimum": 0, "description": "A duration in seconds."},
    "targets": {
        "type": "object",
        "description": "Seconds by priority, or by group; * is for those that are not named.",
        "additionalProperties": {"$ref": "#/$defs/seconds"},
    },
    "pauses": {
        "type": "array",
        "description": "In which categories of states the clock rests.",
        "items": {"type": "string", "enum": list(CATEGORIES)},
    },
    "escalations": {
        "type": ["array", "null"],
        "description": "What is done at a share of the target, before or after it, or when it is exceeded.",
        "items": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string", "minLength": 1},
                "metric": {"type": "string"},
                "title": {"type": "string"},
                "percent": {"type": "number", "minimum": 0, "maximum": 1000},
                "before": {"$ref": "#/$defs/seconds"},
                "after": {"$ref": "#/$defs/seconds"},
                "breach": {"type": "boolean"},
                "days_before": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "Working days before the last day, on a clock that counts days.",
                },
                "notify": {"type": "array", "items": {"type": "string", "enum": list(TOLD)}},
            },
        },
    },
}

_METRIC: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "targets": {"$ref": "#/$defs/targets"},
        "targets_by_group": {"$ref": "#/$defs/targets"},
        "pause_in": {"$ref": "#/$defs/pauses"},
        "calendar": {"$ref": "#/$defs/calendar"},
        "reopen": {"type": "string", "enum": ["resume", "restart", "ignore"]},
    },
}

_CALENDAR: Schema = {
    "description": "Office hours, breaks and holidays, by which clocks count.",
    "required": ["zone"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "zone": {"type": "string", "minLength": 1, "examples": ["Europe/London"]},
        "weekly": {"$ref": "#/$defs/days"},
        "breaks": {"$ref": "#/$defs/days"},
        "public_holidays": {
            "type": ["array", "null"],
            "description": "Countries and regions whose public holidays are closed.",
            "items": {
                "type": "object",
                "required": ["country"],
                "additionalProperties": False,
                "properties": {
                    "country": {"type": "string", "examples": ["GB"]},
                    "region": {"type": "string", "examples": ["ENG"]},
                },
            },
        },
        "feeds": {
            "type": ["array", "null"],
            "description": "Addresses of iCalendar feeds, read each night.",
            "items": {"type": "string", "pattern": "^https://", "examples": ["https://..."]},
        },
        "holidays": {
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "maxLength": 120},
                    "date": {"type": "string", "examples": ["2026-12-25"]},
                    "yearly": {"type": "string", "examples": ["12-25"]},
                    "from": {"type": "string", "examples": ["2026-12-24"]},
                    "to": {"type": "string", "examples": ["2027-01-02"]},
                    "open": {"$ref": "#/$defs/hours"},
                    "closed": {"$ref": "#/$defs/hours"},
                    "feed": {"type": "integer", "description": "The feed it was taken over from."},
                },
            },
        },
    },
}

_ON_CHANGE: Schema = {
    "type": "string",
    "enum": ["carry", "retroactive", "restart"],
    "default": "carry",
    "description": "What becomes of a running clock when its rules change.",
}

_POLICY: Schema = {
    "description": "What the desk promises, by priority, and when a clock pauses.",
    "required": ["metrics"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "when": {"$ref": "#/$defs/condition"},
        "calendar": {"$ref": "#/$defs/calendar"},
        "on_change": _ON_CHANGE,
        "resume_on_requester_message": {"type": "boolean", "default": True},
        "metrics": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(METRICS, _METRIC),
        },
        "escalations": {"$ref": "#/$defs/escalations"},
    },
}

_AMOUNT: dict[str, Schema] = {
    unit: {"type": "integer", "minimum": 1} for unit in ("working_days", "days", "months")
}
_CLOCK: Schema = {
    "description": "A clock with start, pause and stop of its own: in seconds by priority, or in days as a law counts.",
    "required": ["start"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "when": {"$ref": "#/$defs/condition"},
        "start": {"$ref": "#/$defs/condition"},
        "pause": {"$ref": "#/$defs/condition"},
        "stop": {"$ref": "#/$defs/condition"},
        "cancel": {"$ref": "#/$defs/condition"},
        "calendar": {"$ref": "#/$defs/calendar"},
        "on_change": _ON_CHANGE,
        "targets": {"$ref": "#/$defs/targets"},
        "pause_in": {"$ref": "#/$defs/pauses"},
        "reopen": {"type": "string", "enum": ["resume", "restart", "ignore"]},
        "escalations": {"$ref": "#/$defs/escalations"},
        "law": {"type": "string", "description": "Where it is written."},
        "target": {
            "type": "object",
            "description": "One of them, with a number.",
            "additionalProperties": False,
            "properties": _AMOUNT,
        },
        "counted_from": {"type": "string", "enum": [one.value for one in From]},
        "after_pause": {"type": "string", "enum": [one.value for one in AfterPause]},
        "on_closed_day": {"type": "string", "enum": [one.value for one in OnClosedDay]},
        "weekend": {"type": "array", "items": {"type": "string", "enum": list(WEEKDAYS)}},
        "zone": _CALENDAR["properties"]["zone"],
        "public_holidays": _CALENDAR["properties"]["public_holidays"],
        "holidays": _CALENDAR["properties"]["holidays"],
        "extension": {
            "type": ["object", "integer", "null"],
            "description": "By how much it may be put off, once and with a reason.",
            "properties": {
                **_AMOUNT,
                "reasons": {"type": "array", "items": {"type": "string"}},
                "letter": {"type": "string"},
            },
        },
        "letter": {"type": "string"},
    },
}

_ROUTING: Schema = {
    "description": "Which tickets are given to whom, and when.",
    "properties": {
        **COMMON,
        "groups": {"type": "array", "items": {"type": "string"}},
        "when": {"$ref": "#/$defs/condition"},
        "on": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": [one.value for one in Occasion]},
        },
        "pick": {"type": "string", "enum": [one.value for one in Pick]},
        "match": {"type": "string", "enum": [one.value for one in Match]},
        "skills": {"type": "array", "items": {"type": "string"}},
        "skills_of_tags": {"type": "boolean"},
        "with_leads": {"type": "boolean"},
        "working_hours": {"type": "boolean"},
    },
}

_WORDS: Schema = {
    "anyOf": [
        {"type": "string"},
        {"type": "object", "additionalProperties": {"type": "string"}},
    ],
    "description": "A text, or texts by language: en, cy.",
}
_ASKED: Schema = {"type": "string", "enum": ["never", "optional", "always"]}
_CHAT: Schema = {
    "description": "A chat on websites: where it may stand, what it says and asks, who answers and when.",
    "required": ["title"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "origins": {
            "type": "array",
            "description": "The sites it may stand on.",
            "items": {"type": "string", "examples": ["https://www.example.org"]},
        },
        "group": {"type": "string", "description": "The group that answers."},
        "calendar": {"$ref": "#/$defs/calendar"},
        "heading": _WORDS,
        "greeting": _WORDS,
        "away": _WORDS,
        "dialogue": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "ask"],
                "additionalProperties": False,
                "properties": {
                    "name": {
                        "type": "string",
                        "pattern": "^[a-z][a-z0-9_]{0,39}$",
                        "examples": ["topic"],
                    },
                    "ask": _WORDS,
                    "required": {"type": "boolean", "default": True},
                    "options": {"type": "array"},
                },
            },
        },
        "ask_name": _ASKED,
        "ask_email": _ASKED,
        "expected_wait": {
            "type": ["integer", "null"],
            "description": "In minutes; null is reckoned.",
        },
        "files": {"type": "boolean", "default": True},
        "transcript": {"type": "boolean", "default": True},
        "accent": {"type": "string", "description": "A colour, such as #0b6e63."},
    },
}

BODIES: dict[str, Schema] = {
    Kind.CALENDAR: _CALENDAR,
    Kind.POLICY: _POLICY,
    Kind.CLOCK: _CLOCK,
    Kind.ROUTING: _ROUTING,
    Kind.CHAT: _CHAT,
    **RULES,
    Kind.SERVICE: SERVICE,
    **FORMS,
}
