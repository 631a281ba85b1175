"""How people get in touch, as the front page names it: each way with its hours and how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.answers import hours
from helpdesk.chat.settings import find_chat
from helpdesk.contact_forms import usual
from helpdesk.core import clock
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.messaging.web_door import WEB
from helpdesk.people.numbers import normalise_phone
from helpdesk.web.chat.frame import standing_of
from workflows.calendar import BusinessCalendar
from workflows.contact_way import ContactWay, Way

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way: its title, where it leads, what it is reached by, when, and how long it takes; `chat` names a chat."""

    title: str
    url: str
    reached: str = ""
    hours: str = ""
    wait: str = ""
    note: str = ""
    chat: str = ""


def choices(language: str, mail: str, *, with_forms: bool) -> list[Choice]:
    """All ways in their order; the desk's own address stands for mail where nobody said otherwise."""
    defined = [one.value for one in store.current(Kind.CONTACT)]
    found = list(_defined(defined, language))
    if mail and not any(one.way is Way.MAIL for one in defined):
        found.append(_by_mail(_("Write to us"), mail))
    if with_forms:
        found.insert(0, _by_form())
    return found


def answered_within(channel: str) -> str:
    """How soon people usually hear from us by a channel, in a sentence; "" while too few are known."""
    within = usual.lately().answered.get(channel)
    if within is None:
        return ""
    if within <= _DAY:
        return str(
            ngettext(
                "8 in 10 are answered within %(num)d hour.",
                "8 in 10 are answered within %(num)d hours.",
                max(1, -(-within // _HOUR)),
            )
        )
    return str(
        ngettext(
            "8 in 10 are answered within %(num)d day.",
            "8 in 10 are answered within %(num)d days.",
            -(-within // _DAY),
        )
    )


def _defined(ways: list[ContactWay], language: str) -> Iterator[Choice]:
    has_chat = False
    for way in ways:
        # A page has one chat; the first is it.
        made = None if way.way is Way.CHAT and has_chat else _choice(way, language)
        if way.is_active and made is not None:
            has_chat = has_chat or bool(made.chat)
            yield made


def _choice(way: ContactWay, language: str) -> Choice | None:
    title, note = way.title.in_(language), way.note.in_(language)
    # How long it takes is said while somebody is there.
    open_now, is_open = _hours(way.calendar), _is_open(way.calendar)
    wait = way.wait.in_(language) if is_open else ""
    if way.way is Way.CHAT:
        return _by_chat(way, title, note, language)
    if way.way is Way.PHONE:
        return Choice(title, f"tel:{_dialled(way.reached)}", way.reached, open_now, wait, note)
    if way.way is Way.MAIL:
        wait = way.wait.in_(language) or answered_within("email")
        return Choice(title, f"mailto:{way.reached}", way.reached, open_now, wait, note)
    return Choice(title, "", way.reached, open_now, wait, note)


def _by_form() -> Choice:
    return Choice(
        _("Fill in a form"),
        url_for("portal.front", _anchor="services"),
        hours=_("At any hour."),
        wait=answered_within(WEB),
    )


def _by_mail(title: str, address: str) -> Choice:
    return Choice(
        title,
        f"mailto:{address}",
        address,
        hours=_("At any hour."),
        wait=answered_within("email"),
    )


def _by_chat(way: ContactWay, title: str, note: str, language: str) -> Choice | None:
    """A chat says by itself whether somebody is there, and how long it takes."""
    try:
        chat = find_chat(way.reached)
    except NotFound:
        return None
    standing = standing_of(chat, language)
    is_open = standing["mode"] == "open"
    wait = way.wait.in_(language) if is_open else ""
    # Nobody is told that it is closed while somebody is there: a chat without hours of its own has those of its way.
    calendar = chat.calendar or ("" if is_open else way.calendar)
    return Choice(
        title,
        url_for("portal.front", _anchor="chat"),
        hours=_hours(calendar),
        wait=wait or str(standing["says"]),
        note=note,
        chat=way.reached,
    )


def _hours(calendar: str) -> str:
    """Whether it is open now, and the hours of today; "" without a calendar."""
    found = hours.values_of(calendar) if calendar else None
    if found is None:
        return ""
    today = _("Today: %(hours)s.", hours=found["today"])
    return f"{found['state']} {today}"


def _is_open(calendar: str) -> bool:
    if not calendar:
        return True
    try:
        found: BusinessCalendar = store.find(Kind.CALENDAR, calendar).value
    except NotFound:
        return True
    return found.is_open(clock.now())


def _dialled(number: str) -> str:
    try:
        return normalise_phone(number)
    except Invalid:
        return "".join(sign for sign in number if sign.isdigit() or sign == "+")
