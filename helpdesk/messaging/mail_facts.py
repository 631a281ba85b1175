"""What was read of a mail beside its words, as plain values that its message keeps to be shown."""

from __future__ import annotations

from typing import Any

from channels.message import InboundMessage, Invitation
from helpdesk.tickets.naming import single_line

_LONGEST = 500


def facts_of(inbound: InboundMessage) -> dict[str, Any] | None:
    """Plain JSON values, None for a mail of which there is no more to say."""
    facts: dict[str, Any] = {}
    if inbound.invitation is not None:
        facts["invitation"] = _of_invitation(inbound.invitation)
    if inbound.protection is not None:
        facts["protection"] = {
            "scheme": inbound.protection.scheme,
            "signed": inbound.protection.signed,
            "encrypted": inbound.protection.encrypted,
        }
    if inbound.external_ticket is not None:
        ticket = inbound.external_ticket
        facts["external_ticket"] = {"system": ticket.system, "id": single_line(ticket.id, 100)}
    return facts or None


def _of_invitation(invitation: Invitation) -> dict[str, Any]:
    said = {
        "method": invitation.method,
        "summary": invitation.summary,
        "starts": invitation.starts,
        "ends": invitation.ends,
        "zone": invitation.zone,
        "place": invitation.place,
        "organiser": str(invitation.organiser or ""),
        "answer": invitation.answer,
        "repeats": invitation.repeats,
    }
    return {name: single_line(value, _LONGEST) for name, value in said.items()}
