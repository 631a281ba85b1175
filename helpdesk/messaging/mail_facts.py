"""What was read of a mail beside its words, as plain values that its message keeps to be shown."""

from __future__ import annotations

from typing import Any

from channels.message import Forwarded, InboundMessage, Invitation
from helpdesk.tickets.naming import single_line

# How many files of a message have to be fetched.
FETCHES = "fetches"
_LONGEST = 500
# What somebody chose of what a message of ours offers.
PRESSED = "pressed"


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
    if inbound.forwarded is not None and inbound.forwarded.sender.address:
        facts["original"] = _of_original(inbound.forwarded)
    if inbound.pressed:
        facts[PRESSED] = single_line(inbound.pressed, 40)
    if inbound.remote_files:
        facts[FETCHES] = len(inbound.remote_files)
    return facts or None


def _of_original(original: Forwarded) -> dict[str, str]:
    """Whose mail was forwarded and from when, as the forwarder says."""
    sent_at = original.sent_at
    return {
        "address": single_line(original.sender.address, 320),
        "name": single_line(original.sender.name, 200),
        "subject": single_line(original.subject, _LONGEST),
        "date": single_line(original.date, 200),
        "sent_at": sent_at.isoformat() if sent_at is not None else "",
    }


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
