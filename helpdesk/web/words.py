"""The words, tones and icons of closed sets as the pages show them.

A list asks for hundreds of them, so each is translated when it is asked for, and the others of its set are not.
"""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from helpdesk.tickets import lives, prioritizing
from workflows.lifecycle import Category, Status

CATEGORY_TONES = {
    Category.ACTIVE: "ok",
    Category.WAITING_REQUESTER: "warn",
    Category.WAITING_THIRD_PARTY: "warn",
    Category.WAITING_INTERNAL: "warn",
    Category.RESOLVED: "",
    Category.CLOSED: "",
    Category.CANCELLED: "",
}

CHANNEL_ICONS = {
    "email": "mail",
    "web": "globe",
    "portal": "globe",
    "phone": "phone",
    "chat": "chat",
    "slack": "hash",
    "sms": "smartphone",
    "whatsapp": "smartphone",
    "instagram": "smartphone",
    "telephony": "phone",
    "webhook": "plug",
    "api": "server",
    "visit": "person",
    "letter": "file-text",
    "desk": "inbox",
}

FILE_KINDS = {
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/zip": "ZIP",
    "application/octet-stream": "",
    "message/rfc822": "EML",
    "text/calendar": "iCalendar",
    "text/csv": "CSV",
    "text/html": "HTML",
    "text/plain": "TXT",
}


def status_word(status: str, type: str = "") -> str:
    """A status as a page names it; types may call one differently."""
    return lives.state_label(str(status), str(type))


def status_tone(status: str, type: str = "") -> str:
    """The tone of a status's pill; "" is neutral."""
    life = lives.lifecycle_of(str(type)) if type else None
    if status == (life.initial if life else Status.NEW):
        return "info"
    return CATEGORY_TONES[lives.category_of(str(type), str(status))]


PRIORITIES = {
    1: _lazy("Critical"),
    2: _lazy("High"),
    3: _lazy("Medium"),
    4: _lazy("Low"),
    5: _lazy("Planned"),
}


def priority_word(priority: int) -> str:
    """A priority as a page names it; 1 is the highest."""
    return str(PRIORITIES.get(priority, priority))


LEVELS = {"high": _lazy("High"), "medium": _lazy("Medium"), "low": _lazy("Low")}


def level_word(level: str) -> str:
    """An impact or an urgency as a page names it."""
    steps = (*prioritizing.matrix().impacts, *prioritizing.matrix().urgencies)
    own = next((step.label for step in steps if step.name == level), None)
    return _(own) if own else str(LEVELS.get(str(level), level))


def type_word(kind: str) -> str:
    """A type of ticket as a page names it."""
    return lives.type_label(str(kind))


CHANNELS = {
    "email": _lazy("e-mail"),
    "web": _lazy("web form"),
    "portal": _lazy("web form"),
    "phone": _lazy("telephone"),
    "chat": _lazy("chat"),
    "slack": _lazy("Slack"),
    "sms": _lazy("text message"),
    "whatsapp": _lazy("WhatsApp"),
    "instagram": _lazy("Instagram"),
    "telephony": _lazy("telephone system"),
    "webhook": _lazy("another service"),
    "api": _lazy("API"),
    "visit": _lazy("word of mouth"),
    "letter": _lazy("letter"),
    "desk": _lazy("the desk"),
}


def channel_word(channel: str) -> str:
    """How something came or goes, to stand after "by"."""
    return str(CHANNELS.get(str(channel), channel))


def channel_icon(channel: str) -> str:
    """The icon of a channel in our sprite."""
    return CHANNEL_ICONS.get(str(channel), "message")


def contact_word(value: str, kind: str) -> str:
    """An address, a number, or which channel knows somebody by a name that only it can read."""
    if str(kind) != "handle":
        return value
    channel, _account, name = (*value.split("/", 2), "", "")[:3]
    if channel in ("chat", "form"):
        return channel_word("chat" if channel == "chat" else "web")
    return f"{channel_word(channel)}: {name}" if name else value


