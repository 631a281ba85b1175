"""read_contact_form(): the body of a form, read; every fault with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from workflows.contact_form import (
    NO_WORDS,
    AnswerKind,
    ContactForm,
    Option,
    Question,
    Shown,
    Words,
)
from workflows.faults import N_, Gatherer, Path, fault

MOST_QUESTIONS, MOST_OPTIONS, MOST_ITEMS = 60, 100, 20
LONGEST_WORDS = 5000
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Names that the portal needs for itself.
TAKEN = frozenset({"check", "contact", "save", "sent", "website", "csrf_token", "next", "again"})
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CHOSEN = (AnswerKind.CHOICE, AnswerKind.SEVERAL, AnswerKind.YES_NO)
_NOT_IN_GROUPS = (AnswerKind.GROUP, AnswerKind.FILES)
_FORM_KEYS = frozenset(
    {"title", "called", "description", "position", "active", "lead", "before", "after", "questions"}
    | {"ticket_type", "group", "tags", "subject", "signed_in_only"}
)
_QUESTION_KEYS = frozenset(
    {"name", "kind", "label", "hint", "required", "options", "when", "field", "most", "min", "max"}
    | {"questions"}
)


def read_contact_form(body: Mapping[str, Any]) -> ContactForm:
    """The form that a body stands for. Raises Faulty.

    Example: {"title": "Missed bin", "called": {"cy": "..."}, "group": "Waste", "questions": [{"name": "bin", "kind":
    "choice", "label": "Which bin?", "options": ["Food", "Glass"]}, {"name": "since", "kind": "date", "label": "Since
    when?", "when": {"bin": ["food"]}}]}
    """
    gatherer, read = Gatherer(), dict[str, Any]()
    with gatherer.part():
        _known_keys(body, _FORM_KEYS, ())
    readers: dict[str, Callable[[], Any]] = {
        "title": lambda: _title(body),
        "lead": lambda: read_words(body, "lead", ()),
        "before": lambda: read_words(body, "before", ()),
        "after": lambda: read_words(body, "after", ()),
        "subject": lambda: read_words(body, "subject", ()),
        "questions": lambda: _questions(body.get("questions"), ("questions",), inner=False),
        "ticket_type": lambda: _text(body, "ticket_type", (), "request"),
        "group": lambda: _text(body, "group", (), ""),
        "tags": lambda: tuple(_texts(body.get("tags"), ("tags",), 20)),
        "signed_in_only": lambda: _flag(body, "signed_in_only", (), False),
        "is_active": lambda: _flag(body, "active", (), True),
    }
    for name, reader in readers.items():
        with gatherer.part():
            read[name] = reader()
    gatherer.raise_if_any()
    form = ContactForm(**read)
    _check_conditions(form)
    return form


def _title(body: Mapping[str, Any]) -> Words:
    title = body.get("title")
    if not isinstance(title, str) or not title.strip() or len(title) > 200:
        raise fault(("title",), N_("Write what people call it."))
    return Words({**read_words(body, "called", ()).by_language, "en": title.strip()})


def _questions(said: Any, path: Path, *, inner: bool) -> tuple[Question, ...]:
    if not isinstance(said, list) or not said:
        raise fault(path, N_("A form asks at least one question."))
    if len(said) > MOST_QUESTIONS:
        raise fault(path, N_("At most %(most)s questions."), most=MOST_QUESTIONS)
    gatherer, found = Gatherer(), list[Question]()
    for at, one in enumerate(said):
        with gatherer.part():
            question = _question(one, (*path, at), inner=inner)
            if question.name in {known.name for known in found}:
                raise fault((*path, at, "name"), N_("Another question has this name."))
            found.append(question)
    gatherer.raise_if_any()
    return tuple(found)


def _question(said: Any, path: Path, *, inner: bool) -> Question:
    if not isinstance(said, Mapping):
        raise fault(path, N_("A question must stand here, with a name, a kind and a label."))
    gatherer, read = Gatherer(), dict[str, Any]()
    with gatherer.part():
        _known_keys(said, _QUESTION_KEYS, path)
    kinds = [one.value for one in AnswerKind if not inner or one not in _NOT_IN_GROUPS]
    readers: dict[str, Callable[[], Any]] = {
        "name": lambda: _name(said, path),
        "kind": lambda: AnswerKind(_one_of(said, "kind", path, kinds, "")),
        "label": lambda: read_words(said, "label", path, needed=True),
        "hint": lambda: read_words(said, "hint", path),
        "required": lambda: _flag(said, "required", path, True),
        "options": lambda: _options(said.get("options"), (*path, "options")),
        "when": lambda: _conditions(said.get("when"), (*path, "when")),
        "field": lambda: _text(said, "field", path, ""),
        "most": lambda: _whole(said, "most", path, 10),
        "least_number": lambda: _number(said, "min", path),
        "most_number": lambda: _number(said, "max", path),
        "questions": lambda: _inner(said, path),
    }
    for name, reader in readers.items():
        with gatherer.part():
            read[name] = reader()
    gatherer.raise_if_any()
    question = Question(**read)
    if question.kind in (AnswerKind.CHOICE, AnswerKind.SEVERAL) and not question.options:
        raise fault((*path, "options"), N_("List the answers to choose from."))
    if question.kind is AnswerKind.GROUP and not question.questions:
        raise fault((*path, "questions"), N_("List what is asked each time."))
    return question


def _inner(said: Mapping[str, Any], path: Path) -> tuple[Question, ...]:
    inner = said.get("questions")
    return () if inner is None else _questions(inner, (*path, "questions"), inner=True)


def _name(said: Mapping[str, Any], path: Path) -> str:
    name = said.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in TAKEN:
        raise fault(
            (*path, "name"),
            N_("A name is lower-case letters, digits and underscores, such as which_bin."),
        )
    return name


def _options(said: Any, path: Path) -> tuple[Option, ...]:
    if said is None:
        return ()
    if not isinstance(said, list) or len(said) > MOST_OPTIONS:
        raise fault(
            path, N_("A list of at most %(most)s answers must stand here."), most=MOST_OPTIONS
        )
    found: list[Option] = []
    for at, one in enumerate(said):
        option = _option(one, (*path, at))
        if option.value in {known.value for known in found}:
            raise fault((*path, at), N_("This answer stands here twice."))
        found.append(option)
    return tuple(found)


def _option(said: Any, path: Path) -> Option:
    if isinstance(said, str) and said.strip():
        return Option(value_of(said), Words({"en": said.strip()}))
    if not isinstance(said, Mapping):
        raise fault(path, N_("An answer is a text, or has a label."))
    _known_keys(said, frozenset({"value", "label", "hint"}), path)
    label = read_words(said, "label", path, needed=True)
    value = said.get("value") or value_of(label.in_("en"))
    if not isinstance(value, str) or len(value) > 60:
        raise fault((*path, "value"), N_("A value is a short text."))
    return Option(value, label, read_words(said, "hint", path))


def value_of(label: str) -> str:
    """What an answer is called in conditions and fields when nothing else is said: its label in plain letters."""
    plain = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")
    return plain[:60].strip("-") or label[:60]


def _conditions(said: Any, path: Path) -> tuple[Shown, ...]:
    if said is None:
        return ()
    if not isinstance(said, Mapping):
        raise fault(path, N_("Name a question and the answers that lead here."))
    return tuple(
        Shown(
            str(name),
            frozenset(
                _texts([value] if isinstance(value, str) else value, (*path, name), MOST_OPTIONS)
            ),
        )
        for name, value in said.items()
    )


def _check_conditions(form: ContactForm) -> None:
    """A condition may look only at what was asked before, and only at answers that can be given."""
    gatherer, before = Gatherer(), dict[str, Question]()
    for at, question in enumerate(form.questions):
        for condition in question.when:
            path: Path = ("questions", at, "when", condition.question)
            with gatherer.part():
                _check_condition(condition, before.get(condition.question), path)
        before[question.name] = question
    gatherer.raise_if_any()


def _check_condition(condition: Shown, source: Question | None, path: Path) -> None:
    if source is None:
        raise fault(path, N_("No question of this name is asked before this one."))
    if source.kind not in _CHOSEN:
        raise fault(path, N_("Only a question with answers to choose from can decide."))
    known = {one.value for one in source.options} or {"yes", "no"}
    for value in sorted(condition.values - known):
        raise fault(
            path,
            N_("“%(value)s” is none of its answers: %(known)s."),
            value=value,
            known=", ".join(sorted(known)),
        )


def _known_keys(said: Mapping[str, Any], known: frozenset[str], path: Path) -> None:
    for key in said:
        if key not in known:
            raise fault(
                (*path, str(key)),
                N_("There is no field “%(name)s” here. Known: %(known)s."),
                name=key,
                known=", ".join(sorted(known)),
            )


def read_words(said: Mapping[str, Any], key: str, path: Path, *, needed: bool = False) -> Words:
    """A text, or one for each language. Raises Faulty."""
    value = said.get(key)
    if isinstance(value, str):
        value = {"en": value}
    if value is None or value == {}:
        value = {"en": ""}
    fits = isinstance(value, Mapping) and all(
        isinstance(name, str) and _LANGUAGE.fullmatch(name) and isinstance(text, str)
        for name, text in value.items()
    )
    if not fits:
        raise fault(
            (*path, key), N_("A text must stand here, or one for each language, such as en and cy.")
        )
    texts = {str(name): str(text).strip() for name, text in value.items() if str(text).strip()}
    if needed and not texts:
        raise fault((*path, key), N_("Write what people read here."))
    if any(len(text) > LONGEST_WORDS for text in texts.values()):
        raise fault(
            (*path, key), N_("This is too long: at most %(most)s characters."), most=LONGEST_WORDS
        )
    return Words(texts) if texts else NO_WORDS


def _text(said: Mapping[str, Any], key: str, path: Path, usual: str) -> str:
    value = said.get(key, usual)
    if value is None:
        return usual
    if not isinstance(value, str) or len(value) > 200:
        raise fault((*path, key), N_("A short text must stand here."))
    return value.strip() or usual


def _texts(said: Any, path: Path, most: int) -> list[str]:
    if said is None:
        return []
    if (
        not isinstance(said, list)
        or len(said) > most
        or not all(isinstance(one, str) for one in said)
    ):
        raise fault(path, N_("A list of words must stand here."))
    return [one.strip() for one in said if one.strip()]


def _one_of(said: Mapping[str, Any], key: str, path: Path, known: list[str], usual: str) -> str:
    value = said.get(key, usual)
    if value not in known:
        raise fault(
            (*path, key), N_("“%(word)s” is none of %(known)s."), word=value, known=", ".join(known)
        )
    return str(value)


def _flag(said: Mapping[str, Any], key: str, path: Path, usual: bool) -> bool:
    value = said.get(key, usual)
    if not isinstance(value, bool):
        raise fault((*path, key), N_("true or false must stand here."))
    return value


def _whole(said: Mapping[str, Any], key: str, path: Path, usual: int) -> int:
    value = said.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_ITEMS:
        raise fault(
            (*path, key), N_("A number from 1 to %(most)s must stand here."), most=MOST_ITEMS
        )
    return value


def _number(said: Mapping[str, Any], key: str, path: Path) -> float | None:
    value = said.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise fault((*path, key), N_("A number must stand here, without quotes."))
    return float(value)
