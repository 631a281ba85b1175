"""Where bodies name other things: calendars, groups, fields, canned answers and agents; one finder a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk.configuration.items import CHANNEL, FIELD, GROUP, VIEW
from helpdesk.definitions.models import Kind
from workflows.condition_parts import How, Test
from workflows.conditions import read_condition
from workflows.contact_way import Way
from workflows.faults import Faulty, Path
from workflows.fields import CUSTOM, NOBODY

# People are in no file, yet a rule may give a ticket to one.
AGENT = "agent"
ANY = "*"


@dataclass(frozen=True, slots=True)
class Reference:
    """A place of a body that names another thing, by its stable name or by what people call it."""

    path: Path
    kind: str
    name: str


Body = Mapping[str, Any]
Finder = Callable[[Body], Iterator[Reference]]


def references_of(kind: str, body: Body) -> Iterator[Reference]:
    """Everything that a body names; of a part that is no part of its kind, nothing."""
    finder = _FINDERS.get(kind)
    if finder is not None:
        yield from finder(body)


def _of_policy(body: Body) -> Iterator[Reference]:
    yield from _named(body, ("calendar",), Kind.CALENDAR)
    yield from _of_condition(body, "when")
    for name, metric in _mapping(body.get("metrics")).items():
        yield from _named(metric, ("metrics", name, "calendar"), Kind.CALENDAR)
        targets = _mapping(_mapping(metric).get("targets_by_group"))
        for group in targets:
            if group != ANY:
                yield Reference(("metrics", name, "targets_by_group", group), GROUP, group)


def _of_clock(body: Body) -> Iterator[Reference]:
    yield from _named(body, ("calendar",), Kind.CALENDAR)
    for key in ("when", "start", "pause", "stop", "cancel"):
        yield from _of_condition(body, key)


def _of_lifecycle(body: Body) -> Iterator[Reference]:
    for key in ("auto_close", "reminders"):
        yield from _named(body.get(key), (key, "calendar"), Kind.CALENDAR)
    for at, move in enumerate(_list(body.get("transitions"))):
        for key in ("require", "require_if_strict", "ask"):
            for place, words in enumerate(_list(_mapping(move).get(key))):
                yield from _of_fields(str(words), ("transitions", at, key, place))


def _of_fields(words: str, path: Path) -> Iterator[Reference]:
    """`custom:asset` is a field of the administrator's; several with | between them are alternatives."""
    for word in words.split("|"):
        prefix, _colon, name = word.partition(":")
        if prefix == "custom" and name:
            yield Reference(path, FIELD, name)


def _of_rule(body: Body) -> Iterator[Reference]:
    yield from _of_condition(body, "when")
    yield from _named(body, ("calendar",), Kind.CALENDAR)
    yield from _of_groups(body)
    for at, action in enumerate(_list(body.get("do"))):
        yield from _of_action(_mapping(action), ("do", at))


def _of_action(action: Body, path: Path) -> Iterator[Reference]:
    yield from _named(action, (*path, "assign_group"), GROUP)
    yield from _named(
        _mapping(action.get("send_reply")), (*path, "send_reply", "answer"), Kind.ANSWER
    )
    agent = action.get("assign_agent")
    if isinstance(agent, str) and agent.lower() not in ("nobody", "none", ""):
        yield Reference((*path, "assign_agent"), AGENT, agent.lower())
    key = _mapping(action.get("set_field")).get("key")
    if isinstance(key, str) and key:
        yield Reference((*path, "set_field", "key"), FIELD, key.removeprefix(CUSTOM))


def _of_form_rule(body: Body) -> Iterator[Reference]:
    yield from _of_condition(body, "when")
    for key in ("hide", "require"):
        for at, name in enumerate(_list(body.get(key))):
            yield from _of_custom(str(name), (key, at))
    for name in _mapping(body.get("fill")):
        yield from _of_custom(str(name), ("fill", name))


