"""What forms of the portal look like in files."""

from __future__ import annotations

from helpdesk.configuration.schema_common import COMMON, Schema
from helpdesk.definitions.models import Kind
from workflows.contact_form import AnswerKind
from workflows.contact_form_reading import LONGEST_WORDS, MOST_ITEMS, NAME
from workflows.contact_way import LONGEST_REACHED, Way

_WORDS: Schema = {"$ref": "#/$defs/words"}

WORDS_IN_LANGUAGES: Schema = {
    "anyOf": [
        {"type": "string", "maxLength": LONGEST_WORDS},
        {
            "type": "object",
            "description": "A text for each language, such as en and cy.",
            "additionalProperties": {"type": "string", "maxLength": LONGEST_WORDS},
        },
    ],
}

_OPTION: Schema = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "required": ["label"],
            "additionalProperties": False,
            "properties": {
                "value": {"type": "string", "maxLength": 60},
                "label": _WORDS,
                "hint": _WORDS,
            },
        },
    ],
}


def _question(kinds: list[str], **more: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["name", "kind", "label"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "pattern": f"^{NAME.pattern}$", "examples": ["which_bin"]},
            "kind": {"type": "string", "enum": kinds},
            "label": _WORDS,
            "hint": _WORDS,
            "required": {"type": "boolean", "default": True},
            "options": {"type": "array", "items": _OPTION},
            "field": {"type": "string", "description": "A custom field that gets the answer."},
            "min": {"type": "number"},
            "max": {"type": "number"},
            **more,
        },
    }


_IN_A_GROUP = [one.value for one in AnswerKind if one not in (AnswerKind.GROUP, AnswerKind.FILES)]

FORM_DEFINITIONS: dict[str, Schema] = {
    "words": WORDS_IN_LANGUAGES,
    "partquestion": _question(_IN_A_GROUP),
}

FORM: Schema = {
    "description": "A form of the portal: what it asks, one question a page, and who gets what is sent.",
    "required": ["title", "questions"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "called": {**_WORDS, "description": "Its title in other languages, such as cy."},
        "lead": {**_WORDS, "description": "What it is for, in the list of services."},
        "before": {**_WORDS, "description": "What to know before beginning."},
        "after": {**_WORDS, "description": "What happens next, once it is sent."},
        "subject": {
            **_WORDS,
            "description": "The subject of the ticket; {which_bin} stands for that answer.",
        },
        "ticket_type": {"type": "string", "default": "request"},
        "group": {"type": "string", "description": "The name of the group that gets its tickets."},
        "tags": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "signed_in_only": {
            "type": "boolean",
            "default": False,
            "description": "Only for who has proven an address.",
        },
        "questions": {
            "type": "array",
            "minItems": 1,
            "items": _question(
                [one.value for one in AnswerKind],
                when={
                    "type": "object",
                    "description": "Asked only after these answers to questions before it.",
                    "additionalProperties": {
                        "anyOf": [
                            {"type": "string"},
                            {"type": "array", "items": {"type": "string"}},
                        ]
                    },
                },
                most={
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST_ITEMS,
                    "description": "How often it may be added, or how many files.",
                },
                questions={
                    "type": "array",
                    "minItems": 1,
                    "description": "For a group: what is asked each time.",
                    "items": {"$ref": "#/$defs/partquestion"},
                },
            ),
        },
    },
}
CONTACT: Schema = {
    "description": "A way to get in touch that the public front page names, with its hours and how long it takes.",
    "required": ["title", "way", "reached"],
    "additionalProperties": False,
    "properties": {
        **COMMON,
        "called": {**_WORDS, "description": "Its title in other languages, such as cy."},
        "way": {"type": "string", "enum": [one.value for one in Way]},
        "reached": {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_REACHED,
            "description": "The number, the address, or the name of the chat.",
        },
        "calendar": {"$ref": "#/$defs/calendar"},
        "wait": {**_WORDS, "description": "How long it takes; a chat says so by itself."},
        "note": {**_WORDS, "description": "What else is to be known, such as a relay number."},
    },
}
FORMS: dict[str, Schema] = {Kind.FORM: FORM, Kind.CONTACT: CONTACT}
