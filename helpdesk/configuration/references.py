"""What one thing says of another: each name must stand for something, and nothing that is needed may be retired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from helpdesk.configuration.files import FileComplaint, Wanted
from helpdesk.configuration.items import Key, World, path_of
from helpdesk.configuration.reading import Place
from helpdesk.configuration.references_found import AGENT, Reference
from helpdesk.configuration.references_found import references_of as _found_in
from helpdesk.people.models import ContactKind
from helpdesk.people.queries import find_by_contact_points

MOST_NAMED = 12


def references_of(key: Key, body: Mapping[str, Any]) -> Iterator[Reference]:
    """Everything that a body names."""
    yield from _found_in(key.kind, body)


def complaints_of_world(
    after: World, before: World, wanted: Mapping[Key, Wanted]
) -> list[FileComplaint]:
    """A complaint for each name that would stand for nothing.

    What is in no file is only looked at for what is being taken away from it: its own old faults are not the file's.
    """
    found: list[FileComplaint] = []
    named = {key: list(references_of(key, body)) for key, body in after.bodies.items()}
    agents = _agents(named, wanted)
    known, known_before = _Known(after, agents), _Known(before, agents)
    for key, references in named.items():
        source = wanted.get(key)
        for reference in references:
            if known.has(reference):
                continue
            if source is not None:
                found.append(source.complaint(reference.path, known.sentence(reference)))
            elif reference.kind != AGENT and known_before.has(reference):
                found.append(_still_needed(reference, key, known_before.key_of(reference)))
    return found


def users_of(world: World, target: Key) -> list[Key]:
    """What names a thing, and would miss it."""
    own = _Known(World({target: world.bodies[target]} if target in world.bodies else {}), set())
    return [
        key
        for key, body in world.bodies.items()
        if key != target and any(own.has(one) for one in references_of(key, body))
    ]


def _still_needed(reference: Reference, by: Key, target: Key) -> FileComplaint:
    said = _(
        "%(kind)s %(name)s is still needed by %(by)s, so it cannot be retired.",
        kind=reference.kind,
        name=reference.name,
        by=str(by),
    )
    return FileComplaint(path_of(target), Place(1, 1), said)


def _agents(named: Mapping[Key, list[Reference]], wanted: Mapping[Key, Wanted]) -> set[str]:
    """The addresses of staff among those that the files name."""
    asked = {
        one.name
        for key, references in named.items()
        if key in wanted
        for one in references
        if one.kind == AGENT
    }
    found = find_by_contact_points(ContactKind.EMAIL, sorted(asked))
    return {address for address, person in found.items() if person.is_staff}


class _Known:
    """The names that stand for something; people may write a title where it is what they know a thing by."""

    def __init__(self, world: World, agents: set[str]) -> None:
        self._keys: dict[tuple[str, str], Key] = {}
        self._names: dict[str, set[str]] = {AGENT: agents}
        self._agents = agents
        for key, body in world.bodies.items():
            title = body.get("title")
            for name in (key.name, title) if isinstance(title, str) else (key.name,):
                self._keys.setdefault((key.kind, name.casefold()), key)
                self._names.setdefault(key.kind, set()).add(name)

    def has(self, reference: Reference) -> bool:
        if reference.kind == AGENT:
            return reference.name in self._agents
        return (reference.kind, reference.name.casefold()) in self._keys

    def key_of(self, reference: Reference) -> Key:
        return self._keys[(reference.kind, reference.name.casefold())]

    def sentence(self, reference: Reference) -> str:
        if reference.kind == AGENT:
            return _("Nobody of the staff has the address %(name)s.", name=reference.name)
        known = sorted(self._names.get(reference.kind, set()))
        if not known:
            return _(
                "There is no %(kind)s “%(name)s”, and no other. Define it in a file beside this one.",
                kind=reference.kind,
                name=reference.name,
            )
        return _(
            "There is no %(kind)s “%(name)s”. Known: %(known)s.",
            kind=reference.kind,
            name=reference.name,
            known=", ".join(known[:MOST_NAMED]) + (", …" if len(known) > MOST_NAMED else ""),
        )