CALL_OUTCOMES = {
    "spoke": _lazy("Spoke"),
    "left_message": _lazy("Left a message"),
    "no_answer": _lazy("No answer"),
    "cut_off": _lazy("Cut off"),
    "wrong_number": _lazy("Wrong number"),
    "missed": _lazy("Missed"),
}


def call_outcome_word(outcome: str) -> str:
    """How a call ended, as a page says it."""
    return str(CALL_OUTCOMES.get(str(outcome), outcome))


DELIVERIES = {
    "waiting": _lazy("Waiting to be sent"),
    "delayed": _lazy("Delayed"),
    "sending": _lazy("Sending"),
    "sent": _lazy("Sent"),
    "delivered": _lazy("Delivered"),
    "read": _lazy("Read"),
    "uncertain": _lazy("May not have arrived"),
    "failed": _lazy("Not delivered"),
    "withdrawn": _lazy("Withdrawn"),
}


def delivery_word(state: str) -> str:
    """Where a delivery stands, in a word or two."""
    return str(DELIVERIES.get(str(state), state))


DELIVERY_KINDS = {
    "reply": _lazy("Reply"),
    "receipt": _lazy("Receipt"),
    "notice": _lazy("Notice to staff"),
}


def delivery_kind_word(kind: str) -> str:
    """What a delivery carries."""
    return str(DELIVERY_KINDS.get(str(kind), kind))


ROLES = {
    "requester": _lazy("Requester"),
    "agent": _lazy("Agent"),
    "admin": _lazy("Administrator"),
}


def role_word(role: str) -> str:
    """What a person is to the desk."""
    return str(ROLES.get(str(role), role))


RIGHTS = {"read": _lazy("Read"), "work": _lazy("Work"), "lead": _lazy("Lead")}


def right_word(right: str) -> str:
    """What a member may do in a group."""
    return str(RIGHTS.get(str(right), right))


LINKS = {
    "related": _lazy("related to"),
    "follows": _lazy("follows"),
    "duplicates": _lazy("duplicates"),
    "caused_by": _lazy("caused by"),
}


def link_word(kind: str) -> str:
    """How one ticket stands to another."""
    return str(LINKS.get(str(kind), kind))


def file_kind(content_type: str) -> str:
    """A type of file as people know it: "PDF", "Word", "PNG"."""
    plain = str(content_type).partition(";")[0].strip().lower()
    if plain in FILE_KINDS:
        return FILE_KINDS[plain] or _("File")
    main, _slash, rest = plain.partition("/")
    known = rest.removeprefix("x-").removesuffix("+xml").upper()
    return known if main in ("image", "audio", "video", "font") and known else _("File")


CODES = {
    "fixed": _lazy("Fixed"),
    "workaround": _lazy("Way around it"),
    "no_fault": _lazy("No fault found"),
    "duplicate": _lazy("Duplicate"),
    "no_response": _lazy("No answer from the requester"),
    "by_change": _lazy("By a change"),
    "by_problem": _lazy("By a problem's fix"),
    "user_error": _lazy("Explained how to use it"),
    "answered": _lazy("Answered"),
    "passed_on": _lazy("Passed on"),
    "fulfilled": _lazy("Fulfilled"),
    "partly_fulfilled": _lazy("Partly fulfilled"),
    "not_needed": _lazy("Not needed any more"),
    "fix_applied": _lazy("Fix applied"),
    "risk_accepted": _lazy("Risk accepted"),
    "not_reproducible": _lazy("Could not be reproduced"),
    "normal": _lazy("Normal"),
    "standard": _lazy("Standard"),
    "emergency": _lazy("Emergency"),
    "successful": _lazy("Successful"),
    "successful_with_issues": _lazy("Successful, with issues"),
    "backed_out": _lazy("Backed out"),
    "failed": _lazy("Failed"),
    **LEVELS,
}


def code_word(code: str) -> str:
    """One of the choices of a move's field; an administrator's own is shown as it was written."""
    known = CODES.get(code)
    return str(known) if known is not None else code.replace("_", " ").capitalize()
