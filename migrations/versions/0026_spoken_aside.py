"""Spoken aside"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "side_conversation",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("opened_by_id", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_side_conversation_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_side_conversation_opened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_side_conversation")),
    )
    op.create_index("ix_side_conversation_ticket_id", "side_conversation", ["ticket_id"])
    op.create_table(
        "side_participant",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("side_id", BigKey, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(
            ["side_id"], ["side_conversation.id"], name=op.f("fk_side_participant_side_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_side_participant")),
        sa.UniqueConstraint("side_id", "address", name=op.f("uq_side_participant_side_id_address")),
    )
    with op.batch_alter_table("message") as table:
        table.add_column(sa.Column("side_id", BigKey, nullable=True))
    op.create_index("ix_message_side_id", "message", ["side_id"])


def downgrade() -> None:
    # What was said aside stays, as what only staff read: without its mark it must never come to be public.
    op.execute("UPDATE message SET visibility = 'internal' WHERE visibility = 'aside'")
    op.drop_index("ix_message_side_id", table_name="message")
    with op.batch_alter_table("message") as table:
        table.drop_column("side_id")
    op.drop_table("side_participant")
    op.drop_index("ix_side_conversation_ticket_id", table_name="side_conversation")
    op.drop_table("side_conversation")
