"""What a policy says, in the words of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.web import deadlines, durations, words
from workflows.sla_policy import ANY, METRICS, Trigger

METRIC_TITLES: Final[Mapping[str, Any]] = {
    "first_response": _lazy("First response"),
    "next_response": _lazy("Next response"),
    "update": _lazy("Updates"),
    "resolution": _lazy("Resolution"),
    "acknowledge": _lazy("Taking it"),
    "ownership": _lazy("Time with a group"),
}
METRIC_SENTENCES: Final[Mapping[str, Any]] = {
    "first_response": _lazy("From the ticket's creation until an agent answers its requester."),
    "next_response": _lazy("From each further message of the requester until an agent answers."),
    "update": _lazy("From each answer until the next, so that nobody waits without news."),
    "resolution": _lazy("From the ticket's creation until it is resolved."),
    "acknowledge": _lazy("From the ticket's creation until somebody has it."),
    "ownership": _lazy("For as long as a group has the ticket: what teams owe each other."),
}
PAUSE_WORDS: Final = deadlines.WAITING


def metric_title(metric: str) -> str:
    """A metric as pages name it; a free clock has a name of its own."""
    return str(METRIC_TITLES.get(metric, metric))


def priority_title(priority: str) -> str:
    """ "P2 High"; what is for all others is "any other"."""
    if priority == ANY:
        return _("Any other")
    digits = priority.removeprefix("p")
    if digits.isascii() and digits.isdigit() and len(digits) < 3:
        return f"P{digits} {words.priority_word(int(digits))}"
    return priority


def calendar_titles() -> dict[str, str]:
    """The calendars in use: titles by name."""
    return {one.name: one.title for one in store.current(Kind.CALENDAR)}


def calendar_title(name: str | None, titles: Mapping[str, str]) -> str:
    """What a calendar is called; None is round the clock."""
    return _("round the clock") if name is None else titles.get(name, name)


def groups_in(body: Mapping[str, Any]) -> list[str]:
    """The groups that a policy names for the time they hold a ticket."""
    rules = (body.get("metrics") or {}).get("ownership") or {}
    return [name for name in rules.get("targets_by_group") or {} if name != ANY]


def summary(version: Version, titles: Mapping[str, str]) -> dict[str, Any]:
    """A policy as the list shows it."""
    body = version.body
    return {
        "name": version.name,
        "title": version.title,
        "when": str(body.get("when") or ""),
        "calendar": calendar_title(body.get("calendar"), titles),
        "targets": [
            (metric_title(metric), _targets(rules))
            for metric, rules in sorted(
                (body.get("metrics") or {}).items(), key=lambda one: _place(one[0])
            )
        ],
        "is_active": body.get("active", True) is not False,
    }


def sentences(version: Version) -> list[str]:
    """What else a policy says, a sentence each: pauses, warnings, and what a change does."""
    body = version.body
    found = [one for one in (_pauses(body), *_warnings(body)) if one]
    return [*found, _on_change(str(body.get("on_change", "carry")))]


ON_CHANGE: Final[Mapping[str, Any]] = {
    "carry": _lazy("What was counted stays counted, and the new rules hold from then on."),
    "retroactive": _lazy("The whole time since the clock began is counted anew by the new rules."),
    "restart": _lazy("The clock is ended without a verdict, and a new one begins."),
}
REOPEN: Final[Mapping[str, Any]] = {
    "resume": _lazy("It goes on; the time in which it was resolved is not counted"),
    "restart": _lazy("It begins anew"),
    "ignore": _lazy("It stays as it ended"),
}


def _on_change(chosen: str) -> str:
    said = str(ON_CHANGE.get(chosen, chosen))
    return _("When the priority, the policy or the calendar changes: %(what)s", what=said)


def _place(metric: str) -> int:
    return METRICS.index(metric) if metric in METRICS else len(METRICS)


def _targets(rules: Mapping[str, Any]) -> list[tuple[str, str]]:
    targets = rules.get("targets") or rules.get("targets_by_group") or {}
    named = {one: one.upper() for one in ("p1", "p2", "p3", "p4", "p5")}
    return [
        (named.get(name, _("others") if name == ANY else name), length_in_words(seconds))
        for name, seconds in sorted(targets.items(), key=lambda one: (one[0] == ANY, one[0]))
    ]


def length_in_words(seconds: object) -> str:
    """A length of time as a body has it, in words."""
    if not isinstance(seconds, int):
        return str(seconds)
    return durations.whole(timedelta(seconds=seconds))


def _pauses(body: Mapping[str, Any]) -> str:
    found = []
    for metric, rules in (body.get("metrics") or {}).items():
        waits = [str(PAUSE_WORDS.get(one, one)) for one in rules.get("pause_in") or []]
        if waits:
            found.append(
                _(
                    "%(metric)s pauses while %(waits)s",
                    metric=metric_title(metric),
                    waits=_(" or ").join(waits),
                )
            )
    return (
        f"{'; '.join(found)}." if found else _("Nothing pauses it but the hours of its calendar.")
    )


def _warnings(body: Mapping[str, Any]) -> list[str]:
    return [_warning(rule) for rule in body.get("escalations") or []]


def _warning(rule: Mapping[str, Any]) -> str:
    what = metric_title(str(rule.get("metric", "")))
    title = str(rule.get("title") or rule.get("id") or "")
    if rule.get(Trigger.PERCENT.value) is not None:
        return _(
            "%(title)s: at %(share)s %% of the target of %(what)s.",
            title=title,
            share=rule["percent"],
            what=what,
        )
    for trigger, form in ((Trigger.BEFORE, _BEFORE), (Trigger.AFTER, _AFTER)):
        if rule.get(trigger.value) is not None:
            time = length_in_words(rule[trigger.value])
            return str(form) % {"title": title, "time": time, "what": what}
    return _("%(title)s: when %(what)s is exceeded.", title=title, what=what)


_BEFORE: Final = _lazy("%(title)s: %(time)s before %(what)s is due.")
_AFTER: Final = _lazy("%(title)s: %(time)s after %(what)s was due.")
