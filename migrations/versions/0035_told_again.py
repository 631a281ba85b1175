"""Told again"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import UTCDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("notification") as table:
        table.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("told_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("mailed_at", UTCDateTime(), nullable=True))
    op.execute("UPDATE notification SET told_at = created_at, mailed_at = created_at")
    _make_one_of_repeats()
    with op.batch_alter_table("notification") as table:
        table.alter_column("times", server_default=None)
        table.alter_column("told_at", nullable=False)
    op.create_index("ix_notification_latest", "notification", ["person_id", "told_at"])
    op.create_index("ix_notification_told", "notification", ["told_at"])
    op.create_index(
        "uq_notification_unread",
        "notification",
        ["person_id", "ticket_id", "kind"],
        unique=True,
        postgresql_where=_UNREAD,
        sqlite_where=_UNREAD,
    )


def _make_one_of_repeats() -> None:
    """What nobody read of one ticket and kind becomes its first line, with how often and when last."""
    op.execute("""
        UPDATE notification SET
            times = (
                SELECT count(*) FROM notification AS n
                WHERE n.read_at IS NULL AND n.person_id = notification.person_id
                AND n.ticket_id = notification.ticket_id AND n.kind = notification.kind
            ),
            told_at = (
                SELECT max(n.created_at) FROM notification AS n
                WHERE n.read_at IS NULL AND n.person_id = notification.person_id
                AND n.ticket_id = notification.ticket_id AND n.kind = notification.kind
            )
        WHERE read_at IS NULL
    """)
    op.execute("""
        DELETE FROM notification WHERE read_at IS NULL AND EXISTS (
            SELECT 1 FROM notification AS n
            WHERE n.read_at IS NULL AND n.person_id = notification.person_id
            AND n.ticket_id = notification.ticket_id AND n.kind = notification.kind
            AND n.id < notification.id
        )
    """)


def downgrade() -> None:
    op.drop_index("uq_notification_unread", "notification")
    op.drop_index("ix_notification_told", "notification")
    op.drop_index("ix_notification_latest", "notification")
    with op.batch_alter_table("notification") as table:
        table.drop_column("mailed_at")
        table.drop_column("told_at")
        table.drop_column("times")
