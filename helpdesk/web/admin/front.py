"""The front page of the administrators: all that can be configured, a sentence each."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.web.admin.blueprint import admin


@admin.get("")
def front() -> ResponseReturnValue:
    """Everything that can be configured."""
    return render_template("admin/front.html")
