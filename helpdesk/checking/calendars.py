"""Whether the holidays that calendars take over from feeds could be read."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import format_date
from flask_babel import gettext as _

from helpdesk.checking.finding import Finding
from helpdesk.sla import feeds


def check_feeds() -> Iterator[Finding]:
    """Each feed of holidays that could not be read; the calendar counts by what it said before."""
    for failure in feeds.failures():
        yield Finding(
            "holidays",
            False,
            _(
                "The holidays of the calendar %(name)s could not be read from %(host)s since %(since)s: %(why)s",
                name=failure.calendar,
                host=failure.host,
                since=format_date(failure.since, "d MMM yyyy"),
                why=failure.why,
            ),
            _("The holidays known so far still count. Correct the address in the calendar."),
            f"{failure.calendar}:{failure.host}",
        )
