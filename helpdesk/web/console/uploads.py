"""Files that come with a form: limited, and not lost when the form comes back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from helpdesk.core import files, links
from helpdesk.core.errors import Invalid
from helpdesk.tickets.conversation import NewFile
from helpdesk.tickets.naming import safe_file_name, single_line

MOST_FILES = 20
# What a form can bring with its other fields; what does not fit into a mail goes as a link (see `messaging.linking`).
LARGEST_TOGETHER = 28 * 1024 * 1024
KEPT_FOR = timedelta(days=1)
PURPOSE = "composer-file"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a form that came back: its bytes wait in the file store, and the signed token says which they are."""

    token: str
    name: str
    size: int


def read_files(
    uploads: Iterable[FileStorage], kept: Sequence[str], *, person_id: int
) -> tuple[NewFile, ...]:
    """The files of a form, those kept from an earlier try first. Raises Invalid past the limits."""
    found = [_kept(token, person_id) for token in kept[:MOST_FILES]]
    for upload in uploads:
        if upload.filename:
            found.append(_uploaded(upload))
    if len(found) > MOST_FILES:
        raise Invalid(
            _("At most %(num)s files go with a message.", num=MOST_FILES),
            _("Send the others with a second one."),
            field="files",
        )
    if sum(len(file.body) for file in found) > LARGEST_TOGETHER:
        raise Invalid(
            _("These files are too large."),
            _("Together they may have %(most)d MB.", most=LARGEST_TOGETHER // 1_048_576),
            field="files",
        )
    return tuple(found)


def keep_files(new: Iterable[NewFile], *, person_id: int) -> list[KeptFile]:
    """Keep files of a form that comes back, for the person who sent it."""
    return [
        KeptFile(_token(file, files.keep(file.body), person_id), file.name, len(file.body))
        for file in new
    ]


def kept_again(known: Iterable[Sequence[Any]], *, person_id: int) -> list[KeptFile]:
    """Files that lie in the store already, as [digest, name, content type, size], for a form of this person."""
    return [
        KeptFile(_token(NewFile(name, kind, b""), digest, person_id), name, size)
        for digest, name, kind, size in known
    ]


def _uploaded(upload: FileStorage) -> NewFile:
    return NewFile(
        name=safe_file_name(upload.filename or ""),
        content_type=single_line(upload.mimetype or "", 120) or "application/octet-stream",
        body=upload.stream.read(LARGEST_TOGETHER + 1),
    )


def _token(file: NewFile, digest: str, person_id: int) -> str:
    return links.sign(
        json.dumps([person_id, digest, file.name, file.content_type]), purpose=PURPOSE
    )


def _kept(token: str, person_id: int) -> NewFile:
    said = links.read_signed(token, purpose=PURPOSE, lasting=KEPT_FOR)
    if said is None:
        raise _lost()
    owner, digest, name, content_type = json.loads(said)
    if owner != person_id:
        raise _lost()
    try:
        body = files.open_file(digest).read()
    except files.FileDamaged:
        raise _lost() from None
    return NewFile(name=name, content_type=content_type, body=body)


def _lost() -> Invalid:
    return Invalid(
        _("A file that you attached earlier is no longer here."),
        _("Attach it again."),
        field="files",
    )
