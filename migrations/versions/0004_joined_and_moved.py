"""Joined and moved"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Each may be empty, so that a table of millions of rows is not written anew.
ADDED = (
    ("contact_point", "undeliverable_since", UTCDateTime()),
    ("contact_point", "undeliverable_why", sa.Text()),
    ("contact_point", "refuses_bulk_since", UTCDateTime()),
    ("ticket", "merged_into_id", BIG),
    ("ticket", "deleted_at", UTCDateTime()),
    ("ticket", "deleted_why", sa.String(length=500)),
    ("message", "moved_from_id", BIG),
)


def upgrade() -> None:
    for table, column, kind in ADDED:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    gone = sa.text("deleted_at IS NOT NULL")
    op.create_index(
        "ix_ticket_deleted", "ticket", ["deleted_at"], postgresql_where=gone, sqlite_where=gone
    )
    op.create_table(
        "awaited_message",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("external_id", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_awaited_message_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awaited_message")),
    )
    op.create_index("ix_awaited_message_external", "awaited_message", ["external_id"])
    op.create_index(op.f("ix_awaited_message_message_id"), "awaited_message", ["message_id"])
    op.create_table(
        "blocked_sender",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("pattern", sa.String(length=320), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("blocked_by_id", BIG, nullable=True),
        sa.Column("blocked_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["blocked_by_id"], ["person.id"], name=op.f("fk_blocked_sender_blocked_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_sender")),
        sa.UniqueConstraint("pattern", name=op.f("uq_blocked_sender_pattern")),
    )


def downgrade() -> None:
    op.drop_table("blocked_sender")
    op.drop_table("awaited_message")
    op.drop_index("ix_ticket_deleted", "ticket")
    for table, column, _kind in reversed(ADDED):
        op.drop_column(table, column)
