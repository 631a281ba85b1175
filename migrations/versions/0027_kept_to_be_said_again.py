"""Kept to be said again"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_answer",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("owner_id", BigKey, nullable=False),
        sa.Column("group_id", BigKey, nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("keywords", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_own_answer_owner_id"),
        sa.ForeignKeyConstraint(["group_id"], ["desk_group.id"], name="fk_own_answer_group_id"),
        sa.PrimaryKeyConstraint("id", name="pk_own_answer"),
    )
    op.create_index("ix_own_answer_owner_id", "own_answer", ["owner_id"])
    op.create_index("ix_own_answer_group_id", "own_answer", ["group_id"])


def downgrade() -> None:
    op.drop_table("own_answer")
