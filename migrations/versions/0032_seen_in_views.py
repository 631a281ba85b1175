"""Seen in views"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# Column to the table it points to.
POINTERS = {"owner_id": "person", "group_id": "desk_group", "made_by": "person"}


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("owner_id", BigKey, nullable=True),
        sa.Column("audience", sa.String(length=30), nullable=False),
        sa.Column("group_id", BigKey, nullable=True),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("columns", JsonColumn, nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("grouping", sa.String(length=20), nullable=False),
        sa.Column("density", sa.String(length=20), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("counting", sa.String(length=30), nullable=False),
        sa.Column("is_mine", sa.Boolean(), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=True),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_saved_view_{column}"))
            for column, table in POINTERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_name", "saved_view", ["name"], unique=True)
    op.create_index("ix_saved_view_owner_id", "saved_view", ["owner_id"])
    op.create_table(
        "view_ticket",
        sa.Column("view_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("ticket_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("group_id", BigKey, nullable=False),
        sa.Column("assignee_id", BigKey, nullable=False),
        sa.PrimaryKeyConstraint("view_id", "ticket_id", name=op.f("pk_view_ticket")),
    )
    op.create_index("ix_view_ticket_group", "view_ticket", ["view_id", "group_id", "ticket_id"])
    op.create_index(
        "ix_view_ticket_assignee", "view_ticket", ["view_id", "assignee_id", "group_id"]
    )
    op.create_index("ix_view_ticket_ticket", "view_ticket", ["ticket_id"])
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("choices", JsonColumn, nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.drop_column("choices")
    op.drop_table("view_ticket")
    op.drop_table("saved_view")
