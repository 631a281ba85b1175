"""effect_of_policy(): which open tickets a policy that is not saved yet would move, and how; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.sla import keeping
from helpdesk.sla.choosing import choose, put_under
from helpdesk.sla.counting import Count
from helpdesk.sla.facts import Names
from helpdesk.sla.library import Library
from helpdesk.sla.recounting import MOST_LOOKED_AT, Effect, compare, readings_of, under
from helpdesk.tickets.models import Ticket

# The row that a version would have which is not written; no version has it.
_UNWRITTEN = 0


class DraftLibrary(Library):
    """What holds now, with one policy as somebody is about to write it."""

    def __init__(self, name: str, body: Mapping[str, Any]) -> None:
        super().__init__()
        self._draft = Version(_UNWRITTEN, 0, Kind.POLICY, name, 0, body, clock.now())

    def _read_current(self) -> Mapping[tuple[Kind, str], Version]:
        if self._current is None:
            current = dict(super()._read_current())
            current.pop((Kind.POLICY, self._draft.name), None)
            if self._draft.body.get("active", True):
                current[(Kind.POLICY, self._draft.name)] = self._draft
            self._versions[str(_UNWRITTEN)] = self._draft
            self._current = current
        return self._current


def effect_of_policy(name: str, body: Mapping[str, Any]) -> Effect:
    """What saving this body under a name would do to the open tickets that are under it now."""
    effect, last = Effect(), 0
    library, names, now = DraftLibrary(name, body), Names(), clock.believed()
    while effect.tickets < MOST_LOOKED_AT:
        ids = list(db.session.scalars(under(name, last)))
        if not ids:
            return effect
        for count in keeping.look_at(ids, library).values():
            _look(effect, count, library, names, now)
        last = ids[-1]
    effect.is_whole = False
    return effect


def _look(effect: Effect, count: Count, library: Library, names: Names, now: datetime) -> None:
    before = readings_of(count, now, library)
    ticket = db.session.get_one(Ticket, count.ticket_id)
    chosen = choose(library, ticket, names, at=now)
    if (str(chosen.id) if chosen else None) != count.state.policy:
        put_under(count, chosen, at=now, cause="preview", by=None)
    compare(effect, count, before, readings_of(count, now, library))
