"""Taken out"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# Column to the table it points to.
POINTERS = {"ticket_id": "ticket", "message_id": "message", "by_id": "person"}


def upgrade() -> None:
    op.create_table(
        "redaction",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("message_id", BigKey, nullable=False),
        sa.Column("by_id", BigKey, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", JsonColumn, nullable=False),
        sa.Column("blobs", JsonColumn, nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_redaction_{column}"))
            for column, table in POINTERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
    )
    op.create_index("ix_redaction_ticket_id", "redaction", ["ticket_id"])
    op.create_index("ix_redaction_message_id", "redaction", ["message_id"])


def downgrade() -> None:
    op.drop_table("redaction")
