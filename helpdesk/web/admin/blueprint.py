"""The blueprint of the administrators' pages, and what every one of them is given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from helpdesk.web.admin.navigation import sections

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.context_processor
def give_navigation() -> dict[str, Any]:
    """The list at the side; it costs no query."""
    return {"admin_sections": sections}
