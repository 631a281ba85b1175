"""Every column that could keep words of a ticket, and whether redaction looks into it; a new one must be decided on."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Enum, LargeBinary, String, Text

# Shorter ones hold words of the desk's own: states, kinds, keys.
SHORT = 64

# What redaction looks into. `test_every_column.py` puts a word into each and sees it gone.
CLEARED = {
    "answer_use": "wording",
    "answered_request": "answer",
    "attachment": "name",
    "awaited_file": "name words",
    "channel_thread": "shown",
    "composer_draft": "details text",
    "delivery": "copy_error headers html last_error subject text",
    "message": "facts html quoted subject text",
    "operation_part": "after before told",
    "planned_file": "name",
    "planned_reply": "fields html text",
    "raw_message": "body detail envelope subject",
    "rule_trouble": "text",
    "search_document": "body exact title",
    "side_conversation": "subject",
    "ticket": "custom last_line priority_why process subject",
    "ticket_rating": "words",
    "waiting_picture": "name",
}

# What it leaves, and why.
LEFT = {
    "Names and addresses of people and parties: who took part is no part of what was said.": {
        "agency": "address name note signature",
        "blocked_sender": "note pattern",
        "chat": "email name page",
        "contact_claim": "value",
        "contact_point": "undeliverable_why value",
        "delivery": "external_id recipient recipients remote_id sender",
        "message": "author_address author_name external_id for_why recipients unverified",
        "organisation": "name note",
        "person": "choices job_title name note password_hash sign_in_name signature",
        "person_merge": "chosen",
        "person_merge_move": "dropped",
        "person_need": "value",
        "person_note": "text",
        "person_warning": "reason",
        "phone_call": "external_id recording_url",
        "planned_reply": "recipients",
        "raw_message": "remote_id sender",
        "representative": "evidence ticket_types",
        "search_document": "readers receiver sender",
        "side_participant": "address",
        "ticket": "last_author",
        "visitor_link": "address leads_to",
        "visitor_session": "address",
    },
    "Made by staff or programs for the desk as a whole, and not out of a ticket.": {
        "account_template": "blanks name text unfit",
        "agent_profile": "hours limits skills",
        "alarm": "advice name what",
        "answer_kept": "found",
        "answer_line": "last_error",
        "answer_table": "title",
        "answer_table_row": "cells key",
        "answer_table_version": "columns difference faults file_name",
        "answer_use": "name",
        "api_token": "name scopes",
        "article_category": "names summaries",
        "article_draft": "body keywords summary title",
        "article_file": "content_type name",
        "article_miss": "words",
        "article_text": "body keywords slug summary title",
        "article_verdict": "comment",
        "article_version": "body keywords note summary title",
        "back_test": "body result",
        "channel_account": "address last_error name secrets settings",
        "configuration_run": "note steps",
        "custom_field": "label options ticket_types",
        "definition_version": "body note",
        "desk_group": "address name reply_to sender_name signature",
        "digest": "weekdays",
        "mail_folder": "kept name notes passed unmarked warning",
        "mail_sign_in": "link sealed words",
        "outlet": "last_error",
        "own_answer": "keywords text title",
        "saved_view": "columns query sort title",
        "setting": "key value",
        "signing_key": "domain public_key secrets",
        "sla_flip": "data",
        "sla_what_if": "body result",
    },
    "Keys, ids, kinds and names from lists; figures.": {
        "answered_request": "key",
        "attachment": "content_id content_type",
        "awaited_file": "content_type reference",
        "awaited_message": "external_id",
        "channel_thread": "address shown_at thread_key",
        "operation": "said wanted",
        "operation_part": "moved",
        "planned_file": "content_type",
        "waiting_picture": "content_type",
        "redaction": "blobs files",
        "routing_wait": "why",
        "rule_trouble": "key",
        "sla_event": "cause data",
        "sla_ticket": "state",
        "sla_timer": "group_name state",
        "tally": "key",
    },
    "Digests of what was said; the salts are forgotten.": {"journal_entry": "after before cause"},
    "Emptied by others: when the form is sent, when the file goes, when the ticket comes back.": {
        "extracted_text": "text",
        "form_draft": "answers contact",
        "ticket": "deleted_why",
    },
    "Says why a job failed or why something was redacted, and asks not to repeat it.": {
        "outbox_entry": "last_error",
        "redaction": "why",
    },
}


def holds_words(column: Column[object]) -> bool:
    """Whether a column is of a kind and length in which people's words fit."""
    kind = column.type
    if isinstance(kind, Enum):
        return False
    if isinstance(kind, String) and not isinstance(kind, Text):
        return (kind.length or SHORT + 1) > SHORT
    return isinstance(kind, Text | JSON | LargeBinary)


def decided() -> set[str]:
    """All columns that were decided on, as table.column."""
    return {
        f"{table}.{column}"
        for tables in (CLEARED, *LEFT.values())
        for table, columns in tables.items()
        for column in columns.split()
    }
