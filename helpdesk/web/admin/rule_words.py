"""Rules in plain words: what must hold of a ticket, when, and what is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from workflows.actions import Action
from workflows.assignment import Match, Pick
from workflows.assignment_reading import Occasion, Routing
from workflows.conditions import Condition, read_condition
from workflows.faults import Faulty
from workflows.rules import FormRule, Macro, TimedRule, Trigger
from workflows.spans import span_words

EVENTS: Mapping[str, Any] = {
    "opened": _l("a ticket is opened"),
    "message": _l("a message comes or goes"),
    "reply": _l("an answer is sent"),
    "note": _l("a note is written"),
    "changed": _l("something about the ticket changes"),
}
OCCASIONS: Mapping[str, Any] = {
    Occasion.OPENED: _l("when a ticket is opened"),
    Occasion.ENTERED: _l("when it enters the group"),
    Occasion.RETURNED: _l("when its agent gives it back"),
    Occasion.AVAILABLE: _l("when somebody becomes free"),
}
PICKS: Mapping[str, Any] = {
    Pick.LEAST_LOADED: _l("Who has fewest tickets for what they can bear"),
    Pick.ROUND_ROBIN: _l("In turn"),
}
MATCHES: Mapping[str, Any] = {
    Match.IGNORED: _l("Skills do not matter"),
    Match.ALL: _l("Only who has all of the skills"),
    Match.BEST: _l("Who has most of the skills first"),
}


def said(text: str) -> str:
    """The reader's words for a part of a sentence that a library marked for translation."""
    return str(_(text)) if text else ""


def condition_words(condition: Condition) -> str:
    """A condition as a sentence; "" where it always holds."""
    return "" if condition.is_always else condition.words(said)


def words_of_condition(text: object) -> str:
    """The same for a condition as it is written; as it stands if it can no longer be read."""
    if not isinstance(text, str) or not text.strip():
        return ""
    try:
        return condition_words(read_condition(text))
    except Faulty:
        return text


def sentences(version: Version) -> Sequence[str]:
    """What a version of a rule means."""
    rule = version.value
    match rule:
        case Trigger():
            return [_trigger_when(rule), *_for_tickets(rule.when), *_deeds(rule.do), *_ends(rule)]
        case TimedRule():
            return [*_timed(rule), *_deeds(rule.do)]
        case Macro():
            return [*_offered(rule), *_deeds(rule.do)]
        case FormRule():
            return list(_form(rule))
        case Routing():
            return list(_routing(rule))
    return []


def _trigger_when(rule: Trigger) -> str:
    if not rule.on:
        return _("Runs whenever anything happens to a ticket.")
    heard = [str(label) for event, label in EVENTS.items() if event in rule.on]
    return _("Runs when %(events)s.", events=", ".join(heard))


def _for_tickets(condition: Condition) -> Iterator[str]:
    words = condition_words(condition)
    yield _("For tickets: %(condition)s.", condition=words) if words else _("For all tickets.")


def _deeds(deeds: Sequence[Action]) -> Iterator[str]:
    for deed in deeds:
        yield deed.describe(said)


def _ends(rule: Trigger) -> Iterator[str]:
    if rule.last:
        yield _("No trigger below it runs in the same pass.")


def _timed(rule: TimedRule) -> Iterator[str]:
    yield from _for_tickets(rule.when)
    if rule.calendar:
        yield _("Time is counted in the hours of %(calendar)s.", calendar=rule.calendar)
    if rule.again is None:
        yield _("Once, as long as that holds without a break.")
    else:
        yield _("Again after each %(span)s.", span=span_words(rule.again, said))


def _offered(rule: Macro) -> Iterator[str]:
    yield from _for_tickets(rule.when)
    if rule.groups:
        yield _("Offered to members of %(groups)s.", groups=", ".join(rule.groups))


def _form(rule: FormRule) -> Iterator[str]:
    words = condition_words(rule.when)
    yield _("While: %(condition)s.", condition=words) if words else _("Always.")
    if rule.hide:
        yield _("Hides %(fields)s.", fields=", ".join(rule.hide))
    if rule.require:
        yield _("Asks for %(fields)s.", fields=", ".join(rule.require))
    for name, value in rule.fill.items():
        yield _("Fills %(field)s with “%(value)s”.", field=name, value=value)


def _routing(rule: Routing) -> Iterator[str]:
    yield (
        _("For the groups %(groups)s.", groups=", ".join(rule.groups))
        if rule.groups
        else _("For every group.")
    )
    yield from _for_tickets(rule.when)
    occasions = [str(label) for one, label in OCCASIONS.items() if one in rule.on]
    yield _("Runs %(occasions)s.", occasions=", ".join(occasions))
    yield f"{PICKS[rule.strategy.pick]}. {MATCHES[rule.strategy.match]}."
    if rule.skills:
        yield _("Skills wanted: %(skills)s.", skills=", ".join(sorted(rule.skills)))
    if rule.skills_of_tags:
        yield _("Tags of the ticket that are skills are wanted too.")
    if rule.strategy.in_working_hours:
        yield _("Only in the working hours of each agent.")
    if not rule.with_leads:
        yield _("Leads of the group are left out.")


# The kinds whose versions these sentences say.
SAID = (Kind.TRIGGER, Kind.TIMED_RULE, Kind.MACRO, Kind.FORM_RULE, Kind.ROUTING)
