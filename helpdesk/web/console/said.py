"""What a form of the composer says: with marks where the editor wrote it, in plain words everywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from helpdesk.core import written
from helpdesk.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a form, and their HTML; "" where the words say all of it."""

    text: str
    html: str = ""


def said_in(values: Mapping[str, Any]) -> Said:
    """What was written; where there is HTML, the words are taken from it and not from what came beside it."""
    html = written.clean(str(values.get("html") or ""))
    if not html:
        return Said(str(values.get("text") or ""))
    return Said(written.words_of(html), "" if written.is_plain(html) else html)


def refuse_too_long(values: Mapping[str, Any]) -> None:
    """Refuse what would be cut, instead of sending half of it. Raises Invalid."""
    if len(str(values.get("html") or "")) > written.LONGEST:
        raise Invalid(
            _("This is too long."),
            _("Send part of it as a file, or in a second reply."),
            field="text",
        )
