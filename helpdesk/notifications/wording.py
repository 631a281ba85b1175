"""What lines say, in the language of whoever reads them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import ngettext

from helpdesk.notifications import kinds

_WORDS: dict[str, Any] = {
    kinds.NEW_TICKET: _lazy("New ticket for your group"),
    kinds.MESSAGE: _lazy("New message"),
    kinds.NOTE: _lazy("New internal note"),
    kinds.MENTION: _lazy("You are named in a note"),
    kinds.ASSIGNED: _lazy("Assigned to you"),
    kinds.DELIVERY_FAILED: _lazy("A mail could not be delivered"),
    kinds.SLA_WARNING: _lazy("Due soon: it will be late if nothing is done"),
    kinds.SLA_BREACH: _lazy("Late: a target was missed"),
    kinds.CALL_BACK: _lazy("You promised to ring back"),
    "planned_wrote": _lazy("Your planned reply waits in your draft: they wrote first"),
    "planned_answered": _lazy("Your planned reply waits in your draft: a colleague answered first"),
    "planned_ended": _lazy("Your planned reply is in your drafts: the ticket was closed"),
    "planned_gone": _lazy("Your planned reply is in your drafts: the ticket was merged or deleted"),
    "planned_rights": _lazy("Your planned reply was not sent: you may not write there any more"),
    "planned_colleague": _lazy("A colleague took your planned reply back; it is in your draft"),
    "planned_merged": _lazy(
        "Your planned reply is in your draft: the ticket was merged into this one"
    ),
    "planned_moved": _lazy("Your planned reply is in your draft: what it answers was moved"),
    "planned_requester": _lazy(
        "Your planned reply is in your draft: the ticket is for somebody else"
    ),
    "planned_picture": _lazy("Your planned reply is in your draft: a picture in it is gone"),
    "planned_status": _lazy("Your reply was sent, but its status could not be set"),
    kinds.ANSWERED_ASIDE: _lazy("Answer in a side conversation"),
    kinds.STATUS: _lazy("Its status was changed"),
    kinds.CHAT_WAITS: _lazy("A visitor waits in the chat"),
    "operation_done": _lazy("Your change of many tickets is finished"),
    "operation_undone": _lazy("Your change of many tickets is taken back"),
    "operation_stopped": _lazy("Your change of many tickets broke off"),
}


def words_of(kind: str, times: int) -> str:
    """What it is, with how many of them there are."""
    if kind == kinds.ASSIGNED_TOGETHER:
        return ngettext("%(num)s ticket assigned to you", "%(num)s tickets assigned to you", times)
    if kind == kinds.CHATS_TOGETHER:
        return ngettext(
            "%(num)s more visitor wrote in the chat",
            "%(num)s more visitors wrote in the chat",
            times,
        )
    if kind == kinds.STATUS_TOGETHER:
        return ngettext(
            "The status of %(num)s more ticket was changed",
            "The status of %(num)s more tickets was changed",
            times,
        )
    if kind == kinds.NEW_TOGETHER:
        return ngettext(
            "%(num)s more new ticket for your groups",
            "%(num)s more new tickets for your groups",
            times,
        )
    said = str(_WORDS.get(kind, kind))
    return said if times < 2 else _("%(what)s, %(times)s times", what=said, times=times)
