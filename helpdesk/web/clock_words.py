"""What a clock of a ticket says, in words: for agents on the ticket, and plainly for its requester."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from helpdesk.sla.explaining import Ledger
from helpdesk.sla.queries import Timer
from helpdesk.web import deadlines, durations, moments
from workflows.sla_rows import Situation

TITLES: Final[Mapping[str, Any]] = {
    "first_response": _lazy("First response"),
    "next_response": _lazy("Next response"),
    "update": _lazy("Update"),
    "resolution": _lazy("Resolution"),
    "acknowledge": _lazy("Taking it"),
    "ownership": _lazy("Time with the group"),
}

# What of it is promised to requesters, and how that is said; the rest is among colleagues.
PROMISES: Final[Mapping[str, Any]] = {
    "first_response": _lazy("We want to answer you first within %(time)s of our working time."),
    "next_response": _lazy("We want to answer your message within %(time)s of our working time."),
    "update": _lazy("We want to give you news at least every %(time)s of our working time."),
    "resolution": _lazy("We want this to be solved within %(time)s of our working time."),
}

STOP_WORDS: Final[Mapping[str, Any]] = {
    "replied": _lazy("answered"),
    "resolved": _lazy("resolved"),
    "assigned": _lazy("somebody took it"),
    "handed_over": _lazy("handed over"),
    "stopped": _lazy("stopped"),
    "restarted": _lazy("begun anew"),
    "merged": _lazy("merged"),
    "cancelled": _lazy("cancelled"),
}


def title_of(timer: Timer) -> str:
    """What a clock is called, with the group whose time it is."""
    title = timer.name or str(TITLES.get(timer.metric, timer.metric))
    if timer.group_name:
        return _("%(clock)s %(group)s", clock=title, group=timer.group_name)
    return title


def standing_of(timer: Timer) -> str:
    """Where a clock stands, in a few words: what is left or how it ended."""
    if timer.outcome == "cancelled" or timer.status == "cancelled":
        return _("ended without a verdict: %(why)s", why=_stopped(timer))
    if timer.stopped_at is not None:
        used = _length(timer, timer.elapsed)
        if timer.outcome == "met":
            return _("met in %(time)s", time=used)
        if timer.outcome == "missed" and timer.remaining is not None:
            return _("missed by %(time)s", time=_length(timer, -timer.remaining))
        return _("took %(time)s", time=used)
    if timer.status == "no_policy":
        return _("no policy counts it")
    if timer.target is None or timer.remaining is None:
        return _("%(time)s so far, without a target", time=_length(timer, timer.elapsed))
    if timer.remaining < timedelta(0):
        return _("%(time)s over", time=_length(timer, -timer.remaining))
    return _("%(time)s left", time=_length(timer, timer.remaining))


def tone_of(timer: Timer) -> str:
    """The tone of those words; "" is neutral."""
    if timer.outcome in ("met", "missed"):
        return "ok" if timer.outcome == "met" else "late"
    if timer.remaining is not None and timer.remaining < timedelta(0):
        return "late"
    return "info" if timer.status == "paused" else ""


def pause_of(timer: Timer) -> str:
    """Why a clock is paused, in words."""
    why = deadlines.waiting_word(timer.pause)
    return _("paused: %(why)s", why=why) if why else _("paused")


def share_of(timer: Timer) -> int | None:
    """How much of its target is used up, in percent, at most 100; None without a target."""
    if not timer.target:
        return None
    return max(0, min(100, int(100 * timer.elapsed / timer.target)))


def _length(timer: Timer, length: timedelta) -> str:
    return durations.of_clock(length, in_days=timer.in_days)


def _stopped(timer: Timer) -> str:
    return str(STOP_WORDS.get(timer.stop_reason or "", timer.stop_reason or ""))


def words_for_requester(ledger: Ledger) -> list[str]:
    """What a requester may know of a clock, in plain sentences; nothing of what colleagues owe each other."""
    timer = ledger.timer
    promise = PROMISES.get(timer.metric)
    if timer.name:
        promise = _lazy("The law or an agreement gives us %(time)s for this.")
    if promise is None or timer.target is None or timer.outcome == "cancelled":
        return []
    found = [str(promise) % {"time": _length(timer, timer.target)}]
    found += _counted(ledger)
    return [*found, *_ending(timer)]


def _counted(ledger: Ledger) -> list[str]:
    paused, closed = _rests(ledger)
    found = [_("So far we have used %(time)s of it.", time=_length(ledger.timer, ledger.total))]
    if ledger.timer.stopped_at is not None:
        found = [_("It took us %(time)s of it.", time=_length(ledger.timer, ledger.total))]
    for cause, length in paused.items():
        form = _WAITED.get(cause, _WAITED[""])
        found.append(str(form) % {"time": _length(ledger.timer, length)})
    if closed:
        found.append(_("Evenings, weekends, holidays and other hours we are closed do not count."))
    return found


def _rests(ledger: Ledger) -> tuple[dict[str, timedelta], bool]:
    """For how long it stood still by what it waited for, and whether we were closed in between."""
    paused: dict[str, timedelta] = {}
    closed = False
    for one in ledger.stretches:
        closed = closed or one.situation is Situation.OUT_OF_HOURS
        if one.situation is Situation.PAUSED:
            cause = one.cause if one.cause in _WAITED else ""
            paused[cause] = paused.get(cause, timedelta(0)) + (one.end - one.start)
    return paused, closed


_WAITED: Final[Mapping[str, Any]] = {
    "waiting_requester": _lazy("It stood still for %(time)s while we waited for your answer."),
    "waiting_third_party": _lazy("It stood still for %(time)s while we waited for somebody else."),
    "": _lazy("It stood still for %(time)s."),
}


def _ending(timer: Timer) -> list[str]:
    if timer.stopped_at is not None:
        if timer.outcome == "met":
            return [_("That was in time.")]
        return [_("That was later than we wanted. We are sorry.")]
    if timer.status == "paused":
        return [_("It stands still now and goes on when we can.")]
    if timer.due_at is None:
        return []
    at = moments.moment(timer.due_at)
    when = _("%(day)s at %(time)s", day=moments.whole_day(timer.due_at), time=at.time)
    if timer.remaining is not None and timer.remaining < timedelta(0):
        return [_("It should have been done by %(when)s. We are late, and sorry.", when=when)]
    return [_("That is until %(when)s.", when=when)]
