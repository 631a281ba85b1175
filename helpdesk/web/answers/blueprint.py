"""The blueprint of the pages that answer."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.web.languages import serves_the_public

answers = Blueprint("answers", __name__)
serves_the_public("answers")
