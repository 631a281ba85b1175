"""Rung and rung back"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('ringing', 'answered')")
OWED = sa.text("done_at IS NULL")
UNTOLD = sa.text("tell_at IS NOT NULL")


def upgrade() -> None:
    _make_calls()
    _make_call_backs()
    op.create_table(
        "phone_extension",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("extension", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_phone_extension_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_extension")),
        sa.UniqueConstraint("person_id", name=op.f("uq_phone_extension_person_id")),
        sa.UniqueConstraint("extension", name=op.f("uq_phone_extension_extension")),
    )


def downgrade() -> None:
    op.drop_table("phone_extension")
    op.drop_table("call_back")
    op.drop_table("phone_call")


def _make_calls() -> None:
    op.create_table(
        "phone_call",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("account_id", BigKey, nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("direction", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("extension", sa.String(length=20), nullable=False),
        sa.Column("person_id", BigKey, nullable=True),
        sa.Column("agent_id", BigKey, nullable=True),
        sa.Column("ticket_id", BigKey, nullable=True),
        sa.Column("message_id", BigKey, nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("recording_url", sa.String(length=2000), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_phone_call_account_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_call_person_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["person.id"], name=op.f("fk_phone_call_agent_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_phone_call_ticket_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_phone_call_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
        sa.UniqueConstraint(
            "account_id", "external_id", name=op.f("uq_phone_call_account_id_external_id")
        ),
    )
    for column in ("agent_id", "message_id", "person_id", "ticket_id"):
        op.create_index(op.f(f"ix_phone_call_{column}"), "phone_call", [column])
    op.create_index("ix_phone_call_number", "phone_call", ["number", "id"])
    op.create_index(
        "ix_phone_call_live",
        "phone_call",
        ["extension", "id"],
        postgresql_where=LIVE,
        sqlite_where=LIVE,
    )


def _make_call_backs() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("agent_id", BigKey, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("tell_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by_id", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_call_back_ticket_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_back_person_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["person.id"], name=op.f("fk_call_back_agent_id")),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name=op.f("fk_call_back_done_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    for column in ("person_id", "ticket_id"):
        op.create_index(op.f(f"ix_call_back_{column}"), "call_back", [column])
    op.create_index(
        "ix_call_back_agent",
        "call_back",
        ["agent_id", "due_at"],
        postgresql_where=OWED,
        sqlite_where=OWED,
    )
    op.create_index(
        "ix_call_back_tell",
        "call_back",
        ["tell_at"],
        postgresql_where=UNTOLD,
        sqlite_where=UNTOLD,
    )
