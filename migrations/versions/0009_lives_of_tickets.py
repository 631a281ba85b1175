"""Lives of tickets"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import JsonColumn, UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Each is empty or has a constant as its default, so that a table of millions of rows is not written anew.
ADDED = (
    ("priority_why", sa.String(length=500), None),
    ("process", JsonColumn, "{}"),
    ("resolution_code", sa.String(length=30), None),
    ("pending_until", UTCDateTime(), None),
    ("reopened", sa.SmallInteger(), "0"),
    ("status_since", UTCDateTime(), None),
    ("wakes_at", UTCDateTime(), None),
    ("wakes_for", sa.String(length=20), None),
    ("reminded", sa.SmallInteger(), "0"),
)
WAKING = sa.text("wakes_at IS NOT NULL")


def upgrade() -> None:
    for column, kind, default in ADDED:
        op.add_column(
            "ticket",
            sa.Column(column, kind, nullable=default is None, server_default=default),
        )
    op.create_index(
        "ix_ticket_wakes",
        "ticket",
        ["wakes_at"],
        unique=False,
        postgresql_where=WAKING,
        sqlite_where=WAKING,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_wakes", "ticket")
    for column, _kind, _default in reversed(ADDED):
        op.drop_column("ticket", column)
