"""Mailboxes in depth: what was taken from each folder, and how a mailbox is connected"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import JsonColumn, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mail_folder",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("account_id", BigKey, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("uid_validity", BigKey, nullable=False),
        sa.Column("uid_next", BigKey, nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("passed", sa.Text(), nullable=False),
        sa.Column("unmarked", sa.Text(), nullable=False),
        sa.Column("boundary", BigKey, nullable=False),
        sa.Column("news_since", UTCDateTime(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("backlog", sa.Integer(), nullable=False),
        sa.Column("mails_left", sa.Integer(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("notes", JsonColumn, nullable=False),
        sa.Column("looked_at", UTCDateTime(), nullable=True),
        sa.Column("searched_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["channel_account.id"],
            name="fk_mail_folder_account_id_channel_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mail_folder"),
        sa.UniqueConstraint("account_id", "name", name="uq_mail_folder_account_id_name"),
    )
    op.create_table(
        "mail_sign_in",
        sa.Column("account_id", BigKey, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("user_code", sa.String(40), nullable=False),
        sa.Column("link", sa.String(300), nullable=False),
        sa.Column("pause_seconds", sa.Integer(), nullable=False),
        sa.Column("next_ask_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["channel_account.id"],
            name="fk_mail_sign_in_account_id_channel_account",
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_mail_sign_in"),
    )


def downgrade() -> None:
    op.drop_table("mail_sign_in")
    op.drop_table("mail_folder")
