"""What the journal says of side conversations, as thin lines."""

from __future__ import annotations

from flask_babel import gettext as _

from helpdesk.journal.models import Entry
from helpdesk.tickets.side_models import SideState


def side_line(entry: Entry) -> str:
    """An entry of a side conversation in words."""
    if entry.event == "SideOpened":
        return _("A side conversation began")
    if entry.event == "SideMessageAdded":
        came_in = entry.after.get("direction") == "in"
        return _("Answer in a side conversation") if came_in else _("Written aside")
    said = {
        SideState.WAITING.value: _("A side conversation waits for the other side"),
        SideState.ANSWERED.value: _("The other side answered in a side conversation"),
        SideState.CLOSED.value: _("A side conversation was closed"),
    }
    return said.get(str(entry.after.get("side_state")), _("A side conversation changed"))
