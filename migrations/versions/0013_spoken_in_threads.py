"""Spoken in threads"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_thread",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("account_id", BigKey, nullable=False),
        sa.Column("thread_key", sa.String(length=255), nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("last_in_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_channel_thread_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_channel_thread_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_channel_thread_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_thread")),
        sa.UniqueConstraint(
            "account_id", "thread_key", name=op.f("uq_channel_thread_account_id_thread_key")
        ),
    )
    op.create_index("ix_channel_thread_ticket_id", "channel_thread", ["ticket_id"])
    with op.batch_alter_table("channel_account") as table:
        table.add_column(sa.Column("hook_key", sa.String(length=60), nullable=True))
        table.create_unique_constraint(op.f("uq_channel_account_hook_key"), ["hook_key"])
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("remote_id", sa.String(length=255), nullable=True))
    op.create_index("ix_delivery_remote", "delivery", ["remote_id"])


def downgrade() -> None:
    op.drop_index("ix_delivery_remote", table_name="delivery")
    with op.batch_alter_table("delivery") as table:
        table.drop_column("remote_id")
    with op.batch_alter_table("channel_account") as table:
        table.drop_constraint(op.f("uq_channel_account_hook_key"), type_="unique")
        table.drop_column("hook_key")
    op.drop_index("ix_channel_thread_ticket_id", table_name="channel_thread")
    op.drop_table("channel_thread")
