"""Forms that are nothing but a button."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from helpdesk.core.errors import Invalid


def require_bare_form() -> None:
    """Refuse a form that sends more than its token. Raises Invalid."""
    if set(request.form) - {"csrf_token"}:
        raise Invalid(_("The form sent something we did not ask for."))
