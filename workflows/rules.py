"""Rules of four kinds, kept apart: triggers on events, timed rules, macros by agents, and rules of forms; and canned answers.

Each is read from the body of a definition; `when` is a condition, `do` a list of actions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from workflows.action_reading import LONGEST_TEXT, read_actions
from workflows.actions import Action
from workflows.conditions import ALWAYS, Condition, read_condition
from workflows.facts import TicketFacts
from workflows.faults import N_, Gatherer, Path, fault
from workflows.fields import CUSTOM, EVENTS
from workflows.near import nearest
from workflows.spans import read_span

Body = Mapping[str, Any]

_COMMON: Final = frozenset({"title", "description", "position", "active"})
LONGEST_TITLE: Final = 200
# The fields of forms that a form rule may show, require or fill, beside the administrator's own.
FORM_FIELDS: Final = (
    "subject",
    "type",
    "group",
    "assignee",
    "impact",
    "urgency",
    "priority",
    "tags",
    "text",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has; of rules that are not `active` only tests run."""

    title: str
    active: bool = True
    when: Condition = ALWAYS
    do: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Rule):
    """A rule that runs after an event of a ticket; `on` are the events, empty for all. `last` ends the pass."""

    on: frozenset[str] = frozenset()
    last: bool = False

    def hears(self, facts: TicketFacts) -> bool:
        """Whether what happened is what it waits for."""
        return self.hears_any(facts.events)

    def hears_any(self, events: frozenset[str]) -> bool:
        """Whether it waits for one of these events."""
        return not self.on or bool(self.on & events)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRule(Rule):
    """A rule that runs once a ticket has met its condition for long enough, in the hours of `calendar` if there is one.

    It runs once while the condition holds without a break, unless it comes `again` after a length of time.
    """

    calendar: str | None = None
    again: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro(Rule):
    """What an agent does with one click, offered where `when` holds, to the members of `groups` (empty for all)."""

    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRule(Rule):
    """What a form does while `when` holds of what is typed: hide fields, require them, fill them."""

    hide: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    fill: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A text that agents put into replies, by language; `en` stands in where one is missing."""

    title: str
    active: bool
    texts: Mapping[str, str]
    groups: tuple[str, ...] = ()
    when: Condition = ALWAYS

    def text_in(self, language: str) -> str:
        """The text for a reader of a language such as "en" or "pl"."""
        return (
            self.texts.get(language)
            or self.texts.get(language[:2])
            or self.texts.get("en")
            or next(iter(self.texts.values()))
        )


def read_trigger(body: Body) -> Trigger:
    """The trigger of a body. Raises Faulty."""
    reading = _Reading(body, {"on", "when", "do", "last"})
    on = reading.part("on", _events, frozenset())
    common = reading.rule()
    last = reading.flag("last", False)
    reading.end()
    return Trigger(on=on, last=last, **common)


def read_timed_rule(body: Body) -> TimedRule:
    """The timed rule of a body. Raises Faulty."""
    reading = _Reading(body, {"when", "do", "calendar", "again"})
    common = reading.rule()
    calendar = reading.part("calendar", _name_or_none, None)
    again = reading.part("again", _span, None)
    condition = common["when"]
    with reading.gatherer.part():
        _check_timed(condition, calendar)
    reading.end()
    return TimedRule(calendar=calendar, again=again, **common)


def read_macro(body: Body) -> Macro:
    """The macro of a body. Raises Faulty."""
    reading = _Reading(body, {"when", "do", "groups"})
    common = reading.rule()
    groups = reading.part("groups", _names, ())
    with reading.gatherer.part():
        _check_without_events(common["when"])
    reading.end()
    return Macro(groups=groups, **common)


def read_form_rule(body: Body) -> FormRule:
    """The form rule of a body. Raises Faulty."""
    reading = _Reading(body, {"when", "hide", "require", "fill"})
    common = reading.rule(does=False)
    hide = reading.part("hide", _form_fields, ())
    require = reading.part("require", _form_fields, ())
    fill = reading.part("fill", _filling, {})
    with reading.gatherer.part():
        _check_form(hide, require, fill)
        _check_without_events(common["when"])
    reading.end()
    return FormRule(hide=hide, require=require, fill=fill, **common)


def read_answer(body: Body) -> Answer:
    """The canned answer of a body. Raises Faulty."""
    reading = _Reading(body, {"text", "groups", "when"})
    texts = reading.part("text", _texts, {})
    if not texts:
        with reading.gatherer.part():
            raise fault(("text",), N_("Write the text of the answer."))
    groups = reading.part("groups", _names, ())
    when = reading.part("when", lambda value, path: read_condition(str(value), path), ALWAYS)
    title, active = reading.title(), reading.flag("active", True)
    reading.end()
    return Answer(title=title, active=active, texts=texts, groups=groups, when=when)


class _Reading:
    """A body on its way to a rule: each part is read by itself, and all faults are said at once."""

    def __init__(self, body: Body, keys: set[str]) -> None:
        self.body = body
        self.gatherer = Gatherer()
        for key in body:
            with self.gatherer.part():
                _check_key(str(key), keys)

    def rule(self, *, does: bool = True) -> dict[str, Any]:
        """The parts that all rules have."""
        return {
            "title": self.title(),
            "active": self.flag("active", True),
            "when": self.part("when", _condition, ALWAYS),
            **({"do": self._actions()} if does else {}),
        }

    def title(self) -> str:
        """What people call it; empty where its name has to do."""
        return str(self.part("title", _title, ""))

    def flag(self, key: str, default: bool) -> bool:
        return bool(self.part(key, _flag, default))

    def part(self, key: str, read: Callable[[Any, Path], Any], default: Any) -> Any:
        """The value of a key, or the default where it is missing or faulty."""
        found = default
        if self.body.get(key) is not None:
            with self.gatherer.part():
                found = read(self.body[key], (key,))
        return found

    def end(self) -> None:
        """Raise Faulty with all that was found."""
        self.gatherer.raise_if_any()

    def _actions(self) -> tuple[Action, ...]:
        found: list[Action] = []
        with self.gatherer.part():
            found += read_actions(self.body.get("do"), ("do",))
        return tuple(found)


def _check_key(key: str, keys: set[str]) -> None:
    known = _COMMON | keys
    if key not in known:
        near = nearest(key, known)
        raise fault(
            (key,),
            N_("There is no “%(key)s” here; did you mean “%(near)s”?")
            if near
            else N_("There is no “%(key)s” here; there are: %(near)s."),
            key=key,
            near=near or ", ".join(sorted(known)),
        )


def _check_timed(condition: Condition, calendar: str | None) -> None:
    if condition.looks_at_events:
        raise fault(
            ("when",),
            N_("A timed rule runs when nothing happens; it cannot ask what just changed."),
        )
    if not condition.looks_at_time:
        raise fault(("when",), N_("Say after which time it runs, for example idle:>2d or due:<1h."))
    if calendar and any("d" in value or "w" in value for value in _spans_of(condition)):
        raise fault(
            ("when",),
            N_("In the hours of a calendar, write hours: a working day of eight hours is 8h."),
        )


def _spans_of(condition: Condition) -> list[str]:
    timed = ("age", "idle", "unchanged", "in_status", "unanswered", "awaiting", "due", "breach")
    return [
        value
        for test in condition.tests()
        if test.field in timed
        for value in test.values
        if value[:1].isdigit() and "-" not in value
    ]


def _check_without_events(condition: Condition) -> None:
    if condition.looks_at_events:
        raise fault(("when",), N_("Only a trigger can ask what just happened."))


def _check_form(hide: Sequence[str], require: Sequence[str], fill: Mapping[str, str]) -> None:
    if not (hide or require or fill):
        raise fault(("require",), N_("Say what is hidden, required or filled."))
    both = sorted(set(hide) & set(require))
    if both:
        raise fault(
            ("require",), N_("%(field)s cannot be hidden and required at once."), field=both[0]
        )


def _condition(value: Any, path: Path) -> Condition:
    if not isinstance(value, str):
        raise fault(path, N_("Write the condition as a text, such as status:new tag:vip."))
    return read_condition(value, path)


def _title(value: Any, path: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise fault(path, N_("Give it a title that people recognise."))
    if len(value) > LONGEST_TITLE:
        raise fault(path, N_("This has at most %(most)d characters."), most=LONGEST_TITLE)
    return " ".join(value.split())


def _flag(value: Any, path: Path) -> bool:
    if not isinstance(value, bool):
        raise fault(path, N_("Write true or false."))
    return value


def _events(value: Any, path: Path) -> frozenset[str]:
    named = _names(value, path)
    for one in named:
        if one not in EVENTS:
            raise fault(
                path,
                N_("There is no event “%(name)s”; there are: %(all)s."),
                name=one,
                all=", ".join(EVENTS),
            )
    return frozenset(named)


def _names(value: Any, path: Path) -> tuple[str, ...]:
    every = [value] if isinstance(value, str) else value
    if not isinstance(every, Sequence) or not all(isinstance(one, str) and one for one in every):
        raise fault(path, N_("Write a list of names."))
    return tuple(dict.fromkeys(" ".join(one.split()) for one in every))


def _name_or_none(value: Any, path: Path) -> str | None:
    if not isinstance(value, str):
        raise fault(path, N_("Write the name of a calendar."))
    return value.strip() or None


def _span(value: Any, path: Path) -> timedelta:
    span = read_span(str(value))
    if span is None or span < timedelta(minutes=5):
        raise fault(path, N_("Write a length of time of 5 minutes or more, such as 4h or 3d."))
    return span


def _form_fields(value: Any, path: Path) -> tuple[str, ...]:
    named = _names(value, path)
    for one in named:
        if one not in FORM_FIELDS and not one.startswith(CUSTOM):
            raise fault(
                path,
                N_("There is no field “%(name)s” in forms; there are: %(all)s, and custom.…"),
                name=one,
                all=", ".join(FORM_FIELDS),
            )
    return named


def _filling(value: Any, path: Path) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise fault(path, N_("Write each field with its value."))
    _form_fields([str(one) for one in value], path)
    return {str(name): str(one) for name, one in value.items()}


def _texts(value: Any, path: Path) -> Mapping[str, str]:
    texts = {"en": value} if isinstance(value, str) else value
    if not isinstance(texts, Mapping) or not all(
        isinstance(one, str) and 0 < len(one.strip()) <= LONGEST_TEXT for one in texts.values()
    ):
        raise fault(path, N_("Write a text, or one for each language such as en and pl."))
    return {str(language): text.strip() for language, text in texts.items()}
