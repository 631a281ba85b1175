"""save(), current(), find(): definitions and their versions; an edit is a new version, and holds from its instant on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.core import clock, settings
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.models import Setting
from helpdesk.core.unit_of_work import record
from helpdesk.definitions.events import DefinitionRetired, DefinitionRevived, DefinitionSaved
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Definition, DefinitionVersion, Kind

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
# Parsed versions a process keeps; a version never changes, so what was parsed once stays right.
_MOST_PARSED = 4096
# A random word that every change of a definition changes, so that a process knows whether what it holds is still right.
_GENERATION = "definitions.generation"
_READ_GENERATION = select(Setting.value).where(Setting.key == _GENERATION)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a definition: its row's id, its number, the body as written and from when on it holds."""

    id: int
    definition_id: int
    kind: Kind
    name: str
    number: int
    body: Mapping[str, Any]
    effective_at: datetime

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.body.get("title") or self.name)

    @property
    def position(self) -> int:
        """Its place among those of its kind, where the order counts; the lowest comes first."""
        return int(self.body.get("position", 0))

    @property
    def value(self) -> Any:
        """What the body stands for: a value of `workflows/`, of the type that the kind's parser returns."""
        return _value_of(self.id, self.kind, _Body(self.body))


class _Body:
    """Carries a body past the cache, whose key is the version's id."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Body) and other.body == self.body

    def __hash__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class _Held:
    generation: str
    since: datetime
    until: datetime
    versions: list[Version]


_NEVER = datetime.max.replace(tzinfo=UTC)
_held: dict[str, _Held] = {}


@lru_cache(maxsize=_MOST_PARSED)
def _value_of(_version_id: int, kind: Kind, body: _Body) -> object:
    return parse(kind, body.body)


def save(
    kind: Kind,
    name: str,
    body: Mapping[str, Any],
    *,
    by: int | None,
    cause: str,
    note: str = "",
    effective_at: datetime | None = None,
) -> Version:
    """Write a new version of a definition, the first one too. What is said already is not said again.

    `effective_at` is when it begins to hold, None for now; never in the past, since what is past does not change.
    Raises Invalid, and Faulty for a body that cannot be used.
    """
    at = clock.now()
    _check(name, effective_at, at)
    parse(kind, body)
    definition = _locked(kind, name) or _new(kind, name, at)
    last = _last_version(definition.id)
    if last is not None and definition.retired_at is None and effective_at is None:
        if last.body == dict(body) and last.effective_at <= at:
            return _version(definition, last)
    if definition.retired_at is not None:
        _revive(definition, by=by, cause=cause)
    made = DefinitionVersion(
        definition_id=definition.id,
        number=last.number + 1 if last else 1,
        body=dict(body),
        effective_at=effective_at or at,
        made_at=at,
        made_by=by,
        note=note[:500],
    )
    db.session.add(made)
    note_change()
    db.session.flush()
    _record_saved(definition, last, made, by=by, cause=cause)
    return _version(definition, made)


def retire(kind: Kind, name: str, *, by: int | None, cause: str) -> None:
    """End the use of a definition; its versions stay, and what they did. Raises NotFound."""
    definition = _locked(kind, name)
    if definition is None:
        raise _missing(name)
    if definition.retired_at is not None:
        return
    definition.retired_at = clock.now()
    note_change()
    record(
        DefinitionRetired(
            actor_id=by,
            cause=cause,
            subject_id=definition.id,
            kind=kind.value,
            name=name,
            before={"retired": False},
            after={"retired": True, "kind": kind.value, "name": name},
        )
    )


def current(kind: Kind, *, at: datetime | None = None) -> list[Version]:
    """All of a kind in the version in force, by position and name; now unless `at` is given."""
    return sorted(
        (version for version in all_current(at=at) if version.kind is kind),
        key=lambda version: (version.position, version.name),
    )


def all_current(*, at: datetime | None = None) -> list[Version]:
    """Every definition in the version in force at a moment, now unless given, in no order.

    A definition that was retired after that moment counts as in use. What holds now is kept in this process and costs
    one short query to know that it still holds.
    """
    if at is not None:
        return _read_current(at)[0]
    moment, word = clock.now(), generation()
    if not word:
        # Nothing was ever defined.
        return []
    held = _held.get("now")
    if held is None or held.generation != word or not held.since <= moment < held.until:
        versions, until = _read_current(moment)
        held = _held["now"] = _Held(word, moment, until, versions)
    return list(held.versions)


def generation() -> str:
    """The random word that stands for all that is defined; read once a transaction, "" where nothing is."""
    kept = db.session.info.get(_GENERATION)
    if kept is not None and kept[0] is not None and kept[0] is db.session().get_transaction():
        return str(kept[1])
    found = str(db.session.scalar(_READ_GENERATION) or "")
    db.session.info[_GENERATION] = (db.session().get_transaction(), found)
    return found


def note_change() -> None:
    """Let every process read anew what it holds of definitions, and of what others keep beside them."""
    word = secrets.token_hex(8)
    settings.write(_GENERATION, word)
    db.session.info[_GENERATION] = (db.session().get_transaction(), word)


def _read_current(moment: datetime) -> tuple[list[Version], datetime]:
    """What holds at a moment, and until when if nothing is defined meanwhile."""
    rows = db.session.execute(
        select(Definition, DefinitionVersion)
        .join(DefinitionVersion, DefinitionVersion.definition_id == Definition.id)
        .order_by(DefinitionVersion.effective_at, DefinitionVersion.number)
    )
    found: dict[int, Version] = {}
    for definition, version in rows:
        if version.effective_at > moment:
            return list(found.values()), version.effective_at
        if definition.retired_at is None or definition.retired_at > moment:
            found[definition.id] = _version(definition, version)
    return list(found.values()), _NEVER


def find(kind: Kind, name: str, *, at: datetime | None = None) -> Version:
    """The version in force under a name. Raises NotFound, also for what is retired."""
    for version in current(kind, at=at):
        if version.name == name:
            return version
    raise _missing(name)


def versions_of(kind: Kind, name: str) -> list[DefinitionVersion]:
    """Every version of a definition, the newest first, retired or not. Raises NotFound."""
    rows = db.session.scalars(
        select(DefinitionVersion)
        .join(Definition, Definition.id == DefinitionVersion.definition_id)
        .where(Definition.kind == kind, Definition.name == name)
        .order_by(DefinitionVersion.number.desc())
        .limit(1000)
    ).all()
    if not rows:
        raise _missing(name)
    return list(rows)


def version_by_id(version_id: int) -> Version:
    """The version of this row. Raises NotFound."""
    row = db.session.execute(
        select(Definition, DefinitionVersion)
        .join(DefinitionVersion, DefinitionVersion.definition_id == Definition.id)
        .where(DefinitionVersion.id == version_id)
    ).first()
    if row is None:
        raise _missing(str(version_id))
    return _version(row[0], row[1])


def _check(name: str, effective_at: datetime | None, at: datetime) -> None:
    if not _NAME.fullmatch(name):
        raise Invalid(
            _("A name is made of lower-case letters, digits, dots and dashes."),
            _("For example: office-hours."),
            field="name",
        )
    if effective_at is not None and effective_at < at:
        raise Invalid(
            _("A version cannot begin in the past, since what is past does not change."),
            _("Choose a moment from now on. To count open tickets anew, use Recount."),
            field="effective_at",
        )


def _new(kind: Kind, name: str, at: datetime) -> Definition:
    definition = Definition(kind=kind, name=name, created_at=at)
    db.session.add(definition)
    db.session.flush()
    return definition


def _locked(kind: Kind, name: str) -> Definition | None:
    return db.session.scalars(
        select(Definition)
        .where(Definition.kind == kind, Definition.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _last_version(definition_id: int) -> DefinitionVersion | None:
    return db.session.scalars(
        select(DefinitionVersion)
        .where(DefinitionVersion.definition_id == definition_id)
        .order_by(DefinitionVersion.number.desc())
        .limit(1)
    ).first()


def _revive(definition: Definition, *, by: int | None, cause: str) -> None:
    definition.retired_at = None
    record(
        DefinitionRevived(
            actor_id=by,
            cause=cause,
            subject_id=definition.id,
            kind=definition.kind.value,
            name=definition.name,
            before={"retired": True},
            after={"retired": False},
        )
    )


def _record_saved(
    definition: Definition,
    last: DefinitionVersion | None,
    made: DefinitionVersion,
    *,
    by: int | None,
    cause: str,
) -> None:
    record(
        DefinitionSaved(
            actor_id=by,
            cause=cause,
            subject_id=definition.id,
            kind=definition.kind.value,
            name=definition.name,
            version_id=made.id,
            before={"number": last.number, "body": last.body} if last else {},
            after={
                "kind": definition.kind.value,
                "name": definition.name,
                "number": made.number,
                "body": made.body,
                "effective_at": made.effective_at.isoformat(),
                "note": made.note,
            },
        )
    )


def _version(definition: Definition, version: DefinitionVersion) -> Version:
    return Version(
        id=version.id,
        definition_id=definition.id,
        kind=definition.kind,
        name=definition.name,
        number=version.number,
        body=version.body,
        effective_at=version.effective_at,
    )


def _missing(name: str) -> NotFound:
    return NotFound(
        _("There is no definition named %(name)s.", name=name), _("Choose one of the list.")
    )
