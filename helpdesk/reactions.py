"""THE LIST: for each event, what runs inside its transaction and what is owed after it.

A job named here stands in `helpdesk/jobs.py`; the attribute beside it holds the id the job is given. An event sets off
what stands at its own type and at the types above it.
"""

from __future__ import annotations

from helpdesk.answers import in_threads
from helpdesk.automation.escalating import escalate
from helpdesk.automation.events import RulesWanted
from helpdesk.automation.forms import forget as forget_forms
from helpdesk.automation.instants import follow_deadlines, follow_rule, follow_ticket
from helpdesk.automation.triggers import run_triggers, want_rules
from helpdesk.chat.agents import follow_message as let_chat_follow
from helpdesk.composing.following import follow_merge as let_planned_follow_merge
from helpdesk.composing.following import follow_move as let_planned_follow_move
from helpdesk.composing.following import follow_requester as let_planned_follow_requester
from helpdesk.composing.following import follow_sides as let_drafts_follow_sides
from helpdesk.composing.planning import follow_message as stop_planned
from helpdesk.core.events import Owed, Reactions, TracedEvent
from helpdesk.core.unit_of_work import gather, owe
from helpdesk.definitions.events import DefinitionEvent, DefinitionSaved
from helpdesk.identity.claiming import want_claims
from helpdesk.journal.writing import trace
from helpdesk.knowledge.events import ArticleEvent, ArticlePublished
from helpdesk.knowledge.indexing import follow as index_article
from helpdesk.knowledge.reviewing import BEHIND_JOB
from helpdesk.messaging.events import CallReported, DeliveryFailed, RawMessageKept
from helpdesk.messaging.following import follow_messages as let_mail_follow
from helpdesk.messaging.showing import show_in_threads
from helpdesk.notifications.commands import end_waiting
from helpdesk.notifications.commands import follow_messages as let_news_follow
from helpdesk.operations import bulk
from helpdesk.operations.telling import UNDO
from helpdesk.people.events import PersonEvent
from helpdesk.phone import reports
from helpdesk.phone.commands import CAUSE as CALL
from helpdesk.phone.following import follow_messages as let_calls_follow
from helpdesk.routing.events import AgentEvent, RoutingWanted
from helpdesk.routing.following import OFFER_JOB, let_offers_follow, route, want_routing
from helpdesk.search.indexing import current_backend, index_tickets_inside
from helpdesk.sla.events import DeadlinesMoved, SlaFell
from helpdesk.sla.feeds import read_new_feeds
from helpdesk.sla.recording import follow
from helpdesk.sla.spreading import spread_edit
from helpdesk.tickets.events import (
    Assigned,
    GroupChanged,
    MessageAdded,
    MessageRedacted,
    MessagesBrought,
    RequesterChanged,
    SideMessageAdded,
    StatusChanged,
    TicketChanged,
    TicketEvent,
    TicketOpened,
    TicketsMerged,
)
from helpdesk.tickets.lives import forget as forget_lives
from helpdesk.tickets.prioritizing import forget as forget_matrix
from helpdesk.tickets.settling import JOB as SETTLE_JOB
from helpdesk.tickets.settling import is_lifecycle
from helpdesk.tickets.siding import follow_messages as let_sides_follow
from helpdesk.views import keeping as views


def index(event: TicketEvent) -> None:
    """Make a ticket found: at once where the index stands in the same database, else as work owed."""
    if current_backend().in_transaction:
        gather(index_tickets_inside, event)
    else:
        owe("index_ticket", event.subject_id)


def goes_out(event: MessageAdded) -> bool:
    """Whether a message is for people outside; what was said on the telephone has reached them."""
    return event.direction == "out" and event.visibility == "public" and event.cause != CALL


def is_news(event: MessageAdded) -> bool:
    """Whether staff should be told: somebody wrote, no machine, and not the same on many tickets at once."""
    return event.by_person and event.cause != bulk.CAUSE


def goes_aside(event: SideMessageAdded) -> bool:
    """Whether a message of a side conversation is ours, and has to leave."""
    return event.direction == "out"


def is_answer_aside(event: SideMessageAdded) -> bool:
    """Whether staff should be told that a third party answered."""
    return event.direction == "in" and event.by_person


def is_by_itself(event: TicketChanged) -> bool:
    """Whether an agent is told of this ticket alone: what is done by the dozen is told in one line."""
    return event.cause != bulk.CAUSE and not event.cause.startswith(UNDO)


def is_told(event: SlaFell) -> bool:
    """Whether people are told of it: that a ticket is late is said once, whatever rules say so too."""
    return event.is_news


REACTIONS = Reactions(
    inside={
        TracedEvent: (trace,),
        TicketEvent: (index, follow, want_rules, follow_ticket, views.follow_ticket),
        RulesWanted: (run_triggers,),
        MessageAdded: (stop_planned, want_claims, let_chat_follow),
        MessagesBrought: (
            let_mail_follow,
            let_news_follow,
            let_calls_follow,
            let_sides_follow,
            let_planned_follow_move,
            let_drafts_follow_sides,
            show_in_threads,
        ),
        TicketsMerged: (let_planned_follow_merge,),
        RequesterChanged: (let_planned_follow_requester,),
        # After all others of a ticket's events: what they want done with it comes first.
        TicketOpened: (want_routing,),
        GroupChanged: (want_routing,),
        Assigned: (want_routing, let_offers_follow, end_waiting),
        StatusChanged: (let_offers_follow, show_in_threads),
        RoutingWanted: (route,),
        SlaFell: (escalate,),
        DeadlinesMoved: (follow_deadlines,),
        DefinitionEvent: (forget_lives, forget_matrix, forget_forms, spread_edit, follow_rule),
        DefinitionSaved: (read_new_feeds,),
        ArticleEvent: (index_article,),
        CallReported: (reports.take,),
    },
    after={
        DefinitionEvent: (Owed(SETTLE_JOB, "subject_id", when=is_lifecycle),),
        RawMessageKept: (Owed("file_raw", "raw_id"),),
        TicketOpened: (Owed("send_receipt", "ticket_id"),),
        MessageAdded: (
            Owed("prepare_message", "message_id", when=goes_out),
            Owed("tell_of_message", "message_id", when=is_news),
            Owed(in_threads.JOB, "message_id", when=in_threads.may_be_answered),
        ),
        SideMessageAdded: (
            Owed("prepare_message", "message_id", when=goes_aside),
            Owed("tell_of_message", "message_id", when=is_answer_aside),
        ),
        MessageRedacted: (Owed("forget_redacted", "redaction_id"),),
        Assigned: (Owed("tell_of_assignment", "ticket_id", when=is_by_itself),),
        StatusChanged: (Owed("tell_of_status", "ticket_id", when=is_by_itself),),
        DeliveryFailed: (Owed("tell_of_failure", "delivery_id"),),
        SlaFell: (Owed("tell_of_deadlines", "fired_id", when=is_told),),
        PersonEvent: (Owed("index_person", "subject_id"),),
        ArticlePublished: (Owed(BEHIND_JOB, "subject_id"),),
        # Somebody came back, or can bear more.
        AgentEvent: (Owed(OFFER_JOB, "subject_id"),),
    },
)
