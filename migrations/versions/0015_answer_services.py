"""Answer services"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "answer_table",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("key_column", sa.String(length=60), nullable=False),
        sa.Column("key_kind", sa.String(length=20), nullable=False),
        sa.Column("max_age_days", sa.Integer(), nullable=True),
        sa.Column("when_old", sa.String(length=30), nullable=False),
        sa.Column("live_number", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_table")),
        sa.UniqueConstraint("name", name=op.f("uq_answer_table_name")),
    )
    op.create_table(
        "answer_table_version",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("table_id", BigKey, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("difference", Json, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("rows_kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["table_id"], ["answer_table.id"], name=op.f("fk_answer_table_version_table_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_answer_table_version_made_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_table_version")),
        sa.UniqueConstraint(
            "table_id", "number", name=op.f("uq_answer_table_version_table_id_number")
        ),
    )
    op.create_table(
        "answer_table_row",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cells", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["answer_table_version.id"],
            name=op.f("fk_answer_table_row_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_table_row")),
    )
    op.create_index(
        "ix_answer_table_row_key", "answer_table_row", ["version_id", "key", "position"]
    )
    _create_rest()


def _create_rest() -> None:
    op.create_table(
        "answer_kept",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("found", Json, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_answer_kept")),
    )
    op.create_index("ix_answer_kept_service", "answer_kept", ["service"])
    op.create_index("ix_answer_kept_until", "answer_kept", ["until"])
    op.create_table(
        "answer_line",
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False, server_default=""),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_answer_line")),
    )
    op.create_table(
        "answer_use",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("wording", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_by", BigKey, nullable=True),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["person.id"], name=op.f("fk_answer_use_settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_use")),
        sa.UniqueConstraint("key", name=op.f("uq_answer_use_key")),
    )
    op.create_index("ix_answer_use_at", "answer_use", ["at"])
    op.create_index("ix_answer_use_open", "answer_use", ["outcome", "settled_at", "at"])


def downgrade() -> None:
    op.drop_table("answer_use")
    op.drop_table("answer_line")
    op.drop_table("answer_kept")
    op.drop_table("answer_table_row")
    op.drop_table("answer_table_version")
    op.drop_table("answer_table")
    # What is left of the kind could be read by no earlier version of the desk.
    op.execute(
        "DELETE FROM definition_version WHERE definition_id IN "
        "(SELECT id FROM definition WHERE kind = 'service')"
    )
    op.execute("DELETE FROM definition WHERE kind = 'service'")
