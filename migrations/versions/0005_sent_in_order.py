"""Sent in order"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Rows that stand there already have nothing to say in the new columns.
ADDED = (
    ("delivery", "recipient", sa.String(length=320)),
    ("delivery", "held_for", sa.String(length=20)),
    ("delivery", "copy_error", sa.Text()),
    ("desk_group", "sender_name", sa.String(length=120)),
    ("desk_group", "reply_to", sa.String(length=320)),
    ("agency", "signature", sa.Text()),
)

FIRST_ON_POSTGRESQL = (
    "UPDATE delivery SET recipient = coalesce(substr(recipients ->> 0, 1, 320), '')"
)
FIRST_ON_SQLITE = (
    "UPDATE delivery SET recipient = coalesce(substr(json_extract(recipients, '$[0]'), 1, 320), '')"
)


def upgrade() -> None:
    for table, column, kind in ADDED:
        op.add_column(table, sa.Column(column, kind, nullable=False, server_default=""))
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(FIRST_ON_POSTGRESQL if on_postgresql else FIRST_ON_SQLITE)
    op.create_index("ix_delivery_recipient", "delivery", ["recipient", "id"])
    op.create_table(
        "outlet",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("away_since", UTCDateTime(), nullable=True),
        sa.Column("next_try_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_good_at", UTCDateTime(), nullable=True),
        sa.Column("largest", BIG, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_outlet")),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("selector", sa.String(length=63), nullable=False),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("domain", "selector", name=op.f("uq_signing_key_domain_selector")),
    )


def downgrade() -> None:
    op.drop_table("signing_key")
    op.drop_table("outlet")
    op.drop_index("ix_delivery_recipient", "delivery")
    for table, column, _kind in reversed(ADDED):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(column)
