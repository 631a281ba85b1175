"""The lifecycles of the desk's types of tickets: the administrator's where there are any, else those shipped with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.remembering import Remembered
from helpdesk.definitions import store
from helpdesk.definitions.events import DefinitionEvent
from helpdesk.definitions.models import Definition, Kind
from workflows.lifecycle import Category, Lifecycle, State, Status, is_open, state_for
from workflows.lifecycle_shipped import SHIPPED, shipped, shipped_body

# More retired types than anybody had.
MOST_RETIRED = 200


@dataclass(frozen=True)
class Lives:
    """Every lifecycle by its type; those in use in the order of menus, and those that tickets still may have."""

    in_use: Mapping[str, Lifecycle]
    retired: Mapping[str, Lifecycle]

    @cached_property
    def by_type(self) -> Mapping[str, Lifecycle]:
        return {**self.retired, **self.in_use}

    @cached_property
    def states(self) -> Mapping[str, State]:
        """The states of all types in use by name, in the order of the types; the first of a name says its label."""
        found: dict[str, State] = {}
        for life in (*self.in_use.values(), *self.retired.values()):
            for state in life.states:
                found.setdefault(state.name, state)
        return found


def _read() -> Lives:
    bodies: dict[str, tuple[int, Lifecycle]] = {
        name: (int(shipped_body(name)["position"]), shipped(name)) for name in SHIPPED
    }
    for version in store.current(Kind.LIFECYCLE):
        if version.body.get("active", True) is not False:
            bodies[version.name] = (version.position or 1000, version.value)
        else:
            bodies.pop(version.name, None)
    ordered = sorted(bodies.items(), key=lambda one: (one[1][0], one[0]))
    return Lives({name: life for name, (_place, life) in ordered}, dict(_retired()))


def _retired() -> Iterator[tuple[str, Lifecycle]]:
    """What a type said last that is used no longer; its tickets still live by it."""
    gone = select(Definition.name).where(
        Definition.kind == Kind.LIFECYCLE, Definition.retired_at.is_not(None)
    )
    for name in db.session.scalars(gone.order_by(Definition.id).limit(MOST_RETIRED)):
        if name not in SHIPPED:
            last = store.versions_of(Kind.LIFECYCLE, name)[0]
            yield name, store.version_by_id(last.id).value


# What every ticket that moves asks for, though it changes once a month: another process learns of it this much later.
lately = Remembered(_read, seconds=20)


def forget(event: DefinitionEvent) -> None:
    """Read the lifecycles anew once one was changed."""
    if event.kind == Kind.LIFECYCLE:
        lately.forget()


def lifecycle_of(type: str) -> Lifecycle:
    """The lifecycle that tickets of a type live by; that of incidents for a type nobody knows any more."""
    return lately().by_type.get(type) or shipped("incident")


def body_of(type: str) -> dict[str, Any]:
    """What the lifecycle of a type says, as an administrator would write it. Raises NotFound."""
    for version in store.current(Kind.LIFECYCLE):
        if version.name == type:
            return dict(version.body)
    return (
        dict(shipped_body(type)) if type in SHIPPED else dict(store.find(Kind.LIFECYCLE, type).body)
    )


def types() -> list[str]:
    """The types that a new ticket may have, in the order of menus."""
    return list(lately().in_use)


def is_type(type: str) -> bool:
    """Whether a ticket may be given this type now."""
    return type in lately().in_use


def prefix_of(type: str) -> str:
    """What the number of a new ticket of this type begins with."""
    return lifecycle_of(type).prefix


def prefixes() -> set[str]:
    """What numbers of tickets may begin with."""
    return {life.prefix for life in (*lately().by_type.values(), *map(shipped, SHIPPED))}


def category_of(type: str, status: str) -> Category:
    """What a status of a type means; a status that its lifecycle does not have any more counts by its name elsewhere."""
    life = lifecycle_of(type)
    if life.has(status):
        return life.category(status)
    known = lately().states.get(status)
    return known.category if known else Category.ACTIVE


def state_of(type: str, category: Category) -> str:
    """Where a ticket of a type is put that is simply to be of this category."""
    return state_for(lifecycle_of(type), category)


def initial_of(type: str) -> str:
    """Where a ticket of a type begins."""
    return lifecycle_of(type).initial


def type_label(type: str) -> str:
    """What people call a type, in their language where it was shipped."""
    life = lately().by_type.get(type)
    return gettext(life.title) if life else type.replace("_", " ").capitalize()


def state_label(status: str, type: str = "") -> str:
    """What people call a status, in their language where it was shipped; without a type, as most types call it."""
    state = lifecycle_of(type).by_name.get(status) if type else None
    state = state or lately().states.get(status)
    return gettext(state.label) if state else status.replace("_", " ").capitalize()


def state_choices() -> list[tuple[str, str]]:
    """Every status there is with its label, each once."""
    return [(name, gettext(state.label)) for name, state in lately().states.items()]


def openness_of(status: str) -> bool | None:
    """Whether tickets of a status are open; None if some are and some are not, as their types say."""
    found = {
        is_open(life.category(status)) for life in lately().by_type.values() if life.has(status)
    }
    return found.pop() if len(found) == 1 else None


def states_named(text: str) -> list[str]:
    """The statuses of this name or label, however it is written."""
    plain = _plain(text)
    names = {name for name, state in lately().states.items() if _plain(state.label) == plain}
    for life in lately().by_type.values():
        names.update(
            state.name for state in life.states if plain in map(_plain, (state.name, state.label))
        )
    return sorted(names | {status.value for status in Status if _plain(status.value) == plain})


def types_named(text: str) -> list[str]:
    """The types of this name or title, however it is written."""
    plain = _plain(text)
    lives = lately().by_type.items()
    return sorted(name for name, life in lives if plain in map(_plain, (name, life.title)))


def _plain(text: str) -> str:
    return text.casefold().replace("_", " ").replace("-", " ")
