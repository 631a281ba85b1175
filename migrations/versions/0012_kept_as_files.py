"""Kept as files"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "configuration_run",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("steps", JsonColumn, nullable=False),
        sa.Column("undoes", BigKey, nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_configuration_run_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["undoes"], ["configuration_run.id"], name=op.f("fk_configuration_run_undoes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration_run")),
    )
    op.create_index("ix_configuration_run_made_at", "configuration_run", ["made_at"])
    op.create_table(
        "configured_name",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("subject_id", BigKey, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configured_name")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_configured_name_kind_name")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_configured_name_kind_subject_id")),
    )


def downgrade() -> None:
    op.drop_table("configured_name")
    op.drop_index("ix_configuration_run_made_at", table_name="configuration_run")
    op.drop_table("configuration_run")
