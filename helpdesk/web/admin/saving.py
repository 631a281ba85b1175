"""save_and_tell(): what a form of the settings made, saved over the version that was seen, and said so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash
from flask_babel import gettext as _

from helpdesk.configuration.editing import save_over
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions.models import Kind
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.auth import current_actor


def save_and_tell(kind: Kind, name: str, body: Mapping[str, Any], *, seen: int, note: str) -> None:
    """Save a body as a new version, and say which on the next page. Raises Faulty, Invalid and ChangedMeanwhile."""
    with unit_of_work():
        saved = save_over(
            kind, name, body, seen=seen, by=current_actor().person_id, cause=CAUSE, note=note
        )
    if saved.is_new:
        number = saved.version.number
        flash(_("Saved as version %(number)s. It counts from now on.", number=number), "ok")
    else:
        flash(_("That is what it says already; no new version was made."), "ok")
