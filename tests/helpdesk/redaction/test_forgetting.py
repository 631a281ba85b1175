"""The bytes of what was redacted are removed once nothing names them, however often that is tried."""

from __future__ import annotations

from helpdesk.core import clock, files
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.redaction.forgetting import forget
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.redaction_models import Redaction
from tests.cast import Cast
from tests.helpdesk.messaging.post import messages_of
from tests.makers import make_ticket


def test_only_what_nothing_names_is_removed_and_again_changes_nothing(cast: Cast) -> None:
    ticket = make_ticket(cast.ada, files=(NewFile("a.txt", "text/plain", b"kept"),))
    [message] = messages_of(ticket)
    named, unnamed = message.attachments[0].digest, files.keep(b"gone")
    with unit_of_work():
        row = Redaction(
            ticket_id=ticket.id,
            message_id=message.id,
            at=clock.now(),
            why="x",
            digest="0",
            blobs=[named, unnamed],
        )
        db.session.add(row)

    for _once_more in range(2):
        with unit_of_work():
            forget(row.id)

    assert files.store().exists(named)
    assert not files.store().exists(unnamed)
