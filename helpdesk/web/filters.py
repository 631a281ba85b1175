"""Template filters: times, sizes and the words of closed sets, as people read them."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from helpdesk.people.numbers import readable as readable_number
from helpdesk.phone.lengths import length_of
from helpdesk.web import durations, moments, words
from helpdesk.web.moments import ago, day, stamp

_BYTES_STEP = 1000


def register_filters(app: Flask) -> None:
    """Make the filters known to the templates."""
    for function in (
        iso,
        exact,
        ago,
        stamp,
        day,
        filesize,
        initials,
        words.status_word,
        words.status_tone,
        words.priority_word,
        words.level_word,
        words.type_word,
        words.channel_word,
        words.contact_word,
        words.call_outcome_word,
        words.channel_icon,
        words.delivery_word,
        words.delivery_kind_word,
        words.role_word,
        words.right_word,
        words.link_word,
        words.file_kind,
    ):
        app.add_template_filter(function, function.__name__)
    app.add_template_filter(durations.whole, "duration")
    app.add_template_filter(length_of, "call_length")
    app.add_template_filter(readable_number, "phone_number")
    app.add_template_filter(moments.weekday_stamp)


def iso(at: datetime) -> str:
    """For `<time datetime>`: UTC, to the second."""
    return moments.moment(at).iso


def exact(at: datetime) -> str:
    """The whole truth, in the viewer's zone."""
    return moments.moment(at).exact


def filesize(size: int) -> str:
    """A number of bytes as people say it: "1.2 MB"."""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < _BYTES_STEP:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= _BYTES_STEP
    return f"{amount:.1f} GB"


def initials(name: str) -> str:
    """One or two letters that stand for a person; "?" for a name without any."""
    parts = [
        part for part in str(name).replace(".", " ").replace("@", " ").split() if part[0].isalnum()
    ]
    letters = [parts[0], parts[-1]] if len(parts) > 1 else parts
    return "".join(part[0].upper() for part in letters) or "?"
