"""The chat of the demo council, as it stands on its website."""

from __future__ import annotations

from typing import Any

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind

CAUSE = "demo"
NAME = "council"
CHAT: dict[str, Any] = {
    "title": "Chat with the council",
    "origins": [
        "https://www.harbourstead.example",
        "http://127.0.0.1:8002",
        "http://localhost:8002",
    ],
    "group": "Customer services",
    "heading": {"en": "Harbourstead Council", "cy": "Cyngor Harbourstead"},
    "greeting": {
        "en": "Hello, this is Harbourstead Borough Council. A few questions, then one of us is with you.",
        "cy": "Helo, dyma Gyngor Bwrdeistref Harbourstead. Ychydig o gwestiynau, yna bydd un ohonom gyda chi.",
    },
    "dialogue": [
        {
            "name": "topic",
            "ask": {"en": "What is it about?", "cy": "Beth yw’r pwnc?"},
            "options": [
                {
                    "label": {"en": "Bins and recycling", "cy": "Biniau ac ailgylchu"},
                    "group": "Waste and recycling",
                },
                {"label": {"en": "Council tax", "cy": "Treth gyngor"}, "group": "Council tax"},
                {
                    "label": {"en": "Roads and parking", "cy": "Ffyrdd a pharcio"},
                    "group": "Highways",
                },
                {"label": {"en": "Something else", "cy": "Rhywbeth arall"}},
            ],
        }
    ],
}


def set_up_chat() -> None:
    """Define it, inside the open unit of work; what is there already is not made anew."""
    store.save(Kind.CHAT, NAME, CHAT, by=None, cause=CAUSE)
