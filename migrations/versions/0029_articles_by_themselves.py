"""Articles by themselves"""

from alembic import op

from helpdesk.search import schema as search_schema

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    search_schema.quicken(op.get_bind())


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_search_document_articles")
