"""Asked by forms"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_draft",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("answers", JsonColumn, nullable=False),
        sa.Column("contact", JsonColumn, nullable=False),
        sa.Column("person_id", BigKey, nullable=True),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("raw_id", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_form_draft_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_form_draft"),
        sa.UniqueConstraint("key", name="uq_form_draft_key"),
    )
    op.create_index("ix_form_draft_person_id", "form_draft", ["person_id"])
    op.create_index("ix_form_draft_expires_at", "form_draft", ["expires_at"])
    op.create_table(
        "ticket_rating",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("ticket_id", BigKey, nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_ticket_rating_person_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_rating_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_rating"),
        sa.UniqueConstraint("ticket_id", name="uq_ticket_rating_ticket_id"),
    )
    op.create_index("ix_ticket_rating_person_id", "ticket_rating", ["person_id"])
    _create_visitors()


def _create_visitors() -> None:
    op.create_table(
        "visitor_link",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("person_id", BigKey, nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("leads_to", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_visitor_link_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visitor_link"),
        sa.UniqueConstraint("token_digest", name="uq_visitor_link_token_digest"),
    )
    op.create_index("ix_visitor_link_person_id", "visitor_link", ["person_id"])
    op.create_index("ix_visitor_link_expires_at", "visitor_link", ["expires_at"])
    op.create_table(
        "visitor_session",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", BigKey, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_visitor_session_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visitor_session"),
        sa.UniqueConstraint("token_digest", name="uq_visitor_session_token_digest"),
    )
    op.create_index("ix_visitor_session_person_id", "visitor_session", ["person_id"])
    op.create_index("ix_visitor_session_last_seen_at", "visitor_session", ["last_seen_at"])


def downgrade() -> None:
    for table in ("visitor_session", "visitor_link", "ticket_rating", "form_draft"):
        op.drop_table(table)
