"""Found by their beginnings"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_search_document_names",
        "search_document",
        ["title"],
        postgresql_where=sa.text("kind = 'person'"),
        sqlite_where=sa.text("kind = 'person'"),
        postgresql_ops={"title": "text_pattern_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_search_document_names", table_name="search_document")
