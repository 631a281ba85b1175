"""Files of a message that are fetched from its service: what is shown meanwhile, and the button for another try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.messaging.fetching import fetch_again
from helpdesk.messaging.talk_models import AwaitedFile, FileState
from helpdesk.tickets.access import access_message, access_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console


def awaited_shown(
    ticket: Ticket, rows: Sequence[AwaitedFile], *, may_fetch: bool
) -> list[dict[str, Any]]:
    """What a message says of files that are not there."""
    return [
        {
            "sentence": _sentence(row),
            "words": row.words,
            "failed": row.state is FileState.FAILED,
            "again_url": url_for(
                "console.fetch_file",
                number=ticket.number,
                message_id=row.message_id,
                awaited_id=row.id,
            )
            if may_fetch and row.state is FileState.FAILED
            else None,
        }
        for row in rows
    ]


@console.post("/tickets/<number>/messages/<int:message_id>/files/<int:awaited_id>")
def fetch_file(number: str, message_id: int, awaited_id: int) -> ResponseReturnValue:
    """Try once more to fetch a file that could not be fetched."""
    actor = current_actor()
    ticket = access_ticket(actor, number, to="reply")
    message = access_message(actor, message_id)
    require_bare_form()
    if message.ticket_id != ticket.id:
        raise NotFound(_("There is no such message."), _("Look at the ticket again."))
    with unit_of_work():
        fetch_again(awaited_id, message_id)
    flash(_("The file is fetched once more."), "ok")
    return redirect(url_for(".ticket", number=ticket.number, _anchor=f"m{message_id}"), code=303)


def _sentence(row: AwaitedFile) -> str:
    what = {
        "image": _("A picture"),
        "audio": _("A recording"),
        "video": _("A video"),
    }.get(row.content_type.partition("/")[0], _("A file"))
    if row.name:
        what = f"{what} ({row.name})"
    if row.state is FileState.FAILED:
        return _("%(what)s could not be fetched.", what=what)
    if row.tries:
        return _("%(what)s could not be fetched yet. The desk tries again.", what=what)
    return _("%(what)s is being fetched.", what=what)
