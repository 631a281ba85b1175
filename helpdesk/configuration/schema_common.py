"""What the schemas of several kinds share."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

CATEGORIES = (
    *("active", "waiting_requester", "waiting_third_party", "waiting_internal"),
    *("resolved", "closed", "cancelled"),
)
METRICS = (
    *("first_response", "next_response", "update", "resolution", "acknowledge", "ownership"),
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# What every definition may carry.
COMMON: dict[str, Schema] = {
    "title": {"type": "string", "maxLength": 200, "description": "What people call it."},
    "description": {"type": "string", "description": "What it is for."},
    "position": {
        "type": "integer",
        "description": "Its place among those of its kind; the lowest comes first.",
    },
    "active": {"type": "boolean", "default": True, "description": "false ends its use for now."},
}
