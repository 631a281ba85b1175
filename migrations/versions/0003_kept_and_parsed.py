"""Kept and parsed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from helpdesk.search import schema as search_schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "outbox_entry", sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("raw_message", sa.Column("file_digest", sa.String(64), nullable=True))
    op.create_index("ix_raw_message_file_digest", "raw_message", ["file_digest"])
    # What lies in the file store already is not compressed and is named by the digest of the mail itself.
    op.execute("UPDATE raw_message SET file_digest = digest WHERE body IS NULL")
    op.add_column("message", sa.Column("facts", JSON, nullable=True))
    search_schema.quicken(op.get_bind())


def downgrade() -> None:
    search_schema.slow_down(op.get_bind())
    op.drop_column("message", "facts")
    op.drop_index("ix_raw_message_file_digest", "raw_message")
    op.drop_column("raw_message", "file_digest")
    op.drop_column("outbox_entry", "failures")
