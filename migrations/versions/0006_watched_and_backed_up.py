"""Watched and backed up"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("try_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarm")),
    )
    op.create_index(
        "ix_person_staff",
        "person",
        ["role"],
        postgresql_where=sa.text("role <> 'requester'"),
        sqlite_where=sa.text("role <> 'requester'"),
    )


def downgrade() -> None:
    op.drop_index("ix_person_staff", table_name="person")
    op.drop_table("alarm")