def _of_custom(name: str, path: Path) -> Iterator[Reference]:
    if name.startswith(CUSTOM):
        yield Reference(path, FIELD, name.removeprefix(CUSTOM))


def _of_routing(body: Body) -> Iterator[Reference]:
    yield from _of_condition(body, "when")
    yield from _of_groups(body)


def _of_service(body: Body) -> Iterator[Reference]:
    yield from _named(body, ("group",), GROUP)
    hours = _mapping(body.get("from")).get("hours")
    if isinstance(hours, str) and hours:
        yield Reference(("from", "hours"), Kind.CALENDAR, hours)


def _of_view(body: Body) -> Iterator[Reference]:
    yield from _of_condition(body, "query")
    yield from _named(body, ("group",), GROUP)
    for at, name in enumerate(_list(body.get("columns"))):
        yield from _of_custom(str(name), ("columns", at))
    yield from _of_custom(str(body.get("sort") or "").removeprefix("-"), ("sort",))


def _of_channel(body: Body) -> Iterator[Reference]:
    yield from _named(body, ("group",), GROUP)


def _of_chat(body: Body) -> Iterator[Reference]:
    yield from _named(body, ("group",), GROUP)
    yield from _named(body, ("calendar",), Kind.CALENDAR)
    for at, question in enumerate(_list(body.get("dialogue"))):
        for place, option in enumerate(_list(_mapping(question).get("options"))):
            yield from _named(option, ("dialogue", at, "options", place, "group"), GROUP)


def _of_contact(body: Body) -> Iterator[Reference]:
    yield from _named(body, ("calendar",), Kind.CALENDAR)
    if body.get("way") == Way.CHAT.value:
        yield from _named(body, ("reached",), Kind.CHAT)


def _of_groups(body: Body) -> Iterator[Reference]:
    for at, name in enumerate(_list(body.get("groups"))):
        if isinstance(name, str) and name:
            yield Reference(("groups", at), GROUP, name)


def _of_condition(body: Body, key: str) -> Iterator[Reference]:
    text = body.get(key)
    if not isinstance(text, str):
        return
    try:
        tests = list(read_condition(text, knows_me=True).tests())
    except Faulty:
        # The kind's own parser says what is wrong with it.
        return
    for test in tests:
        yield from _of_test(test, (key,))


def _of_test(test: Test, path: Path) -> Iterator[Reference]:
    if test.field.startswith(CUSTOM):
        yield Reference(path, FIELD, test.field.removeprefix(CUSTOM))
    elif test.field == "group" and test.how is How.IS:
        for value in test.values:
            if value.casefold() not in NOBODY and not value.endswith(ANY):
                yield Reference(path, GROUP, value)


def _of_form(body: Body) -> Iterator[Reference]:
    yield from _named(body, ("group",), GROUP)
    for at, question in enumerate(_list(body.get("questions"))):
        yield from _named(question, ("questions", at, "field"), FIELD)


def _named(holder: Any, path: Path, kind: str) -> Iterator[Reference]:
    name = _mapping(holder).get(str(path[-1]))
    if isinstance(name, str) and name:
        yield Reference(path, str(kind), name)


def _mapping(value: Any) -> Body:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value]
    return value if isinstance(value, list) else []


_FINDERS: dict[str, Finder] = {
    CHANNEL: _of_channel,
    Kind.POLICY: _of_policy,
    Kind.CLOCK: _of_clock,
    Kind.LIFECYCLE: _of_lifecycle,
    Kind.ROUTING: _of_routing,
    Kind.ANSWER: _of_routing,
    Kind.TRIGGER: _of_rule,
    Kind.TIMED_RULE: _of_rule,
    Kind.MACRO: _of_rule,
    Kind.FORM_RULE: _of_form_rule,
    Kind.SERVICE: _of_service,
    Kind.FORM: _of_form,
    Kind.CHAT: _of_chat,
    Kind.CONTACT: _of_contact,
    VIEW: _of_view,
}
