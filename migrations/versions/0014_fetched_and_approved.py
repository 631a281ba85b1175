"""Fetched and approved"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "awaited_file",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("message_id", BigKey, nullable=False),
        sa.Column("account_id", BigKey, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_awaited_file_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_awaited_file_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awaited_file")),
    )
    op.create_index("ix_awaited_file_message", "awaited_file", ["message_id", "id"])
    op.create_table(
        "account_template",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("account_id", BigKey, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("blanks", JsonColumn, nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("unfit", sa.String(length=200), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_account_template_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_template")),
        sa.UniqueConstraint(
            "account_id",
            "name",
            "language",
            name=op.f("uq_account_template_account_id_name_language"),
        ),
    )
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("arrived_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("read_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("delivery") as table:
        table.drop_column("read_at")
        table.drop_column("arrived_at")
    op.drop_table("account_template")
    op.drop_index("ix_awaited_file_message", table_name="awaited_file")
    op.drop_table("awaited_file")
