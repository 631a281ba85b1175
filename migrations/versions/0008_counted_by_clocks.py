"""Counted by clocks"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Each may be empty, so that a table of millions of rows is not written anew.
ADDED = (
    ("due_at", UTCDateTime()),
    ("due_metric", sa.String(length=60)),
    ("breach_at", UTCDateTime()),
)
RUNNING = sa.text("next_rule_at IS NOT NULL")
STOPPED = sa.text("stopped_at IS NOT NULL")
UNBREACHED = sa.text("status = 'running' AND breach_at IS NOT NULL AND breached_at IS NULL")


def upgrade() -> None:
    for column, kind in ADDED:
        op.add_column("ticket", sa.Column(column, kind, nullable=True))
    op.create_index(
        "ix_ticket_queue_due", "ticket", ["group_id", "is_open", "due_at", "id"], unique=False
    )
    op.create_index("ix_ticket_open_due", "ticket", ["is_open", "due_at", "id"], unique=False)
    _create_facts()
    _create_timers()
    _create_fired()
    _create_spread()
    _create_what_if()


def downgrade() -> None:
    op.drop_index("ix_sla_flip_run_id", "sla_flip")
    for table in ("sla_flip", "sla_what_if"):
        op.drop_table(table)
    for table in ("sla_spread", "sla_fired", "sla_timer", "sla_ticket", "sla_event"):
        op.drop_table(table)
    op.drop_index("ix_ticket_open_due", "ticket")
    op.drop_index("ix_ticket_queue_due", "ticket")
    for column, _kind in reversed(ADDED):
        op.drop_column("ticket", column)


def _create_facts() -> None:
    op.create_table(
        "sla_event",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", JsonColumn, nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("actor_id", BigKey, nullable=True),
        _of_ticket("sla_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_event")),
        sa.UniqueConstraint("ticket_id", "seq", name=op.f("uq_sla_event_ticket_id_seq")),
    )
    op.create_table(
        "sla_ticket",
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("known_since", UTCDateTime(), nullable=False),
        sa.Column("policy", sa.String(length=60), nullable=True),
        sa.Column("policy_version_id", BigKey, nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("state", JsonColumn, nullable=False),
        _of_ticket("sla_ticket"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_sla_ticket")),
    )
    op.create_index("ix_sla_ticket_policy", "sla_ticket", ["policy", "is_open", "ticket_id"])


def _create_timers() -> None:
    op.create_table(
        "sla_timer",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("metric", sa.String(length=60), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(length=120), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("stopped_at", UTCDateTime(), nullable=True),
        sa.Column("stop_reason", sa.String(length=20), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("elapsed", sa.Integer(), nullable=False),
        sa.Column("paused_working", sa.Integer(), nullable=False),
        sa.Column("marked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("breach_at", UTCDateTime(), nullable=True),
        sa.Column("breached_at", UTCDateTime(), nullable=True),
        sa.Column("next_rule_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("policy_version_id", BigKey, nullable=True),
        sa.Column("state", JsonColumn, nullable=False),
        _of_ticket("sla_timer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_timer")),
        sa.UniqueConstraint(
            "ticket_id", "metric", "cycle", name=op.f("uq_sla_timer_ticket_id_metric_cycle")
        ),
    )
    for name, column, where in (
        ("ix_sla_timer_rule", "next_rule_at", RUNNING),
        ("ix_sla_timer_breach", "breach_at", UNBREACHED),
    ):
        op.create_index(name, "sla_timer", [column], postgresql_where=where, sqlite_where=where)
    op.create_index(
        "ix_sla_timer_report",
        "sla_timer",
        ["stopped_at", "metric"],
        postgresql_where=STOPPED,
        sqlite_where=STOPPED,
    )


def _create_fired() -> None:
    op.create_table(
        "sla_fired",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("metric", sa.String(length=60), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("planned_at", UTCDateTime(), nullable=False),
        sa.Column("fired_at", UTCDateTime(), nullable=False),
        sa.Column("lag", sa.Integer(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        _of_ticket("sla_fired"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_fired")),
        sa.UniqueConstraint(
            "ticket_id",
            "metric",
            "cycle",
            "rule",
            name=op.f("uq_sla_fired_ticket_id_metric_cycle_rule"),
        ),
    )
    op.create_index("ix_sla_fired_planned", "sla_fired", ["planned_at"])


def _create_spread() -> None:
    op.create_table(
        "sla_spread",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version_id", BigKey, nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("begins_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("last_ticket_id", BigKey, nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_spread")),
    )
    op.create_index("ix_sla_spread_state", "sla_spread", ["state", "begins_at"])


def _create_what_if() -> None:
    op.create_table(
        "sla_what_if",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("body", JsonColumn, nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_ticket_id", BigKey, nullable=False),
        sa.Column("flips", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("result", JsonColumn, nullable=False),
        sa.Column("beat_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_what_if")),
    )
    op.create_table(
        "sla_flip",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("run_id", BigKey, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("metric", sa.String(length=60), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("gets_better", sa.Boolean(), nullable=False),
        sa.Column("data", JsonColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["sla_what_if.id"], name=op.f("fk_sla_flip_run_id_sla_what_if")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_flip")),
    )
    op.create_index("ix_sla_flip_run_id", "sla_flip", ["run_id", "id"])


def _of_ticket(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["ticket_id"], ["ticket.id"], name=op.f(f"fk_{table}_ticket_id_ticket")
    )
