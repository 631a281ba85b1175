"""What saving a policy would do, said before it is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.sla.models import SlaTicket
from helpdesk.web.admin.policy_words import ON_CHANGE

# Counted up to this many; more are "more than".
MOST_COUNTED = 10_000


def sentences(name: str | None, body: Mapping[str, Any]) -> Iterator[str]:
    """How many open tickets the new version would touch, and what would become of their clocks."""
    if name is None:
        yield _("Tickets that are opened from now on get this policy if they meet its condition.")
        yield _("An open ticket gets it when it changes and no policy above it takes the ticket.")
        return
    touched = open_tickets_under(name)
    if not touched:
        yield _("No open ticket is under this policy, so nothing changes now.")
        return
    if touched >= MOST_COUNTED:
        yield _("More than %(count)s open tickets are under this policy.", count=MOST_COUNTED)
    else:
        yield ngettext(
            "%(num)s open ticket is under this policy.",
            "%(num)s open tickets are under this policy.",
            touched,
        )
    yield _("They get the new version one after the other, in the background.")
    yield str(ON_CHANGE.get(str(body.get("on_change", "carry")), ""))


def open_tickets_under(name: str) -> int:
    """How many open tickets are under the policy of this name, counted up to `MOST_COUNTED`."""
    under = (
        select(SlaTicket.ticket_id)
        .where(SlaTicket.policy == name, SlaTicket.is_open)
        .limit(MOST_COUNTED)
    )
    return db.session.scalar(select(func.count()).select_from(under.subquery())) or 0
