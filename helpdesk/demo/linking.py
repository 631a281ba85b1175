"""Links between the demo desk's tickets: a problem and its incidents, and what happened again."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.core.db import db
from helpdesk.demo.setting_up import CAUSE
from helpdesk.demo.stories import Story
from helpdesk.tickets.links import link
from helpdesk.tickets.models import LinkKind, Ticket

# Left and right as they are read: "vpn-1 caused by problem-wifi-2".
LINKS = (
    ("vpn-1", "problem-wifi-2", LinkKind.CAUSED_BY),
    ("vpn-3", "problem-wifi-2", LinkKind.CAUSED_BY),
    ("chat-bins-3", "missed-bin-1", LinkKind.RELATED),
    ("fresh-email-3", "repair-chase-2", LinkKind.RELATED),
)


def link_stories(stories: list[Story], tickets: Mapping[str, int]) -> None:
    """Link what belongs together, inside a unit of work."""
    told = {story.ref for story in stories}
    for left, right, kind in LINKS:
        if left in told and right in told:
            link(
                db.session.get_one(Ticket, tickets[left]),
                db.session.get_one(Ticket, tickets[right]),
                kind,
                by=None,
                cause=CAUSE,
            )
