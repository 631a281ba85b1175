"""The rules of the demo council: what it has done by itself, by one click, and who is given what."""

from __future__ import annotations

from typing import Any

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind

CAUSE = "demo"

_PHOTO = {
    "en": "Dear {requester},\n\nso that the right crew comes, please send us a photograph and the nearest house number.\n\n"
    "You can simply answer this message.",
    "cy": "Annwyl {requester},\n\ner mwyn i'r criw cywir ddod, anfonwch lun atom a rhif y tŷ agosaf.\n\n"
    "Gallwch ateb y neges hon.",
}
RULES: dict[Kind, dict[str, dict[str, Any]]] = {
    Kind.ANSWER: {
        "photo": {"title": "Please send a photograph", "text": _PHOTO},
    },
    Kind.TRIGGER: {
        "danger": {
            "title": "Danger to people comes first",
            "when": 'event:opened ("gas leak" OR "smell of gas" OR "live wire" OR "fallen tree")',
            "do": [
                {"set_priority": 1},
                {"add_tag": "danger"},
                {
                    "notify": {
                        "who": "leads",
                        "text": "{number} may be a danger to people: {subject}",
                    }
                },
            ],
        },
    },
    Kind.TIMED_RULE: {
        "quiet": {
            # Switched off: try it and look back first, as one would.
            "title": "Nobody has touched it for a week",
            "active": False,
            "when": "category:active idle:>7d",
            "do": [
                {"add_tag": "quiet"},
                {
                    "notify": {
                        "who": "assignee",
                        "text": "{number} has been quiet for a week: {subject}",
                    }
                },
            ],
        },
    },
    Kind.MACRO: {
        "ask-for-photo": {
            "title": "Ask for a photograph",
            "do": [{"send_reply": {"answer": "photo"}}, {"set_status": "pending_requester"}],
        },
        "missed-bin": {
            "title": "Missed bin: send the crew back",
            "groups": ["Waste and recycling"],
            "do": [
                {"add_tag": "missed-bin"},
                {"add_note": "Crew asked to come back within two working days."},
                {"set_status": "in_progress"},
            ],
        },
    },
    Kind.ROUTING: {
        "council-tax": {
            "title": "Council tax: whoever has least",
            "groups": ["Council tax"],
            "on": ["opened"],
            "pick": "least_loaded",
        },
    },
}


def set_up_rules() -> None:
    """Define them, inside the open unit of work, once the stories are told: what was before them they leave alone."""
    for kind, rules in RULES.items():
        for position, (name, body) in enumerate(rules.items(), 1):
            store.save(kind, name, {"position": 10 * position, **body}, by=None, cause=CAUSE)
