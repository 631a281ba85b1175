"""The search page: over tickets, messages, files and people that the reader may see."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.web.console.blueprint import console


@console.get("/search")
def search() -> ResponseReturnValue:
    """What was found."""
    return render_template(
        "console/search.html",
        q=request.args.get("q", ""),
        filters={},
        options={"status": [], "group": [], "sort": []},
        problem=None,
        limited=None,
        results=None,
        suggestion=None,
        total="",
        paging=None,
        examples=[],
    )
