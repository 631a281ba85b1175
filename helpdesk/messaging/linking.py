"""Files that do not fit into a mail: they stay in the desk, and the mail carries links that lapse."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from helpdesk.core import clock, links
from helpdesk.core.db import db
from helpdesk.core.remembering import Remembered
from helpdesk.messaging import policy as policies
from helpdesk.messaging import standing
from helpdesk.messaging.letters import LinkedFile
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryState
from helpdesk.messaging.outlet_models import OutletStanding
from helpdesk.messaging.thread import leaving_message
from helpdesk.tickets.models import Attachment, Direction, Message, Visibility

PURPOSE = "large-file"
LINKED, UNTIL = "linked", "linked_until"

_PROOF_BYTES = 20
# The head of a mail, the borders between its parts, and what servers on the way add.
_ROOM = 64 * 1024


def room_for(account: ChannelAccount | None) -> int:
    """How many bytes a mail of this account may have on the wire: what its server says, and what is set."""
    found = standing.standing_of(standing.name_of(account))
    largest = policies.lately().largest_sent
    return min(largest, found.largest) if found is not None and found.largest else largest


@Remembered
def smallest_room() -> int:
    """How many bytes a mail may have by any server that mail was ever sent by; a page may show it without a query."""
    found = db.session.scalar(select(func.min(OutletStanding.largest)))
    largest = policies.lately().largest_sent
    return min(largest, int(found)) if found else largest


def files_that_fit(room: int) -> int:
    """How many bytes of files go along in a mail of so many bytes on the wire."""
    return max(0, (room - _ROOM) * 57 // 78)


def plan(message: Message, room: int) -> list[int]:
    """The ids of the attachments that have to be linked so that the mail stays within `room` bytes; large ones first."""
    left = room - _ROOM - 4 * len(message.text) - 2 * len(message.html or "")
    linked: list[int] = []
    for attachment in sorted(message.attachments, key=lambda one: (not one.is_inline, one.size)):
        needed = _on_the_wire(attachment.size)
        if needed <= left:
            left -= needed
        else:
            linked.append(attachment.id)
    return linked


def link_more(delivery: Delivery, room: int) -> bool:
    """Plan a delivery anew for a server that takes less than was thought; False when that changes nothing."""
    message = leaving_message(delivery.message_id) if delivery.message_id else None
    if message is None:
        return False
    linked = plan(message, room)
    if set(linked) <= set(delivery.headers.get(LINKED, ())):
        return False
    delivery.headers = {**delivery.headers, **headers_for(linked)}
    return True


def headers_for(linked: Sequence[int]) -> dict[str, object]:
    """What a delivery notes of its linked files; nothing for none."""
    if not linked:
        return {}
    until = clock.now() + timedelta(days=policies.lately().link_days)
    return {LINKED: list(linked), UNTIL: until.replace(microsecond=0).isoformat()}


def linked_files(delivery: Delivery, attachments: Sequence[Attachment]) -> tuple[LinkedFile, ...]:
    """The links of a delivery, the same at every try."""
    wanted = set(delivery.headers.get(LINKED, ()))
    base = str(current_app.config["DESK_BASE_URL"]).rstrip("/")
    until = lapses_at(delivery)
    return tuple(
        LinkedFile(one.name, one.size, f"{base}/fetch/{_token(one.key, until)}")
        for one in attachments
        if one.id in wanted and until is not None
    )


def lapses_at(delivery: Delivery) -> datetime | None:
    """Until when the links of a delivery work."""
    noted = delivery.headers.get(UNTIL)
    return datetime.fromisoformat(noted) if isinstance(noted, str) else None


def find(token: str) -> tuple[Attachment | None, bool]:
    """The file that a link names, and whether the link is ours but has lapsed.

    Only what was sent can be had: a file of a message that went out, to its requester or aside, and was not withdrawn.
    """
    key, until = _read(token)
    if key is None or until is None:
        return None, False
    if clock.now() >= until:
        return None, True
    sent = (
        select(Delivery.id)
        .where(
            Delivery.message_id == Attachment.message_id,
            Delivery.state != DeliveryState.WITHDRAWN,
        )
        .correlate(Attachment)
    )
    found = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Attachment.key == key,
            Message.visibility.in_((Visibility.PUBLIC, Visibility.ASIDE)),
            Message.direction == Direction.OUT,
            sent.exists(),
        )
    )
    return db.session.scalars(found).one_or_none(), False


def _on_the_wire(size: int) -> int:
    """How many bytes a file of this size takes as base64 in lines, with the head of its part."""
    return -(-size // 57) * 78 + 1024


def _token(key: str, until: datetime | None) -> str:
    said = f"{key}.{int(until.timestamp()) if until else 0:x}"
    return f"{said}.{_proof(said)}"


def _read(token: str) -> tuple[str | None, datetime | None]:
    said, _, proof = token.rpartition(".")
    if not hmac.compare_digest(proof.encode(), _proof(said).encode()):
        return None, None
    key, _, until = said.partition(".")
    return key, datetime.fromtimestamp(int(until, 16), UTC)


def _proof(said: str) -> str:
    proof = links.digest_of(said.encode("utf-8", "replace"), purpose=PURPOSE, size=_PROOF_BYTES)
    return base64.urlsafe_b64encode(proof).decode("ascii").rstrip("=")
