"""The blueprint of the console, and what every one of its pages is given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from helpdesk.web.console.rail import Rail

console = Blueprint("console", __name__)


def give_rail() -> dict[str, Any]:
    """The rail for pages that draw it; those that do not pay no query."""
    return {"rail": Rail()}


console.app_context_processor(give_rail)
