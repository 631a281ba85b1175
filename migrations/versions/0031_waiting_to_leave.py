"""Waiting to leave"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(
            sa.Column("undo_seconds", sa.SmallInteger(), nullable=False, server_default="10")
        )
    op.create_table(
        "planned_reply",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("agent_id", BigKey, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("is_later", sa.Boolean(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("seen_id", BigKey, nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("message_id", BigKey, nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_planned_reply_ticket_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["person.id"], name="fk_planned_reply_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_planned_reply"),
    )
    op.create_index("ix_planned_reply_ticket", "planned_reply", ["ticket_id", "state"])
    op.create_index("ix_planned_reply_agent_id", "planned_reply", ["agent_id"])
    op.create_index(
        "ix_planned_reply_due",
        "planned_reply",
        ["due_at"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_table(
        "planned_file",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("planned_id", BigKey, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", BigKey, nullable=False),
        sa.ForeignKeyConstraint(
            ["planned_id"], ["planned_reply.id"], name="fk_planned_file_planned_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_planned_file"),
    )
    op.create_index("ix_planned_file_planned_id", "planned_file", ["planned_id"])


def downgrade() -> None:
    op.drop_table("planned_file")
    op.drop_table("planned_reply")
    with op.batch_alter_table("person") as table:
        table.drop_column("undo_seconds")
