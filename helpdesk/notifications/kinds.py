"""The kinds of lines."""

from __future__ import annotations

NEW_TICKET = "new_ticket"
MESSAGE = "message"
NOTE = "note"
MENTION = "mention"
ASSIGNED = "assigned"
DELIVERY_FAILED = "delivery_failed"
SLA_WARNING = "sla_warning"
SLA_BREACH = "sla_breach"
CALL_BACK = "call_back"
# Before the word for what came between an agent and a reply that they had planned.
PLANNED = "planned_"
ANSWERED_ASIDE = "answered_aside"
STATUS = "status"
CHAT_WAITS = "chat_waits"
# Before the word for how an act on many tickets that took a while has ended.
OPERATION = "operation_"

# One line for many tickets; it leads to a list of them.
TOGETHER = "_together"
ASSIGNED_TOGETHER = f"{ASSIGNED}{TOGETHER}"
NEW_TOGETHER = f"{NEW_TICKET}{TOGETHER}"
CHATS_TOGETHER = f"{CHAT_WAITS}{TOGETHER}"
STATUS_TOGETHER = f"{STATUS}{TOGETHER}"
PLACES = {
    ASSIGNED_TOGETHER: "/views/mine",
    NEW_TOGETHER: "/views/unassigned",
    STATUS_TOGETHER: "/tickets",
    CHAT_WAITS: "/chats",
    CHATS_TOGETHER: "/chats",
    **{f"{OPERATION}{how}": "/operations" for how in ("done", "undone", "stopped")},
}
