"""One definition, edited as text: read with its faults at their lines, saved only over what its editor has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from helpdesk.configuration.files import HEAD, Wanted
from helpdesk.configuration.items import Key, World
from helpdesk.configuration.reading import Complaint, Document, Unreadable, read_text
from helpdesk.configuration.references import complaints_of_world, references_of, users_of
from helpdesk.configuration.shelves import all_standing
from helpdesk.configuration.writing import write_text
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import DefinitionVersion, Kind
from helpdesk.definitions.queries import lock_last
from helpdesk.definitions.store import Version
from workflows.faults import Faulty


class ChangedMeanwhile(Conflict):
    """Somebody saved a version after the editor had opened theirs; `last` is that version."""

    def __init__(self, last: DefinitionVersion) -> None:
        super().__init__(
            _("Somebody else saved a version while you were writing."),
            _("Your text is still here. Look at what they changed, then decide."),
        )
        self.last = last


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: the version, and whether it is a new one."""

    version: Version
    is_new: bool


def read_body(kind: Kind, name: str, text: str) -> Document:
    """The body that a text says. Raises Unreadable with every fault, those of the kind's parser too."""
    document = read_text(text)
    wrong = [
        _head_complaint(document, key, said) for key, said in (("kind", kind.value), ("name", name))
    ]
    complaints = [one for one in wrong if one is not None]
    body = {key: value for key, value in document.body.items() if key not in HEAD}
    try:
        parse(kind, body)
    except Faulty as faulty:
        complaints += document.complaints_of(faulty)
    complaints += _missing_names(Key(kind.value, name), body, document)
    if complaints:
        raise Unreadable(*sorted(complaints, key=lambda one: one.place))
    return Document(body, document.places)


def _missing_names(key: Key, body: Mapping[str, Any], document: Document) -> list[Complaint]:
    """What a body names and nothing stands for."""
    if not any(references_of(key, body)):
        return []
    standing = World({held: one.body for held, one in all_standing().items()})
    after = World({**standing.bodies, key: body})
    wanted = {key: Wanted(key, body, "", document)}
    return [
        Complaint(one.place, one.sentence, one.path)
        for one in complaints_of_world(after, standing, wanted)
    ]


def retire(kind: Kind, name: str, *, by: int | None, cause: str) -> None:
    """End the use of a definition that nothing else needs. Raises Conflict, naming what does, and NotFound."""
    world = World({key: one.body for key, one in all_standing().items()})
    users = users_of(world, Key(kind.value, name))
    if users:
        raise Conflict(
            _("It is still needed by %(users)s.", users=", ".join(str(one) for one in users[:10])),
            _("Let them name another one first."),
        )
    store.retire(kind, name, by=by, cause=cause)


def _head_complaint(document: Document, key: str, expected: str) -> Complaint | None:
    said = document.body.get(key, expected)
    if said == expected or not expected:
        return None
    return Complaint(
        document.place_of((key,)),
        _(
            "This is the %(key)s of another one: here it is %(expected)s. Take the line out, or edit the other one.",
            key=key,
            expected=expected,
        ),
        (key,),
    )


def text_of(body: Mapping[str, Any]) -> str:
    """A body as its editor sees it."""
    return write_text(body)


def save_over(
    kind: Kind,
    name: str,
    body: Mapping[str, Any],
    *,
    seen: int,
    by: int | None,
    cause: str,
    note: str = "",
    effective_at: datetime | None = None,
) -> Saved:
    """Save a version over number `seen`, the newest when its editor began; 0 makes a definition that is not there yet.

    Raises ChangedMeanwhile if there is a newer one, and what `store.save` raises. Inside a unit of work.
    """
    last = lock_last(kind, name)
    if last is not None and seen == 0:
        raise Invalid(
            _("There is one of this name already."), _("Choose another name."), field="name"
        )
    if last is not None and last.number != seen:
        raise ChangedMeanwhile(last)
    version = store.save(kind, name, body, by=by, cause=cause, note=note, effective_at=effective_at)
    return Saved(version, version.number != seen)
