"""Told about people"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_note",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_by", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("saved_by", BigKey, nullable=True),
        sa.Column("saved_at", UTCDateTime(), nullable=True),
        *_people("person_note", "person_id", "noted_by", "saved_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_note")),
    )
    op.create_index(op.f("ix_person_note_person_id"), "person_note", ["person_id"])
    op.create_table(
        "person_warning",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", BigKey, nullable=True),
        *_people("person_warning", "person_id", "made_by", "ended_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_warning")),
    )
    op.create_index(op.f("ix_person_warning_person_id"), "person_warning", ["person_id"])


def _people(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}"))
        for name in columns
    ]


def downgrade() -> None:
    op.drop_table("person_warning")
    op.drop_table("person_note")
