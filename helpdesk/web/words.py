"""The words, tones and icons of closed sets as the pages show them."""

from __future__ import annotations

from flask_babel import gettext as _

STATUS_TONES = {
    "new": "info",
    "in_progress": "ok",
    "pending_requester": "warn",
    "pending_third_party": "warn",
    "pending_internal": "warn",
    "resolved": "",
    "closed": "",
    "cancelled": "",
}

CHANNEL_ICONS = {
    "email": "mail",
    "web": "globe",
    "portal": "globe",
    "phone": "phone",
    "chat": "chat",
    "slack": "hash",
    "sms": "smartphone",
    "api": "server",
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


def status_word(status: str) -> str:
    """A status as a page names it."""
    words: dict[str, str] = {
        "new": _("New"),
        "in_progress": _("In progress"),
        "pending_requester": _("Waiting for requester"),
        "pending_third_party": _("Waiting for third party"),
        "pending_internal": _("Waiting inside"),
        "resolved": _("Resolved"),
        "closed": _("Closed"),
        "cancelled": _("Cancelled"),
    }
    return words.get(str(status), str(status))


def status_tone(status: str) -> str:
    """The tone of a status's pill; "" is neutral."""
    return STATUS_TONES.get(str(status), "")


def priority_word(priority: int) -> str:
    """A priority as a page names it; 1 is the highest."""
    words: dict[int, str] = {
        1: _("Critical"),
        2: _("High"),
        3: _("Medium"),
        4: _("Low"),
        5: _("Planned"),
    }
    return words.get(priority, str(priority))


def level_word(level: str) -> str:
    """An impact or an urgency as a page names it."""
    words: dict[str, str] = {"high": _("High"), "medium": _("Medium"), "low": _("Low")}
    return words.get(str(level), str(level))


def type_word(kind: str) -> str:
    """A type of ticket as a page names it."""
    words: dict[str, str] = {
        "incident": _("Incident"),
        "request": _("Service request"),
        "question": _("Question"),
        "problem": _("Problem"),
        "change": _("Change"),
        "task": _("Task"),
    }
    return words.get(str(kind), str(kind))


def channel_word(channel: str) -> str:
    """How something came or goes, to stand after "by"."""
    words: dict[str, str] = {
        "email": _("e-mail"),
        "web": _("web form"),
        "portal": _("web form"),
        "phone": _("telephone"),
        "chat": _("chat"),
        "slack": _("Slack"),
        "sms": _("text message"),
        "api": _("API"),
        "desk": _("the desk"),
    }
    return words.get(str(channel), str(channel))


def channel_icon(channel: str) -> str:
    """The icon of a channel in our sprite."""
    return CHANNEL_ICONS.get(str(channel), "message")


def delivery_word(state: str) -> str:
    """Where a delivery stands, in a word or two."""
    words: dict[str, str] = {
        "waiting": _("Waiting to be sent"),
        "sending": _("Sending"),
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "uncertain": _("May not have arrived"),
        "failed": _("Not delivered"),
    }
    return words.get(str(state), str(state))


def delivery_kind_word(kind: str) -> str:
    """What a delivery carries."""
    words: dict[str, str] = {
        "reply": _("Reply"),
        "receipt": _("Receipt"),
        "notice": _("Notice to staff"),
    }
    return words.get(str(kind), str(kind))


def role_word(role: str) -> str:
    """What a person is to the desk."""
    words: dict[str, str] = {
        "requester": _("Requester"),
        "agent": _("Agent"),
        "admin": _("Administrator"),
    }
    return words.get(str(role), str(role))


def right_word(right: str) -> str:
    """What a member may do in a group."""
    words: dict[str, str] = {"read": _("Read"), "work": _("Work"), "lead": _("Lead")}
    return words.get(str(right), str(right))


def link_word(kind: str) -> str:
    """How one ticket stands to another."""
    words: dict[str, str] = {
        "related": _("related to"),
        "follows": _("follows"),
        "duplicates": _("duplicates"),
        "caused_by": _("caused by"),
    }
    return words.get(str(kind), str(kind))


def file_kind(content_type: str) -> str:
    """A type of file as people know it: "PDF", "Word", "PNG"."""
    plain = str(content_type).partition(";")[0].strip().lower()
    if plain in FILE_KINDS:
        return FILE_KINDS[plain] or _("File")
    main, _slash, rest = plain.partition("/")
    known = rest.removeprefix("x-").removesuffix("+xml").upper()
    return known if main in ("image", "audio", "video", "font") and known else _("File")
