"""Own signatures and hours"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("job_title", sa.String(120), nullable=False, server_default=""))
        person.add_column(sa.Column("signature", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("agent_profile") as profile:
        profile.add_column(
            sa.Column(
                "hours", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("agent_profile") as profile:
        profile.drop_column("hours")
    with op.batch_alter_table("person") as person:
        person.drop_column("signature")
        person.drop_column("job_title")
