"""Shown in threads"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("channel_thread") as table:
        table.add_column(
            sa.Column("shown_at", sa.String(length=255), nullable=False, server_default="")
        )
        table.add_column(
            sa.Column("shown", sa.String(length=300), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("channel_thread") as table:
        table.drop_column("shown")
        table.drop_column("shown_at")
