"""Alembic's entry: runs the steps on the connection that `helpdesk.migrating` hands over."""

from alembic import context

from helpdesk import models
from helpdesk.core.db import db

__all__ = ["models"]


def keep_to_tables(_object, name, kind, _reflected, _compare_to):
    """Leave the full-text tables alone, which no model describes; `search.schema` makes them."""
    return not (
        kind == "table"
        and str(name).startswith(("search_stem", "search_plain", "search_vocabulary"))
    )


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=keep_to_tables,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
