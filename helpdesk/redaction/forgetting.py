"""The stored bytes of what was taken out: removed once no row names them any more."""

from __future__ import annotations

from sqlalchemy import delete, select, union_all

from helpdesk.composing.models import PlannedFile, WaitingPicture
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
    gone = _unnamed([str(one) for one in row.blobs])
    db.session.execute(delete(ExtractedText).where(ExtractedText.digest.in_(gone)))
    for digest in gone:
        files.store().remove(digest)


def remove_unnamed(digests: list[str]) -> None:
    """Remove the bytes of pictures that were never sent, unless another row names them."""
    for digest in _unnamed(digests):
        files.store().remove(digest)


def _unnamed(digests: list[str]) -> list[str]:
    columns = (
        Attachment.digest,
        RawMessage.file_digest,
        Delivery.digest,
        ArticleFile.digest,
        PlannedFile.digest,
        WaitingPicture.digest,
    )
    named = union_all(*(select(column).where(column.in_(digests)) for column in columns))
    held = set(db.session.scalars(named))
    return [one for one in digests if one not in held]
