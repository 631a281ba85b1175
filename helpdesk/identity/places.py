"""Where people are named in the database, and what a merge does there."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from helpdesk.core.db import db

# What belongs to the person, and so goes to whom they are found to be. Tickets and their watchers go apart, each with
# an entry in the journal of the ticket.
MOVED: Final = frozenset(
    {
        "contact_point.person_id",
        "channel_thread.person_id",
        "person_need.person_id",
        "representative.person_id",
        "representative.representative_id",
        "contact_claim.person_id",
        "person.merged_into_id",
    }
)
# What tells of the past, such as who wrote, sent or decided something, or goes with an account of staff.
STAYS: Final = frozenset(
    {
        "agent_absence.made_by",
        "agent_absence.person_id",
        "agent_absence.substitute_id",
        "agent_profile.person_id",
        "api_token.person_id",
        "chat_agent.person_id",
        "delivery.person_id",
        "digest.person_id",
        "distinct_pair.found_by",
        "distinct_pair.high_id",
        "distinct_pair.low_id",
        "membership.person_id",
        "message.author_id",
        "message.entered_by_id",
        "message.for_person_id",
        "notification.person_id",
        "password_token.person_id",
        "article_draft.saved_by",
        "call_back.agent_id",
        "call_back.done_by_id",
        "person_merge.gone_id",
        "person_merge.kept_id",
        "phone_call.agent_id",
        "phone_extension.person_id",
        "routing_turn.person_id",
        "ticket.assignee_id",
        "visitor_link.person_id",
        # Whoever is signed in by an address signs in again, since they may see more now.
        "visitor_session.person_id",
        "web_session.person_id",
    }
)
TICKETS: Final = "ticket.requester_id"
# Tickets that the gone person watched; the second, those that the kept one watched too.
WATCHED: Final = "watcher.person_id"
WATCHED_BY_BOTH: Final = "watcher"
# Columns that say who of the staff did something; their names are the same everywhere.
BY_STAFF: Final = (
    "agent_id",
    "asked_by",
    "blocked_by_id",
    "done_by_id",
    "ended_by",
    "made_by",
    "noted_by",
    "owner_id",
    "saved_by",
    "settled_by",
    "undone_by",
)


def named() -> list[str]:
    """Every column that points to a person, by table and name."""
    return sorted(
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    )


def moved() -> list[str]:
    """What moves in a merge: what is listed, and whatever others have added since that is neither listed nor unique."""
    return sorted(MOVED | {place for place in named() if _moves_unlisted(place)})


def column_of(place: str) -> Column[int]:
    """The column that a place names."""
    table, _dot, name = place.partition(".")
    found: Column[int] = db.metadata.tables[table].c[name]
    return found


def uniques_with(place: str) -> list[list[str]]:
    """For each rule that a row be the only one of its kind for a person, the columns beside the person."""
    column = column_of(place)
    table = column.table
    assert isinstance(table, Table)
    constraints = (
        one for one in table.constraints if isinstance(one, UniqueConstraint | PrimaryKeyConstraint)
    )
    unique = [list(one.columns.keys()) for one in constraints]
    unique += [list(one.columns.keys()) for one in table.indexes if one.unique]
    return [
        [one for one in names if one != column.name] for names in unique if column.name in names
    ]


def is_decided(place: str) -> bool:
    """Whether it is clear what a merge does with this column."""
    return (
        place in MOVED | STAYS | {TICKETS, WATCHED} or _is_of_staff(place) or _moves_unlisted(place)
    )


def _moves_unlisted(place: str) -> bool:
    if place in MOVED | STAYS | {TICKETS, WATCHED} or _is_of_staff(place):
        return False
    return "id" in column_of(place).table.c and not uniques_with(place)


def _is_of_staff(place: str) -> bool:
    return place.partition(".")[2] in BY_STAFF
