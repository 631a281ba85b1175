"""The lifecycles that every desk has from the start, until an administrator writes others (after ITIL 4)."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from workflows.lifecycle import Lifecycle
from workflows.lifecycle_reading import read_lifecycle

# In the order in which menus show them.
SHIPPED = ("incident", "request", "question", "problem", "change", "task")


@cache
def shipped_body(name: str) -> dict[str, Any]:
    """What a shipped lifecycle says, as an administrator would write it; not to be changed. Raises KeyError."""
    if name not in SHIPPED:
        raise KeyError(name)
    text = resources.files(__package__).joinpath("lifecycles", f"{name}.json").read_text("utf-8")
    body: dict[str, Any] = json.loads(text)
    return body


@cache
def shipped(name: str) -> Lifecycle:
    """A shipped lifecycle. Raises KeyError."""
    return read_lifecycle(shipped_body(name))


def stricter(body: dict[str, Any]) -> dict[str, Any]:
    """The same lifecycle in its strict form: what it offers to be filled in, it demands."""
    return {**body, "strict": True}
