"""What one thing says of another: each name must stand for something, and nothing that is needed may be retired."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from helpdesk.configuration.files import FileComplaint, Wanted
from helpdesk.configuration.items import CHANNEL, GROUP, Key, World, path_of
from helpdesk.configuration.reading import Place
from helpdesk.definitions.models import Kind
from workflows.faults import Path


@dataclass(frozen=True, slots=True)
class Reference:
    """A place of a body that names another thing, by its stable name or by what people call it."""

    path: Path
    kind: str
    name: str


Finder = Callable[[Mapping[str, Any]], Iterator[Reference]]
# What looks over everything at once and says in a sentence each what can be but should not, such as a rule that no
# ticket ever reaches. It is given the world as it would be, and what would be written.
Concern = Callable[[World, Mapping[Key, Mapping[str, Any] | None]], Iterator[str]]

FINDERS: dict[str, Finder] = {}
CONCERNS: list[Concern] = []


def references_of(key: Key, body: Mapping[str, Any]) -> Iterator[Reference]:
    """Everything that a body names."""
    finder = FINDERS.get(key.kind)
    if finder is not None:
        yield from finder(body)


def complaints_of_world(
    after: World, before: World, wanted: Mapping[Key, Wanted]
) -> list[FileComplaint]:
    """A complaint for each name that would stand for nothing.

    What is in no file is only looked at for what is being taken away from it: its own old faults are not the file's.
    """
    found: list[FileComplaint] = []
    known, known_before = _Known(after), _Known(before)
    for key, body in after.bodies.items():
        for reference in references_of(key, body):
            if known.has(reference):
                continue
            source = wanted.get(key)
            if source is not None:
                found.append(source.complaint(reference.path, known.sentence(reference)))
            elif known_before.has(reference):
                said = _(
                    "%(kind)s %(name)s is still needed by %(by)s, so it cannot be retired.",
                    kind=reference.kind,
                    name=reference.name,
                    by=str(key),
                )
                target = Key(reference.kind, reference.name)
                found.append(FileComplaint(path_of(target), Place(1, 1), said))
    return found


def users_of(world: World, target: Key) -> list[Key]:
    """What names a thing, and would miss it."""
    title = str(world.bodies.get(target, {}).get("title") or "")
    return [
        key
        for key, body in world.bodies.items()
        if any(
            one.kind == target.kind and one.name in (target.name, title)
            for one in references_of(key, body)
        )
    ]


def concerns_of_world(after: World, written: Mapping[Key, Mapping[str, Any] | None]) -> list[str]:
    """What can be applied, and yet is hardly meant."""
    return [sentence for concern in CONCERNS for sentence in concern(after, written)]


class _Known:
    """The names that stand for something; people may write a title where it is what they know a thing by."""

    def __init__(self, world: World) -> None:
        self._names: dict[str, set[str]] = {}
        for key, body in world.bodies.items():
            names = self._names.setdefault(key.kind, set())
            names.add(key.name)
            if isinstance(body.get("title"), str):
                names.add(body["title"])

    def has(self, reference: Reference) -> bool:
        return reference.name in self._names.get(reference.kind, set())

    def sentence(self, reference: Reference) -> str:
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
            known=", ".join(known[:12]) + (", …" if len(known) > 12 else ""),
        )


def _of_levels(body: Mapping[str, Any]) -> Iterator[Reference]:
    """Policies and free clocks name calendars; null is always open."""
    yield from _named(body, ("calendar",), Kind.CALENDAR)
    metrics = body.get("metrics")
    if isinstance(metrics, dict):
        for name, metric in metrics.items():
            yield from _named(metric, ("metrics", name, "calendar"), Kind.CALENDAR)


def _of_channel(body: Mapping[str, Any]) -> Iterator[Reference]:
    yield from _named(body, ("group",), GROUP)


def _named(holder: Any, path: Path, kind: str) -> Iterator[Reference]:
    name = holder.get(path[-1]) if isinstance(holder, Mapping) else None
    if isinstance(name, str) and name:
        yield Reference(path, str(kind), name)


FINDERS.update({Kind.POLICY: _of_levels, Kind.CLOCK: _of_levels, CHANNEL: _of_channel})
