"""Done by rules"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_trouble",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version_id", BigKey, nullable=True),
        sa.Column("is_set_aside", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ticket_id", BigKey, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_trouble")),
        sa.UniqueConstraint("key", name=op.f("uq_rule_trouble_key")),
    )
    op.create_index("ix_rule_trouble_name", "rule_trouble", ["name"])
    _instants()
    op.create_table(
        "macro_use",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("ticket_version", sa.Integer(), nullable=False),
        sa.Column("before", JsonColumn, nullable=False),
        sa.Column("after", JsonColumn, nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_macro_use_ticket_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_macro_use_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro_use")),
    )
    op.create_index("ix_macro_use_ticket", "macro_use", ["ticket_id", "id"])
    op.create_table(
        "back_test",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("body", JsonColumn, nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("asked_by", BigKey, nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("cursor", BigKey, nullable=False),
        sa.Column("result", JsonColumn, nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_back_test_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_back_test")),
    )


def _instants() -> None:
    op.create_table(
        "rule_instant",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("definition_id", BigKey, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.Column("ran_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.id"], name=op.f("fk_rule_instant_definition_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_rule_instant_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_instant")),
        sa.UniqueConstraint(
            "definition_id", "ticket_id", name=op.f("uq_rule_instant_definition_id_ticket_id")
        ),
    )
    waiting = sa.text("at IS NOT NULL")
    op.create_index(
        "ix_rule_instant_at",
        "rule_instant",
        ["at"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    op.create_index("ix_rule_instant_ticket", "rule_instant", ["ticket_id"])
    op.create_table(
        "rule_spread",
        sa.Column("definition_id", BigKey, nullable=False),
        sa.Column("version_id", BigKey, nullable=True),
        sa.Column("cursor", BigKey, nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.id"], name=op.f("fk_rule_spread_definition_id")
        ),
        sa.PrimaryKeyConstraint("definition_id", name=op.f("pk_rule_spread")),
    )


def downgrade() -> None:
    op.drop_table("back_test")
    op.drop_table("macro_use")
    op.drop_table("rule_spread")
    op.drop_table("rule_instant")
    op.drop_table("rule_trouble")
