"""Answered once"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answered_request",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("asker", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", JsonColumn, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered_request")),
        sa.UniqueConstraint("asker", "key", name=op.f("uq_answered_request_asker_key")),
    )
    op.create_index("ix_answered_request_created_at", "answered_request", ["created_at"])


def downgrade() -> None:
    op.drop_table("answered_request")
