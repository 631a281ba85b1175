"""What a mail was beside its words, for its message: an appointment, a signature, a seal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _

from helpdesk.web.console.plain import fit
from helpdesk.web.moments import reader_clock


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment in the clock of its sender; each field may be empty."""

    heading: str
    summary: str
    when: str
    place: str
    organiser: str
    answer: str
    repeats: bool


@dataclass(frozen=True, slots=True)
class Seal:
    """That a mail is signed or encrypted, in a word and in a sentence."""

    icon: str
    word: str
    sentence: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    appointment: Appointment | None
    seals: list[Seal]
    external: str


def facts_of(kept: Mapping[str, Any] | None) -> Facts | None:
    """The facts that a message keeps, in the words of the reader; None where there is nothing to say."""
    if not kept:
        return None
    invitation, protection = kept.get("invitation"), kept.get("protection")
    ticket = kept.get("external_ticket")
    return Facts(
        _appointment(invitation) if invitation else None,
        _seals(protection) if protection else [],
        fit(f"{ticket['system']} {ticket['id']}") if ticket else "",
    )


def _appointment(kept: Mapping[str, str]) -> Appointment:
    headings = {
        "REQUEST": _("Invitation"),
        "CANCEL": _("Appointment cancelled"),
        "REPLY": _("Answer to an invitation"),
        "COUNTER": _("Another time is proposed"),
    }
    answers = {
        "ACCEPTED": _("accepted"),
        "DECLINED": _("declined"),
        "TENTATIVE": _("perhaps"),
    }
    return Appointment(
        heading=headings.get(kept["method"], _("Appointment")),
        summary=fit(kept["summary"]),
        when=_when(kept["starts"], kept["ends"], kept["zone"]),
        place=fit(kept["place"]),
        organiser=fit(kept["organiser"]),
        answer=answers.get(kept["answer"], fit(kept["answer"].lower())),
        repeats=bool(kept["repeats"]),
    )


def _when(starts: str, ends: str, zone: str) -> str:
    """Both ends in the sender's own clock, whose zone is named and never translated into another."""
    begin, end = _day_and_time(starts), _day_and_time(ends)
    if begin is None:
        return ""
    said = " ".join(filter(None, begin))
    if end is not None and end != begin:
        until = end[1] if end[0] == begin[0] else " ".join(filter(None, end))
        said = _("%(begin)s to %(end)s", begin=said, end=until) if until else said
    return f"{said} ({fit(zone)})" if zone and begin[1] else said


def _day_and_time(clock: str) -> tuple[str, str] | None:
    day, _mark, time = clock.partition("T")
    try:
        on = date.fromisoformat(day)
        at = f"{datetime.fromisoformat(clock):%H:%M}" if time else ""
    except ValueError:
        return None
    return format_date(on, "EEEE d MMMM yyyy", reader_clock().locale), at


def _seals(kept: Mapping[str, Any]) -> list[Seal]:
    scheme = fit(str(kept["scheme"]))
    seals = []
    if kept["signed"]:
        said = _("It has a %(scheme)s signature. The desk does not check it.", scheme=scheme)
        seals.append(Seal("shield-check", _("signed"), said, closed=False))
    if kept["encrypted"]:
        said = _(
            "This mail is encrypted (%(scheme)s). The desk has no key for it: ask the sender to write again, or "
            "open the attached file in a mail program that has the key.",
            scheme=scheme,
        )
        seals.append(Seal("lock", _("encrypted"), said, closed=True))
    return seals
