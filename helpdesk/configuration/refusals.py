"""A refusal of a command becomes a fault at the field it speaks of, so that a file can point to its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from helpdesk.core.errors import Conflict, Invalid
from workflows.faults import Fault, Faulty, Path


@contextmanager
def as_faults(fields: Mapping[str, str], *, within: Path = ()) -> Iterator[None]:
    """Raise Faulty for what is Invalid or a Conflict; `fields` says what a field is called in a file."""
    try:
        yield
    except (Invalid, Conflict) as refusal:
        said = " ".join(part for part in (refusal.title, refusal.advice) if part)
        field = refusal.field if isinstance(refusal, Invalid) else None
        path = within or ((fields.get(field, field),) if field else ())
        # The sentence is translated already, and must not be read as a format.
        raise Faulty(Fault(path, "%(said)s", {"said": said})) from refusal
