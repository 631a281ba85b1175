"""escalate(): what a policy wants done when something falls due is done once, as rules do it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from flask_babel import gettext as _

from helpdesk.automation.performing import Doer, perform
from helpdesk.automation.running import BREAKING
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError
from helpdesk.core.unit_of_work import attempt, record
from helpdesk.sla.events import SlaEscalated, SlaFell
from helpdesk.sla.library import Library
from helpdesk.tickets.commands import lock
from helpdesk.tickets.models import Ticket
from workflows.action_reading import read_actions
from workflows.actions import Action
from workflows.clock_reminders import rule_of
from workflows.sla_agreement import ACTIONS

log = logging.getLogger(__name__)

# What an escalation does may make the next rule fire; so often at the most in one unit of work, for one ticket.
DEEPEST = 3
_DEPTHS = "escalation_depths"


def escalate(event: SlaFell) -> None:
    """Do what the rule that fired says; what the ticket does not allow is noted on it, and never a reason to stop."""
    actions = _actions_of(event)
    if not actions or not _may_go_deeper(event.subject_id):
        return
    ticket = lock(event.subject_id)
    if ticket.deleted_at is not None or ticket.merged_into_id is not None:
        return
    cause = f"sla: {event.metric}, {event.rule}"[:200]
    did = [_done(action, ticket, Doer(cause)) for action in actions]
    record(
        SlaEscalated(
            cause=cause,
            subject_id=ticket.id,
            after={"metric": event.metric, "cycle": event.cycle, "rule": event.rule, "did": did},
        )
    )


def _actions_of(event: SlaFell) -> Sequence[Action]:
    if event.policy_version_id is None:
        return ()
    version = Library().version(str(event.policy_version_id))
    for rule in version.body.get("escalations") or ():
        if (
            rule.get("id") == rule_of(event.rule)
            and rule.get("metric", event.metric) == event.metric
        ):
            written = rule.get(ACTIONS)
            return read_actions(written, (ACTIONS,)) if written else ()
    return ()


def _done(action: Action, ticket: Ticket, doer: Doer) -> str:
    try:
        with attempt():
            came = perform(action, ticket, doer)
    except DomainError as refusal:
        return f"{action.kind}: {refusal.title} {refusal.advice}".strip()
    except BREAKING:
        log.exception("An escalation could not be done.", extra={"ticket": ticket.id})
        return f"{action.kind}: {_('This cannot be done; look at the policy.')}"
    return action.kind if came is None else f"{action.kind}: {came}"


def _may_go_deeper(ticket_id: int) -> bool:
    """Whether this ticket may set off one more in this transaction."""
    transaction = db.session().get_transaction()
    kept = db.session.info.get(_DEPTHS)
    if kept is None or kept[0] is not transaction:
        kept = db.session.info[_DEPTHS] = (transaction, {})
    depths: dict[int, int] = kept[1]
    depths[ticket_id] = depths.get(ticket_id, 0) + 1
    return depths[ticket_id] <= DEEPEST
