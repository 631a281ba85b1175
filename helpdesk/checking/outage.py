"""A database that is away: an alarm that needs no row, since there is nowhere to write one (P04)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from channels.channel import ChannelError
from helpdesk.checking.operator import NobodyToTell, operators, tell_operator
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.models import Alarm

log = logging.getLogger(__name__)

LONGEST_AWAY = timedelta(minutes=1)
TRY_AGAIN_AFTER = timedelta(minutes=5)
# While all is well the operators are looked up so often, so that they are known when nobody can be asked.
ASK_EVERY = timedelta(minutes=10)
_MOST_WORDS = 300


class Outage:
    """How long this process could not use its database; the operator is mailed once, after a minute of it."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._is_told = False
        self._try_at: datetime | None = None
        self._people: Sequence[str] = ()
        self._asked_at: datetime | None = None

    def note_well(self) -> None:
        """The database did what it was asked."""
        if self._since is not None:
            log.warning("The database is back; it was away since %s.", self._since.isoformat())
        self._since, self._is_told, self._try_at = None, False, None
        if self._asked_at is None or clock.now() - self._asked_at >= ASK_EVERY:
            self._people, self._asked_at = operators(), clock.now()
            db.session.rollback()

    def note_failure(self, error: DBAPIError) -> None:
        """The database did not; tells the operator when that has lasted."""
        db.session.remove()
        at = clock.now()
        self._since = self._since or at
        is_due = self._try_at is None or self._try_at <= at
        if self._is_told or at - self._since <= LONGEST_AWAY or not is_due:
            log.warning("The database is away; the schedule is tried again. %s", words_of(error))
            return
        self._try_at = at + TRY_AGAIN_AFTER
        self._tell(error)

    def _tell(self, error: DBAPIError) -> None:
        alarm = Alarm(
            name="database:away",
            part="database",
            what=_(
                "The database cannot be used since %(when)s: %(words)s",
                when=f"{self._since:%Y-%m-%d %H:%M} UTC",
                words=words_of(error),
            ),
            advice=_(
                "Start it, or make room on its disk. Mail stays on its servers until then, and comes in by itself."
            ),
        )
        log.error("ALARM %s: %s %s", alarm.name, alarm.what, alarm.advice)
        try:
            tell_operator([alarm], self._known_people())
        except NobodyToTell as nobody:
            log.warning("Nobody is mailed about alarms: %s", nobody)
        except ChannelError as refused:
            log.error("The mail about the database could not be sent: %s", refused)
            return
        self._is_told = True

    def _known_people(self) -> Sequence[str]:
        # Who is named in the settings needs no database to be known.
        return operators() if current_app.config.get("DESK_OPERATOR") else self._people


def words_of(error: DBAPIError) -> str:
    """What the database said, without the statement and its values, which are nobody's business in a mail."""
    lines = str(error.orig).strip().splitlines()
    return lines[0][:_MOST_WORDS] if lines else type(error.orig).__name__
