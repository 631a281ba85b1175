"""The blueprint of the public pages, and what every one of them is given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from helpdesk.web.languages import choices, serves_the_public
from helpdesk.web.portal.visitor import give_visitor

portal = Blueprint("portal", __name__)
serves_the_public("portal")


def give_languages() -> dict[str, Any]:
    """The languages to choose from; for error pages too, which belong to no blueprint."""
    return {"languages": choices()}


portal.app_context_processor(give_languages)
portal.app_context_processor(give_visitor)
