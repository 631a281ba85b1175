"""Pictures in replies"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_INDEXED = ("owner_id", "ticket_id", "digest")


def upgrade() -> None:
    op.create_table(
        "waiting_picture",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("owner_id", BigKey, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("content_type", sa.String(120), nullable=False),
        sa.Column("size", BigKey, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_waiting_picture_owner_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_waiting_picture_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_picture"),
        sa.UniqueConstraint("key", name="uq_waiting_picture_key"),
    )
    for column in _INDEXED:
        op.create_index(f"ix_waiting_picture_{column}", "waiting_picture", [column])


def downgrade() -> None:
    op.drop_table("waiting_picture")
