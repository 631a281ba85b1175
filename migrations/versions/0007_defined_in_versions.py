"""Defined in versions"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definition",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_definition_kind_name")),
    )
    op.create_table(
        "definition_version",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("definition_id", BigKey, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", JsonColumn, nullable=False),
        sa.Column("effective_at", UTCDateTime(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["definition.id"],
            name=op.f("fk_definition_version_definition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_definition_version_made_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_version")),
        sa.UniqueConstraint(
            "definition_id", "number", name=op.f("uq_definition_version_definition_id_number")
        ),
    )
    op.create_index("ix_definition_version_effective", "definition_version", ["effective_at"])


def downgrade() -> None:
    op.drop_index("ix_definition_version_effective", table_name="definition_version")
    op.drop_table("definition_version")
    op.drop_table("definition")
