"""Talked in chats"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Column to the table it points to.
POINTERS = {
    "account_id": "channel_account",
    "ticket_id": "ticket",
    "person_id": "person",
    "group_id": "desk_group",
    "agent_id": "person",
}


def upgrade() -> None:
    op.create_table(
        "chat",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.String(length=60), nullable=False),
        sa.Column("account_id", BigKey, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=True),
        sa.Column("person_id", BigKey, nullable=True),
        sa.Column("group_id", BigKey, nullable=True),
        sa.Column("agent_id", BigKey, nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("waiting_since", UTCDateTime(), nullable=True),
        sa.Column("taken_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("read_id", BigKey, nullable=False),
        sa.Column("mailed_id", BigKey, nullable=False),
        sa.Column("agent_read_id", BigKey, nullable=False),
        sa.Column("transcripts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_chat_{column}"))
            for column, table in POINTERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
        sa.UniqueConstraint("key", name=op.f("uq_chat_key")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_chat_token_digest")),
    )
    op.create_index("ix_chat_queue", "chat", ["state", "group_id", "waiting_since"])
    op.create_index("ix_chat_agent", "chat", ["agent_id", "state"])
    op.create_index("ix_chat_changed", "chat", ["changed_at"])
    op.create_index("ix_chat_ticket_id", "chat", ["ticket_id"])
    op.create_table(
        "chat_agent",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chat_agent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_agent")),
        sa.UniqueConstraint("person_id", name=op.f("uq_chat_agent_person_id")),
    )


def downgrade() -> None:
    op.drop_table("chat_agent")
    op.drop_table("chat")
