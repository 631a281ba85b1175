"""Daily mails"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("person_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("weekdays", JsonColumn, nullable=False),
        sa.Column("working_days", sa.Boolean(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digest")),
    )
    op.create_index(op.f("ix_digest_next_at"), "digest", ["next_at"])
    with op.batch_alter_table("notification") as table:
        table.add_column(
            sa.Column("in_digest", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.add_column(sa.Column("digest_id", BigKey, nullable=True))
    with op.batch_alter_table("notification") as table:
        table.alter_column("in_digest", server_default=None)
        table.create_foreign_key(
            op.f("fk_notification_digest_id"), "delivery", ["digest_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("notification") as table:
        table.drop_constraint(op.f("fk_notification_digest_id"), type_="foreignkey")
        table.drop_column("digest_id")
        table.drop_column("in_digest")
    op.drop_table("digest")
