"""Kept while typing"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "composer_draft",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("owner_id", BigKey, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "details",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("writer", sa.String(length=40), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_composer_draft_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_composer_draft_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_composer_draft")),
        sa.UniqueConstraint(
            "owner_id", "ticket_id", "kind", name=op.f("uq_composer_draft_owner_id_ticket_id_kind")
        ),
    )
    op.create_index(op.f("ix_composer_draft_ticket_id"), "composer_draft", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("composer_draft")
