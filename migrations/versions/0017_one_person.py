"""One person"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MERGED = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("person", sa.Column("merged_into_id", BigKey, nullable=True))
    op.create_index(
        "ix_person_merged",
        "person",
        ["merged_into_id"],
        postgresql_where=MERGED,
        sqlite_where=MERGED,
    )
    op.add_column("message", sa.Column("for_person_id", BigKey, nullable=True))
    op.add_column(
        "message",
        sa.Column("for_why", sa.String(length=200), nullable=False, server_default=""),
    )
    op.add_column("message", sa.Column("entered_by_id", BigKey, nullable=True))
    _needs()
    _representatives()
    _merges()
    _claims()


def _needs() -> None:
    op.create_table(
        "person_need",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("consent_at", UTCDateTime(), nullable=False),
        sa.Column("noted_by", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        *_people("person_need", "person_id", "noted_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_need")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_person_need_person_id_kind")),
    )


def _representatives() -> None:
    op.create_table(
        "representative",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("representative_id", BigKey, nullable=False),
        sa.Column("relation", sa.String(length=30), nullable=False),
        sa.Column("scope", sa.String(length=30), nullable=False),
        sa.Column("ticket_types", JsonColumn, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", BigKey, nullable=True),
        *_people("representative", "person_id", "representative_id", "made_by", "ended_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representative")),
    )
    op.create_index("ix_representative_person_id", "representative", ["person_id"])
    op.create_index("ix_representative_pair", "representative", ["representative_id", "person_id"])


def _merges() -> None:
    op.create_table(
        "person_merge",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("kept_id", BigKey, nullable=False),
        sa.Column("gone_id", BigKey, nullable=False),
        sa.Column("chosen", JsonColumn, nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("undone_by", BigKey, nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        *_people("person_merge", "kept_id", "gone_id", "made_by", "undone_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index("ix_person_merge_gone_id", "person_merge", ["gone_id"])
    op.create_table(
        "person_merge_move",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("merge_id", BigKey, nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("row_id", BigKey, nullable=False),
        sa.Column("dropped", JsonColumn, nullable=True),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["person_merge.id"], name=op.f("fk_person_merge_move_merge_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge_move")),
    )
    op.create_index("ix_person_merge_move_merge", "person_merge_move", ["merge_id", "place"])


def _claims() -> None:
    op.create_table(
        "contact_claim",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("message_id", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        *_people("contact_claim", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_claim")),
        sa.UniqueConstraint(
            "person_id", "kind", "value", name=op.f("uq_contact_claim_person_id_kind_value")
        ),
    )
    op.create_index("ix_contact_claim_value", "contact_claim", ["kind", "value"])
    op.create_table(
        "distinct_pair",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("low_id", BigKey, nullable=False),
        sa.Column("high_id", BigKey, nullable=False),
        sa.Column("found_by", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        *_people("distinct_pair", "low_id", "high_id", "found_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinct_pair")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_distinct_pair_low_id_high_id")),
    )
    op.create_index("ix_distinct_pair_high_id", "distinct_pair", ["high_id"])


def _people(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}"))
        for column in columns
    ]


def downgrade() -> None:
    for table in (
        "distinct_pair",
        "contact_claim",
        "person_merge_move",
        "person_merge",
        "representative",
        "person_need",
    ):
        op.drop_table(table)
    for column in ("entered_by_id", "for_why", "for_person_id"):
        op.drop_column("message", column)
    op.drop_index("ix_person_merged", table_name="person")
    op.drop_column("person", "merged_into_id")
