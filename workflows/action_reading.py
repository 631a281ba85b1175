"""Reading actions as they stand in bodies: `{"set_status": "resolved"}`, `{"send_reply": {"answer": "thanks"}}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from workflows import actions
from workflows.actions import Action
from workflows.faults import N_, Gatherer, Path, fault
from workflows.near import nearest
from workflows.placeholders import PLACEHOLDERS, unknown_in

MOST_ACTIONS: Final = 20
LONGEST_TEXT: Final = 20_000
_SHORT: Final = 320


def read_actions(body: object, path: Path) -> tuple[Action, ...]:
    """The actions of a list, in order; there must be one. Raises Faulty."""
    if not isinstance(body, Sequence) or isinstance(body, str) or not body:
        raise fault(path, N_("Say what is to be done, as a list of actions."))
    if len(body) > MOST_ACTIONS:
        raise fault(path, N_("A rule does at most %(most)d things."), most=MOST_ACTIONS)
    gatherer, found = Gatherer(), []
    for place, one in enumerate(body):
        with gatherer.part():
            found.append(read_action(one, (*path, place)))
    gatherer.raise_if_any()
    return tuple(found)


def read_action(body: object, path: Path) -> Action:
    """One action: a mapping of its name to its value. Raises Faulty."""
    if not isinstance(body, Mapping) or len(body) != 1:
        raise fault(path, N_("An action is one name with one value, such as set_status: resolved."))
    (kind, value), *_none = body.items()
    reader = _READERS.get(str(kind))
    if reader is None:
        near = nearest(str(kind), _READERS)
        raise fault(
            path,
            N_("There is no action “%(kind)s”; did you mean “%(near)s”?")
            if near
            else N_("There is no action “%(kind)s”; there are: %(near)s."),
            kind=kind,
            near=near or ", ".join(_READERS),
        )
    return reader(value, (*path, str(kind)))


def body_of(action: Action) -> dict[str, Any]:
    """An action as it stands in a body."""
    held = {one.name: getattr(action, one.name) for one in fields(action)}
    if isinstance(action, actions.Route):
        return {action.kind: True}
    if isinstance(action, actions.AssignAgent):
        return {action.kind: action.agent or "nobody"}
    if isinstance(action, actions.SendReply):
        return {action.kind: {"answer": action.answer} if action.answer else action.text}
    if isinstance(action, actions.SetField):
        value = list(action.value) if isinstance(action.value, tuple) else action.value
        return {action.kind: {"key": action.key, "value": value}}
    return {action.kind: held if len(held) > 1 else next(iter(held.values()))}


def _text(value: object, path: Path, *, longest: int = _SHORT) -> str:
    if not isinstance(value, str) or not value.strip():
        raise fault(path, N_("A text is missing here."))
    if len(value) > longest:
        raise fault(path, N_("This has at most %(most)d characters."), most=longest)
    return value.strip()


def _message(value: object, path: Path) -> str:
    text = _text(value, path, longest=LONGEST_TEXT)
    unknown = unknown_in(text)
    if unknown:
        near = nearest(unknown[0], PLACEHOLDERS)
        raise fault(
            path,
            N_("There is no placeholder {%(name)s}; did you mean {%(near)s}?")
            if near
            else N_("There is no placeholder {%(name)s}; there are: %(near)s."),
            name=unknown[0],
            near=near or ", ".join(PLACEHOLDERS),
        )
    return text


def _word(value: object, path: Path) -> str:
    return _text(value, path).lower().replace(" ", "_").replace("-", "_")


def _priority(value: object, path: Path) -> Action:
    digits = str(value).lower().removeprefix("p")
    if digits not in ("1", "2", "3", "4", "5"):
        raise fault(path, N_("A priority is a number from 1, the highest, to 5."))
    return actions.SetPriority(int(digits))


def _agent(value: object, path: Path) -> Action:
    written = _text(value, path)
    return actions.AssignAgent("" if written.lower() in ("nobody", "none") else written.lower())


def _route(value: object, path: Path) -> Action:
    if value is not True:
        raise fault(path, N_("Write true here."))
    return actions.Route()


def _tag(value: object, path: Path) -> str:
    return " ".join(_text(value, path, longest=60).lower().split())


def _field(value: object, path: Path) -> Action:
    if not isinstance(value, Mapping) or set(value) != {"key", "value"}:
        raise fault(path, N_("Write the key of the field, and its value."))
    held = value["value"]
    if isinstance(held, list):
        held = tuple(map(str, held))
    if not isinstance(held, str | int | float | bool | tuple):
        raise fault((*path, "value"), N_("A value is a text, a number, yes or no, or a list."))
    key = _text(value["key"], (*path, "key"), longest=60).removeprefix("custom.")
    return actions.SetField(key, held)


def _reply(value: object, path: Path) -> Action:
    if isinstance(value, Mapping):
        if set(value) == {"answer"}:
            return actions.SendReply(answer=_text(value["answer"], (*path, "answer"), longest=60))
        if set(value) != {"text"}:
            raise fault(path, N_("Write either the name of an answer, or a text."))
        return actions.SendReply(text=_message(value["text"], (*path, "text")))
    return actions.SendReply(text=_message(value, path))


def _notify(value: object, path: Path) -> Action:
    if not isinstance(value, Mapping) or set(value) != {"who", "text"}:
        raise fault(path, N_("Write who is told, and the text."))
    who = _text(value["who"], (*path, "who")).lower()
    if who not in actions.WHO and "@" not in who:
        raise fault(
            (*path, "who"),
            N_("Those who can be told are: %(all)s, or an address."),
            all=", ".join(actions.WHO),
        )
    return actions.Notify(who, _message(value["text"], (*path, "text")))


_READERS: Final[dict[str, Callable[[object, Path], Action]]] = {
    "set_status": lambda value, path: actions.SetStatus(_word(value, path)),
    "set_priority": _priority,
    "set_type": lambda value, path: actions.SetType(_word(value, path)),
    "assign_group": lambda value, path: actions.AssignGroup(_text(value, path)),
    "assign_agent": _agent,
    "route": _route,
    "add_tag": lambda value, path: actions.AddTag(_tag(value, path)),
    "remove_tag": lambda value, path: actions.RemoveTag(_tag(value, path)),
    "set_field": _field,
    "add_note": lambda value, path: actions.AddNote(_message(value, path)),
    "send_reply": _reply,
    "notify": _notify,
    "add_watcher": lambda value, path: actions.AddWatcher(_text(value, path).lower()),
}
