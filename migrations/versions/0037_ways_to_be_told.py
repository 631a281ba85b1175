"""Ways to be told"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notification") as table:
        table.add_column(
            sa.Column("in_bell", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.add_column(
            sa.Column("on_desktop", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("notification") as table:
        table.alter_column("in_bell", server_default=None)
        table.alter_column("on_desktop", server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM notification WHERE NOT in_bell")
    with op.batch_alter_table("notification") as table:
        table.drop_column("on_desktop")
        table.drop_column("in_bell")
