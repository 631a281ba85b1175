"""Taken back"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_PRIORITY = ("impact", "urgency", "priority", "priority_overridden")


def upgrade() -> None:
    _operations()
    _parts()
    _take_macros_over()
    op.drop_index("ix_macro_use_ticket", "macro_use")
    op.drop_table("macro_use")


def downgrade() -> None:
    # What was done with macros could be taken back within a day; a desk that goes back forgets it.
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
    op.drop_table("operation_part")
    op.drop_table("operation")


def _operations() -> None:
    op.create_table(
        "operation",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("actor_id", BigKey, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("said", JsonColumn, nullable=False),
        sa.Column("wanted", JsonColumn, nullable=False),
        sa.Column("ref_id", BigKey, nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by_id", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_operation_actor_id")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["person.id"], name=op.f("fk_operation_undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
    )
    op.create_index("ix_operation_actor", "operation", ["actor_id", "id"])
    op.create_index("ix_operation_ref", "operation", ["act", "ref_id"])


def _parts() -> None:
    op.create_table(
        "operation_part",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("operation_id", BigKey, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("before", JsonColumn, nullable=False),
        sa.Column("after", JsonColumn, nullable=False),
        sa.Column("moved", JsonColumn, nullable=False),
        sa.Column("told", JsonColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_operation_part_operation_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_operation_part_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_part")),
        sa.UniqueConstraint(
            "operation_id", "ticket_id", name=op.f("uq_operation_part_operation_id_ticket_id")
        ),
    )
    op.create_index("ix_operation_part_ticket", "operation_part", ["ticket_id", "operation_id"])
    op.create_index(
        "ix_operation_part_state", "operation_part", ["operation_id", "state", "ticket_id"]
    )


def _take_macros_over() -> None:
    """What was done with macros becomes operations, so that it can be taken back as before."""
    connection = op.get_bind()
    uses = sa.table(
        "macro_use",
        *(sa.column(name) for name in ("id", "ticket_id", "person_id", "name")),
        sa.column("at", UTCDateTime()),
        sa.column("before", JsonColumn),
        sa.column("after", JsonColumn),
        sa.column("undone_at", UTCDateTime()),
    )
    for row in connection.execute(sa.select(uses).order_by(uses.c.id)).all():
        state = "done" if row.undone_at is None else "undone"
        made = connection.execute(
            _OPERATION.insert().returning(_OPERATION.c.id),
            {
                "act": "macro",
                "state": state,
                "actor_id": row.person_id,
                "at": row.at,
                "size": 1,
                "said": {"macro": row.name, "title": row.name},
                "wanted": {},
                "undone_at": row.undone_at,
            },
        ).scalar_one()
        part = {"operation_id": made, "ticket_id": row.ticket_id, "state": state}
        empty: dict[str, Any] = {"moved": {}, "told": {}}
        states = {"before": _fields(row.before), "after": _fields(row.after)}
        connection.execute(_PART.insert(), {**part, **empty, **states})


def _fields(flat: dict[str, Any]) -> dict[str, Any]:
    """What a macro set, as operations keep it: status and priority have their facts together."""
    found = {key: value for key, value in flat.items() if key not in (*_PRIORITY, "status")}
    if "status" in flat:
        found["status"] = {"status": flat["status"]}
    priority = {key: flat[key] for key in _PRIORITY if key in flat}
    return {**found, **({"priority": priority} if priority else {})}


_OPERATION = sa.table(
    "operation",
    *(sa.column(name) for name in ("id", "act", "state", "actor_id", "size")),
    sa.column("at", UTCDateTime()),
    sa.column("said", JsonColumn),
    sa.column("wanted", JsonColumn),
    sa.column("undone_at", UTCDateTime()),
)
_PART = sa.table(
    "operation_part",
    *(sa.column(name) for name in ("operation_id", "ticket_id", "state")),
    sa.column("before", JsonColumn),
    sa.column("after", JsonColumn),
    sa.column("moved", JsonColumn),
    sa.column("told", JsonColumn),
)
