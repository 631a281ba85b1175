"""Given to agents"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_profile",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("available_since", UTCDateTime(), nullable=True),
        sa.Column("skills", JsonColumn, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("limits", JsonColumn, nullable=False),
        sa.Column("calendar", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_agent_profile_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_profile")),
        sa.UniqueConstraint("person_id", name=op.f("uq_agent_profile_person_id")),
    )
    _create_absences()
    op.create_table(
        "routing_turn",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("routing", sa.String(length=60), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_routing_turn_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_turn")),
        sa.UniqueConstraint("routing", "person_id", name=op.f("uq_routing_turn_routing_person_id")),
    )
    op.create_table(
        "routing_wait",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("routing", sa.String(length=60), nullable=False),
        sa.Column("why", JsonColumn, nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_routing_wait_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_wait")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_routing_wait_ticket_id")),
    )
    op.create_index("ix_routing_wait_since", "routing_wait", ["since"])


def _create_absences() -> None:
    op.create_table(
        "agent_absence",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("substitute_id", BigKey, nullable=True),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_agent_absence_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["person.id"], name=op.f("fk_agent_absence_substitute_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_agent_absence_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_absence")),
    )
    op.create_index("ix_agent_absence_person", "agent_absence", ["person_id", "until"])
    op.create_index("ix_agent_absence_until", "agent_absence", ["until"])


def downgrade() -> None:
    op.drop_index("ix_routing_wait_since", table_name="routing_wait")
    op.drop_table("routing_wait")
    op.drop_table("routing_turn")
    op.drop_index("ix_agent_absence_until", table_name="agent_absence")
    op.drop_index("ix_agent_absence_person", table_name="agent_absence")
    op.drop_table("agent_absence")
    op.drop_table("agent_profile")
