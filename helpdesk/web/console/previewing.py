"""How a reply of a group would look, with what stands in its form; nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from helpdesk.core.db import db
from helpdesk.messaging import policy
from helpdesk.messaging.accounts import is_our_address, local_address
from helpdesk.messaging.identity import identity_of, signed_name
from helpdesk.messaging.letters import Letter, text_of
from helpdesk.messaging.models import ChannelAccount
from helpdesk.messaging.replies import signature_of
from helpdesk.people.access import Actor
from helpdesk.people.models import Agency, Group, Person
from helpdesk.web.console.plain import shown

SAMPLE = "INC-1042"


def preview_of(
    values: Mapping[str, Any], actor: Actor, account: ChannelAccount | None = None
) -> dict[str, str]:
    """A mail as this group would write it by this account, signed by the one who looks."""
    agency_id = str(values.get("agency") or "")
    # A row of no session: it is never written.
    group = Group(
        name=str(values.get("name") or _("Your group")),
        address=str(values.get("address") or ""),
        sender_name=str(values.get("sender_name") or ""),
        reply_to=str(values.get("reply_to") or ""),
        signature=str(values.get("signature") or ""),
    )
    group.agency = db.session.get(Agency, int(agency_id)) if agency_id.isdigit() else None
    rules = policy.read()
    identity = identity_of(group, account, rules)
    author = db.session.get_one(Person, actor.person_id)
    letter = Letter(
        _("Good morning, please try again."),
        signature=signature_of(group, SAMPLE, author, identity, rules),
    )
    return {
        "sender": f"{signed_name(identity, author, rules)} <{identity.address}>",
        "reply_to": identity.answers_to,
        "subject": f"Re: {_('Printer prints blank pages')} [{SAMPLE}]",
        "text": shown(text_of(letter)),
        "warning": _warning(group),
    }


def _warning(group: Group) -> str:
    known = not group.reply_to or is_our_address(group.reply_to)
    if known or group.reply_to == local_address():
        return ""
    return str(
        _(
            "%(address)s is no mailbox of the desk: answers reach the ticket only if its mail is handed on to one.",
            address=group.reply_to,
        )
    )
