"""What fell due on a ticket, in the words of its history."""

from __future__ import annotations

from flask_babel import gettext as _

from helpdesk.journal.models import Entry
from helpdesk.web.deadlines import metric_word


def due_words(entry: Entry) -> str | None:
    """An entry of service levels in a line; None for any other."""
    said = entry.after
    what = metric_word(str(said.get("metric", said.get("clock", ""))))
    if entry.event == "SlaBreached":
        return _("%(what)s is late", what=what)
    if entry.event == "SlaWarningReached":
        return _("%(what)s is due soon (%(rule)s)", what=what, rule=str(said.get("rule", "")))
    if entry.event == "SlaEscalated":
        did = ", ".join(map(str, said.get("did", ())))
        return _("%(what)s: escalated (%(did)s)", what=what, did=did)
    if entry.event == "SlaExtended":
        return _("%(what)s was put off", what=what)
    return None
