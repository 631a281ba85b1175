"""Whether the books of mail balance: reads whole tables, so it is for `desk check` and not for a page."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from helpdesk.checking.finding import Finding
from helpdesk.messaging.balancing import imbalances


def check_books() -> Iterator[Finding]:
    """Each invariant of mail that does not hold, or one line that all do."""
    found = list(imbalances())
    for one in found:
        ids = ", ".join(str(row_id) for row_id in one.ids)
        what = f"{one.invariant}: {one.words} ({ids})"
        yield Finding("books", False, what, _("Keep a copy of the database, and ask for help."))
    if not found:
        yield Finding("books", True, _("No mail is lost or doubled: the books balance."))
