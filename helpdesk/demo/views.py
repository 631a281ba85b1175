"""The shared views of the demo desk, counted as they are made."""

from __future__ import annotations

from helpdesk.views.commands import Wanted, create_view
from helpdesk.views.keeping import count_view
from helpdesk.views.models import Audience

VIEWS = (
    Wanted("Urgent", "is:open priority:<=2", Audience.ALL, sort="priority", grouping="priority"),
    Wanted(
        "Nobody has answered for a day",
        "category:active idle:>1d",
        Audience.ALL,
        sort="quiet",
        position=1,
    ),
    Wanted(
        "Mine, waiting for others",
        "status:pending assignee:me",
        Audience.ALL,
        sort="quiet",
        letter="w",
        position=2,
    ),
    Wanted("Late or nearly", "is:open (is:breached OR due:<1h)", Audience.LEADS, sort="due"),
)


def set_up_views() -> None:
    """Make them; in a unit of work."""
    for wanted in VIEWS:
        count_view(create_view(wanted, actor=None, cause="demo").id)
