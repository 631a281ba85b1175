"""Written as articles"""

import sqlalchemy as sa
from alembic import op

from helpdesk.core.db import BigKey, JsonColumn, UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_category",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("names", JsonColumn, nullable=False),
        sa.Column("summaries", JsonColumn, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_category")),
    )
    op.create_table(
        "article_miss",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_miss")),
        sa.UniqueConstraint("words", "language", name=op.f("uq_article_miss_words_language")),
    )
    op.create_index(op.f("ix_article_miss_last_at"), "article_miss", ["last_at"], unique=False)
    op.create_table(
        "article",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("category_id", BigKey, nullable=False),
        sa.Column("audience", sa.String(length=30), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("owner_id", BigKey, nullable=True),
        sa.Column("review_months", sa.Integer(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_id"], ["article_category.id"], name=op.f("fk_article_category_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_article_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
    )
    op.create_index(op.f("ix_article_category_id"), "article", ["category_id"], unique=False)
    op.create_index("ix_article_review", "article", ["owner_id", "review_on"], unique=False)
    op.create_index(op.f("ix_article_review_on"), "article", ["review_on"], unique=False)
    op.create_table(
        "article_file",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("article_id", BigKey, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", BigKey, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_file_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_file")),
        sa.UniqueConstraint("key", name=op.f("uq_article_file_key")),
    )
    op.create_index(
        op.f("ix_article_file_article_id"), "article_file", ["article_id"], unique=False
    )
    op.create_index(op.f("ix_article_file_digest"), "article_file", ["digest"], unique=False)
    op.create_table(
        "article_text",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("article_id", BigKey, nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("keywords", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("live_number", sa.Integer(), nullable=True),
        sa.Column("source_number", sa.Integer(), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_text_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_text")),
        sa.UniqueConstraint(
            "article_id", "language", name=op.f("uq_article_text_article_id_language")
        ),
    )
    op.create_table(
        "article_draft",
        sa.Column("text_id", BigKey, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("keywords", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lock", sa.Integer(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("saved_by", BigKey, nullable=True),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["person.id"], name=op.f("fk_article_draft_saved_by")
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["article_text.id"], name=op.f("fk_article_draft_text_id")
        ),
        sa.PrimaryKeyConstraint("text_id", name=op.f("pk_article_draft")),
    )
    op.create_table(
        "article_verdict",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("text_id", BigKey, nullable=False),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("person_id", BigKey, nullable=True),
        sa.Column("ticket_id", BigKey, nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_article_verdict_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["article_text.id"], name=op.f("fk_article_verdict_text_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_verdict")),
        sa.UniqueConstraint("text_id", "visitor", name=op.f("uq_article_verdict_text_id_visitor")),
    )
    op.create_table(
        "article_version",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("text_id", BigKey, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("keywords", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", BigKey, nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_article_version_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["article_text.id"], name=op.f("fk_article_version_text_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_version")),
        sa.UniqueConstraint("text_id", "number", name=op.f("uq_article_version_text_id_number")),
    )
    op.create_table(
        "article_views",
        sa.Column("text_id", BigKey, nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"], ["article_text.id"], name=op.f("fk_article_views_text_id")
        ),
        sa.PrimaryKeyConstraint("text_id", "read_on", name=op.f("pk_article_views")),
    )


def downgrade() -> None:
    op.drop_table("article_views")
    op.drop_table("article_version")
    op.drop_table("article_verdict")
    op.drop_table("article_draft")
    op.drop_table("article_text")
    op.drop_index(op.f("ix_article_file_digest"), table_name="article_file")
    op.drop_index(op.f("ix_article_file_article_id"), table_name="article_file")
    op.drop_table("article_file")
    op.drop_index(op.f("ix_article_review_on"), table_name="article")
    op.drop_index("ix_article_review", table_name="article")
    op.drop_index(op.f("ix_article_category_id"), table_name="article")
    op.drop_table("article")
    op.drop_index(op.f("ix_article_miss_last_at"), table_name="article_miss")
    op.drop_table("article_miss")
    op.drop_table("article_category")
