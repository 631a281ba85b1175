"""One rule on one ticket: all it says is done, or nothing is; what breaks a rule never breaks the ticket's own change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError, InvalidRequestError

from helpdesk.automation.events import RuleRan, RuleRefused
from helpdesk.automation.performing import BrokenRule, Doer, perform
from helpdesk.automation.troubles import set_aside
from helpdesk.core.errors import DomainError
from helpdesk.core.unit_of_work import attempt, record
from helpdesk.definitions.store import Version
from helpdesk.tickets.models import Ticket
from workflows.conditions import Condition
from workflows.faults import Faulty

log = logging.getLogger(__name__)

# What a rule that is wrong may raise. A lost database or a full disk is no fault of a rule.
BREAKING: Final = (
    BrokenRule,
    Faulty,
    ArithmeticError,
    AssertionError,
    AttributeError,
    DataError,
    IntegrityError,
    InvalidRequestError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def cause_of(version: Version) -> str:
    """What each change says of why it was made."""
    return f"rule: {version.title}"[:200]


def run_rule(
    version: Version,
    held: Condition,
    ticket: Ticket,
    extra: Mapping[str, Any] | None = None,
) -> bool:
    """Do what a rule says to a locked ticket, as the desk; whether it was done.

    What the ticket does not allow now is noted on it. A rule that is broken is set aside, and the ticket kept.
    """
    doer = Doer(cause_of(version))
    try:
        with attempt():
            did = _do(version, ticket, doer)
    except DomainError as refusal:
        # A reaction may need an object again that the attempt took along.
        why_not = f"{refusal.title} {refusal.advice}".strip()
        record(_event(RuleRefused, version, held, ticket, {"why_not": why_not}))
        return False
    except BREAKING as broken:
        log.exception("A rule was set aside.", extra={"rule": version.name, "ticket": ticket.id})
        set_aside(version, broken, ticket.id)
        why_not = str(_("The rule is broken and was set aside."))
        record(_event(RuleRefused, version, held, ticket, {"why_not": why_not}))
        return False
    record(_event(RuleRan, version, held, ticket, {"did": did, **(extra or {})}))
    return True


def _do(version: Version, ticket: Ticket, doer: Doer) -> list[str]:
    did = []
    for action in version.value.do:
        came = perform(action, ticket, doer)
        did.append(action.kind if came is None else f"{action.kind}: {came}")
    return did


def _event(
    kind: type[RuleRan | RuleRefused],
    version: Version,
    held: Condition,
    ticket: Ticket,
    more: Mapping[str, Any],
) -> RuleRan | RuleRefused:
    return kind(
        cause=cause_of(version),
        subject_id=ticket.id,
        after={
            "rule": version.title,
            "rule_name": version.name,
            "rule_version": version.number,
            "held": str(held),
            **more,
        },
    )
