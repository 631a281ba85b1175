"""Longer orders of views: those of added fields"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("saved_view") as table:
        table.alter_column("sort", type_=sa.String(80), existing_nullable=False)


def downgrade() -> None:
    op.execute("UPDATE saved_view SET sort = 'activity' WHERE length(sort) > 20")
    with op.batch_alter_table("saved_view") as table:
        table.alter_column("sort", type_=sa.String(20), existing_nullable=False)
