"""Kept and parsed"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "outbox_entry", sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("raw_message", sa.Column("file_digest", sa.String(64), nullable=True))
    op.create_index("ix_raw_message_file_digest", "raw_message", ["file_digest"])


def downgrade() -> None:
    op.drop_index("ix_raw_message_file_digest", "raw_message")
    op.drop_column("raw_message", "file_digest")
    op.drop_column("outbox_entry", "failures")
