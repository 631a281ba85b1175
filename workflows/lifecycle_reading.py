"""read_lifecycle(): what an administrator wrote becomes a lifecycle, or is refused with every place that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from workflows.faults import N_, Fault, Faulty, Gatherer, Path, fault
from workflows.lifecycle import (
    AfterResolved,
    Category,
    Lifecycle,
    Move,
    Occasion,
    Role,
    Span,
    State,
    Times,
    Unit,
)
from workflows.lifecycle_checking import check_ways
from workflows.lifecycle_fields import EFFECTS, GUARDS, KNOWN, Field, FieldKind

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_FIELD = re.compile(r"(?:(?:custom|link):)?[a-z][a-z0-9_]{0,58}")
_PREFIX = re.compile(r"[A-Z]{1,8}")
MOST_STATES = 40
MOST_MOVES = 200
MOST_DAYS = 3660
LONGEST_LABEL = 80

Member = TypeVar("Member", bound=StrEnum)

_KEYS = frozenset(
    {
        *("title", "position", "active", "prefix", "initial", "strict", "states", "transitions"),
        *("fields", "auto_close", "after_resolved", "follow_up_days", "reminders", "moved"),
    }
)
_MOVE_KEYS = frozenset(
    {
        *("id", "label", "from", "to", "by", "require", "require_if_strict", "ask"),
        *("guard", "auto", "kinds", "set", "effect", "approval"),
    }
)


def read_lifecycle(body: Mapping[str, Any]) -> Lifecycle:
    """The lifecycle that a body stands for. Raises Faulty with the path of each fault."""
    gather = Gatherer()
    _refuse_unknown(body, _KEYS, (), gather)
    strict = body.get("strict") is True
    title = prefix = ""
    fields: dict[str, Field] = {}
    with gather.part():
        title = _text(body, "title", ())
    with gather.part():
        prefix = _prefix(body)
    with gather.part():
        fields = {one.name: one for one in _fields(body, gather)}
    states = tuple(_states(body, gather))
    names = {state.name for state in states}
    moves = tuple(_moves(body, names, gather, strict=strict))
    times = _times(body, gather)
    gather.raise_if_any()
    initial = str(body.get("initial", ""))
    if initial not in names:
        raise fault(("initial",), N_("Say in which of the states a ticket begins."))
    moved = _moved(body, names)
    found = Lifecycle(title, prefix, initial, states, moves, fields, times, strict, moved)
    check_ways(found)
    return found


def _moved(body: Mapping[str, Any], states: set[str]) -> dict[str, str]:
    found = _mapping(body, "moved", ())
    for old, new in found.items():
        if new not in states:
            raise fault(("moved", old), N_("There is no state %(name)s."), name=new)
        if old in states:
            raise fault(("moved", old), N_("This state is still there."))
    return {str(old): str(new) for old, new in found.items()}


def _prefix(body: Mapping[str, Any]) -> str:
    prefix = body.get("prefix")
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        raise fault(
            ("prefix",), N_("A prefix of numbers is one to eight capital letters, such as INC.")
        )
    return prefix


def _states(body: Mapping[str, Any], gather: Gatherer) -> Iterator[State]:
    seen: set[str] = set()
    for path, one in _each(body, "states", MOST_STATES, gather, at_least_one=True):
        with gather.part():
            _refuse_unknown(one, {"name", "category", "label", "by_moves_only"}, path, gather)
            name = _name(one, "name", path)
            if name in seen:
                raise fault((*path, "name"), N_("There are two states called %(name)s."), name=name)
            seen.add(name)
            yield State(
                name,
                _member(Category, one.get("category"), (*path, "category")),
                _text(one, "label", path, instead=name.replace("_", " ").capitalize()),
                one.get("by_moves_only") is True,
            )


def _moves(
    body: Mapping[str, Any], states: set[str], gather: Gatherer, *, strict: bool
) -> Iterator[Move]:
    seen: set[str] = set()
    for path, one in _each(body, "transitions", MOST_MOVES, gather):
        with gather.part():
            _refuse_unknown(one, _MOVE_KEYS, path, gather)
            name = _name(one, "id", path)
            if name in seen:
                raise fault((*path, "id"), N_("There are two moves called %(name)s."), name=name)
            seen.add(name)
            yield _move(one, name, states, path, strict=strict)


def _move(one: Mapping[str, Any], name: str, states: set[str], path: Path, *, strict: bool) -> Move:
    source = _words(one, "from", path)
    target = str(one.get("to", ""))
    if not source:
        raise fault((*path, "from"), N_("A move leads from at least one state."))
    for place, state in enumerate(source):
        if state not in states:
            raise fault((*path, "from", place), N_("There is no state %(name)s."), name=state)
    if target not in states:
        raise fault((*path, "to"), N_("There is no state %(name)s."), name=target)
    if target in source:
        raise fault((*path, "to"), N_("A move leads to another state than it comes from."))
    by = _members(Role, one, "by", path)
    if not by:
        raise fault((*path, "by"), N_("Say who may make this move."))
    by_rule = _asked(one, "require_if_strict", path)
    require = _asked(one, "require", path)
    offered = _asked(one, "ask", path)
    return Move(
        id=name,
        label=_text(one, "label", path, instead=name.replace("_", " ").capitalize()),
        source=source,
        target=target,
        by=frozenset(by),
        require=(*require, *by_rule) if strict else require,
        # What the strict form demands is offered in the lenient one.
        ask=offered if strict else (*offered, *by_rule),
        guard=_known(one, "guard", GUARDS, path),
        auto=frozenset(_members(Occasion, one, "auto", path)),
        kinds=frozenset(_words(one, "kinds", path)),
        sets=dict(_mapping(one, "set", path)),
        effect=_known(one, "effect", EFFECTS, path),
        approval=_text(one, "approval", path, instead=""),
    )


def _fields(body: Mapping[str, Any], gather: Gatherer) -> Iterator[Field]:
    for path, one in _each(body, "fields", 100, gather):
        with gather.part():
            _refuse_unknown(one, {"name", "label", "kind", "options", "default"}, path, gather)
            name = _name(one, "name", path)
            known = KNOWN.get(name)
            kind = known.kind if known else FieldKind.LINE
            if "kind" in one:
                kind = _member(FieldKind, one["kind"], (*path, "kind"))
            options = _words(one, "options", path) or (known.options if known else ())
            if kind is FieldKind.CHOICE and not options:
                raise fault((*path, "options"), N_("Say what may be chosen."))
            default = _text(one, "default", path, instead="")
            if default and kind is FieldKind.CHOICE and default not in options:
                raise fault((*path, "default"), N_("This is none of what may be chosen."))
            label = known.label if known else name.replace("_", " ").capitalize()
            yield Field(name, _text(one, "label", path, instead=label), kind, options, default)


def _times(body: Mapping[str, Any], gather: Gatherer) -> Times:
    found: dict[str, Any] = {}
    with gather.part():
        if body.get("auto_close") is not None:
            found["auto_close"] = _span(body["auto_close"], ("auto_close",))
    with gather.part():
        if "after_resolved" in body:
            found["after_resolved"] = _member(
                AfterResolved, body["after_resolved"], ("after_resolved",)
            )
    with gather.part():
        if "follow_up_days" in body:
            found["follow_up_days"] = _days(body["follow_up_days"], ("follow_up_days",), least=0)
    with gather.part():
        if body.get("reminders") is not None:
            found |= _reminders(body["reminders"])
    return Times(**found)


def _reminders(one: Any) -> dict[str, Any]:
    path: Path = ("reminders",)
    if not isinstance(one, Mapping):
        raise fault(path, N_("Write the days, and how they are counted."))
    _only(one, {"days", "unit", "calendar", "end_after"}, path)
    days = one.get("days", [])
    if not isinstance(days, Sequence) or isinstance(days, str) or len(days) > 10:
        raise fault((*path, "days"), N_("Write up to ten numbers of days."))
    read = [_days(value, (*path, "days", place), least=1) for place, value in enumerate(days)]
    if read != sorted(set(read)):
        raise fault((*path, "days"), N_("Write the days in order, each once."))
    counted = {key: one[key] for key in ("unit", "calendar") if key in one}
    found: dict[str, Any] = {
        "reminders": tuple(_span({"days": day, **counted}, path) for day in read)
    }
    if one.get("end_after") is not None:
        ends = _span({"days": one["end_after"], **counted}, (*path, "end_after"))
        if read and ends.days < read[-1]:
            raise fault((*path, "end_after"), N_("This is before the last reminder."))
        found["ends_unanswered"] = ends
    return found


def _span(one: Any, path: Path) -> Span:
    if not isinstance(one, Mapping):
        raise fault(path, N_("Write the days, and how they are counted."))
    _only(one, {"days", "unit", "calendar"}, path)
    unit = _member(Unit, one.get("unit", Unit.DAYS.value), (*path, "unit"))
    calendar = one.get("calendar") or ""
    if not isinstance(calendar, str):
        raise fault((*path, "calendar"), N_("Give the name of a calendar."))
    return Span(_days(one.get("days"), (*path, "days"), least=1), unit, calendar)


def _days(value: Any, path: Path, *, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_DAYS:
        raise fault(
            path,
            N_("Write a number of days from %(least)d to %(most)d."),
            least=least,
            most=MOST_DAYS,
        )
    return value


def _each(
    body: Mapping[str, Any], key: str, most: int, gather: Gatherer, *, at_least_one: bool = False
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    listed = body.get(key, [])
    with gather.part():
        if not isinstance(listed, Sequence) or isinstance(listed, str):
            raise fault((key,), N_("This must be a list."))
        if len(listed) > most:
            raise fault((key,), N_("At most %(most)d."), most=most)
        if at_least_one and not listed:
            raise fault((key,), N_("There must be at least one."))
        for place, one in enumerate(listed):
            with gather.part():
                if not isinstance(one, Mapping):
                    raise fault((key, place), N_("This must be names with values."))
                yield (key, place), one


def _asked(one: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    found = _words(one, key, path)
    for place, item in enumerate(found):
        if not all(_FIELD.fullmatch(name) for name in item.split("|")):
            raise fault((*path, key, place), N_("%(name)s is no name of a field."), name=item)
    return found


def _known(
    one: Mapping[str, Any], key: str, known: Mapping[str, str], path: Path
) -> tuple[str, ...]:
    found = _words(one, key, path)
    for place, name in enumerate(found):
        if name not in known:
            raise fault(
                (*path, key, place),
                N_("%(name)s is not known. Choose from: %(all)s."),
                name=name,
                all=", ".join(known),
            )
    return found


def _members(kind: type[Member], one: Mapping[str, Any], key: str, path: Path) -> list[Member]:
    return [
        _member(kind, word, (*path, key, place))
        for place, word in enumerate(_words(one, key, path))
    ]


def _member(kind: type[Member], word: Any, path: Path) -> Member:
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise fault(
            path, N_("%(name)s is not known. Choose from: %(all)s."), name=word, all=known
        ) from None


def _words(one: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    found = one.get(key, [])
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise fault((*path, key), N_("This must be a list."))
    if not all(isinstance(word, str) and 0 < len(word) <= 200 for word in found):
        raise fault((*path, key), N_("This must be a list of words."))
    return tuple(dict.fromkeys(found))


def _mapping(one: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    found = one.get(key, {})
    plain = (str, int, bool)
    if not isinstance(found, Mapping) or not all(isinstance(v, plain) for v in found.values()):
        raise fault((*path, key), N_("This must be names with values."))
    return found


def _name(one: Mapping[str, Any], key: str, path: Path) -> str:
    name = one.get(key)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise fault(
            (*path, key),
            N_("A name is up to 30 lower-case letters, digits and underscores, a letter first."),
        )
    return name


def _text(one: Mapping[str, Any], key: str, path: Path, *, instead: str | None = None) -> str:
    text = one.get(key)
    if text is None and instead is not None:
        return instead
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_LABEL:
        raise fault(
            (*path, key), N_("Write a text of at most %(most)d characters."), most=LONGEST_LABEL
        )
    return text.strip()


def _only(one: Mapping[str, Any], known: set[str], path: Path) -> None:
    unknown = sorted(set(map(str, one)) - known)
    if unknown:
        raise Faulty(*(Fault((*path, key), N_("This is not known here.")) for key in unknown))


def _refuse_unknown(
    one: Mapping[str, Any], known: frozenset[str] | set[str], path: Path, gather: Gatherer
) -> None:
    with gather.part():
        _only(one, set(known), path)
