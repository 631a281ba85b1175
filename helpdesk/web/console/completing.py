"""What a field offers while somebody types into it."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from helpdesk.tickets.tag_names import tags_beginning
from helpdesk.web.auth import current_actor
from helpdesk.web.console.blueprint import console

LONGEST_TYPED = 60


@console.get("/complete/tags")
def tag_names() -> ResponseReturnValue:
    """The names of tags that begin with what was typed."""
    typed = request.args.get("q", "")[:LONGEST_TYPED]
    return jsonify(list(tags_beginning(current_actor(), typed)))
