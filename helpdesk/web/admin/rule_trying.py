"""Trying a rule on a ticket: what holds and what does not, what it would do, and nothing is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.automation import forms
from helpdesk.core import clock
from helpdesk.core.errors import DomainError
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.people.queries import names_of
from helpdesk.routing.giving import rehearse
from helpdesk.tickets.access import access_ticket
from helpdesk.tickets.facts import Happened, facts_of
from helpdesk.tickets.lives import category_of
from helpdesk.tickets.models import Ticket
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.navigation import entry_of
from helpdesk.web.admin.rule_kinds import rule_kind_in
from helpdesk.web.admin.rule_words import EVENTS, condition_words, said
from helpdesk.web.auth import current_actor
from helpdesk.web.console.routed import reason_words
from workflows.actions import Action
from workflows.effects import after, changes_of, has_effect
from workflows.facts import TicketFacts
from workflows.form_rules import form_state, is_blank
from workflows.rules import FormRule, Rule, Trigger


@dataclass(slots=True)
class Trial:
    """What a trial came to: whether it would run, why not, what it would do, and when it may run by itself."""

    would_run: bool
    why: str = ""
    held: str = ""
    deeds: list[dict[str, Any]] = field(default_factory=list)
    turning: list[datetime] = field(default_factory=list)


@admin.get("/rules/<kind>/<name>/try")
def try_rule(kind: str, name: str) -> ResponseReturnValue:
    """What a rule would do to a ticket, as both stand now."""
    chosen = rule_kind_in(kind)
    found = _version(chosen, name)
    number, event = request.args.get("number", "").strip()[:30], request.args.get("event", "")
    trial, chosen_by, errors, ticket = None, None, dict[str, str](), None
    if number:
        try:
            ticket = access_ticket(current_actor(), number)
            if chosen is Kind.ROUTING:
                chosen_by = _routed(ticket)
            else:
                trial = _trial(found.value, ticket, event)
        except DomainError as error:
            errors["number"] = " ".join(part for part in (error.title, error.advice) if part)
    page = render_template(
        "admin/rule_try.html",
        kind=chosen,
        entry=entry_of(chosen.value),
        rule=found,
        values={"number": number, "event": event or "opened"},
        errors=errors,
        events=[("", _("Nothing")), *EVENTS.items()] if chosen is Kind.TRIGGER else [],
        ticket=ticket,
        ticket_url=url_for("console.ticket", number=ticket.number) if ticket else "",
        trial=trial,
        routed=chosen_by,
    )
    return (page, 422) if errors else page


def _version(kind: Kind, name: str) -> Version:
    """The newest version, whether or not it holds already. Raises NotFound."""
    return store.version_by_id(store.versions_of(kind, name)[0].id)


def _trial(rule: Rule, ticket: Ticket, event: str) -> Trial:
    if isinstance(rule, FormRule):
        return _form_trial(rule, ticket)
    facts = facts_of(ticket, _happened(rule, event))
    at = clock.now()
    failing = rule.when.why_not(facts, at)
    turning = rule.when.turning_points(facts)[:5] if rule.when.looks_at_time else []
    if isinstance(rule, Trigger) and not rule.hears(facts):
        return Trial(False, _("It does not run on this event."))
    if failing is not None:
        why = _("This does not hold: %(condition)s.", condition=condition_words(failing))
        return Trial(False, why, turning=turning)
    held = condition_words(rule.when.that_held(facts, at))
    return Trial(True, held=held, deeds=_deeds(rule.do, facts), turning=turning)


def _form_trial(rule: FormRule, ticket: Ticket) -> Trial:
    """What the rule would make of the properties of a ticket, as they stand now, if it were switched on alone."""
    facts, at = facts_of(ticket), clock.now()
    failing = rule.when.why_not(facts, at)
    if failing is not None:
        return Trial(
            False, _("This does not hold: %(condition)s.", condition=condition_words(failing))
        )
    typed = forms.standing_in(ticket)
    state = form_state([replace(rule, active=True)], typed, facts, at)
    deeds = [_shown(_("Hides %(field)s.", field=name)) for name in rule.hide]
    for name in sorted(state.required):
        asked = is_blank(typed, name)
        deeds.append(_shown(_("Asks for %(field)s.", field=name), asked))
    for name, value in rule.fill.items():
        said_so = _("Fills %(field)s with “%(value)s” when it is saved.", field=name, value=value)
        change = {"field": name, "before": "", "after": value}
        if name in state.filled:
            deeds.append(_shown(said_so, changes=[change]))
        else:
            deeds.append(_shown(_("Leaves %(field)s as it is.", field=name)))
    return Trial(True, held=condition_words(rule.when.that_held(facts, at)), deeds=deeds)


def _shown(sentence: str, has_effect: bool = True, changes: Sequence[Any] = ()) -> dict[str, Any]:
    return {"said": sentence, "changes": changes, "has_effect": has_effect, "is_public": False}


def _happened(rule: Rule, event: str) -> Happened:
    if not isinstance(rule, Trigger) or event not in EVENTS:
        return Happened()
    return Happened(events=frozenset({event, "message"} if event in ("reply", "note") else {event}))


def _deeds(actions: tuple[Action, ...], facts: TicketFacts) -> list[dict[str, Any]]:
    """What each action would do to the ticket as those before it left it."""
    found = []
    for action in actions:
        found.append(
            {
                "said": action.describe(said),
                "changes": changes_of(action, facts),
                "has_effect": has_effect(action, facts),
                "is_public": action.is_public,
            }
        )
        facts = after([action], facts, category_of)
    return found


def _routed(ticket: Ticket) -> dict[str, Any] | None:
    """Whom routing would choose now, and by which of its definitions; None where none is for the ticket."""
    found = rehearse(ticket)
    if found is None:
        return None
    name, choice = found
    others = [agent for agent, _why in choice.others]
    names = names_of([*others, *([choice.agent] if choice.agent else [])])
    return {
        "by": name,
        "who": names.get(choice.agent or 0),
        "why": reason_words(choice.why),
        "others": [(names.get(agent, ""), reason_words(why)) for agent, why in choice.others],
    }
