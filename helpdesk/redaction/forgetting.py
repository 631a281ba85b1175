"""The stored bytes of what was taken out: removed once no row names them any more."""

from __future__ import annotations

from sqlalchemy import delete, select, union_all

from helpdesk.composing.models import PlannedFile
from helpdesk.core import files
from helpdesk.core.db import db
from helpdesk.knowledge.models import ArticleFile
from helpdesk.messaging.models import Delivery, RawMessage
from helpdesk.search.models import ExtractedText
from helpdesk.tickets.models import Attachment
from helpdesk.tickets.redaction_models import Redaction

JOB = "forget_redacted"


def forget(redaction_id: int) -> None:
    """Remove these bytes, and the text that was read out of them, unless another row names them; again does nothing."""
    row = db.session.get(Redaction, redaction_id)
    if row is None:
        return
    digests = [str(one) for one in row.blobs]
    held = _still_named(digests)
    gone = [one for one in digests if one not in held]
    db.session.execute(delete(ExtractedText).where(ExtractedText.digest.in_(gone)))
    for digest in gone:
        files.store().remove(digest)


def _still_named(digests: list[str]) -> set[str]:
    columns = (
        Attachment.digest,
        RawMessage.file_digest,
        Delivery.digest,
        ArticleFile.digest,
        PlannedFile.digest,
    )
    named = union_all(*(select(column).where(column.in_(digests)) for column in columns))
    return {str(one) for one in db.session.scalars(named)}
