"""read_service(): an answer service as an administrator wrote it, checked; every fault is named with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from workflows.faults import N_, Gatherer, Path, fault
from workflows.near import nearest
from workflows.services import (
    DEFAULT_LANGUAGE,
    Asked,
    Audience,
    FieldKind,
    FromHours,
    FromStatus,
    FromTable,
    FromText,
    FromWeb,
    Needed,
    Service,
    Source,
    Texts,
    places_in,
)

LONGEST_TEXT: Final = 5_000
LONGEST_PHRASE: Final = 200
MOST_PHRASES: Final = 200
MOST_NEEDED: Final = 6
_KEYS: Final = frozenset(
    {
        *("title", "titles", "description", "position", "active"),
        *("asked", "needs", "from", "text", "fall_back", "audience", "group", "link", "receipts"),
    }
)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_STEPS: Final = re.compile(r"[^.]{1,80}(\.[^.]{1,80}){0,9}")
# What the desk itself puts into texts, beside the fields and what a source finds.
OWN_PLACES: Final = frozenset({"as_of", "desk"})
HOURS_PLACES: Final = frozenset({"state", "today", "next", "week"})


def read_service(body: Mapping[str, Any]) -> Service:
    """The service of a body. Raises Faulty."""
    reading = _Reading(body)
    needs = reading.part("needs", _needs, ())
    source: Source = reading.part("from", _source, FromText())
    found = {
        "title": reading.titles(),
        "asked": reading.part("asked", _asked, {}),
        "text": reading.part("text", _texts, {}),
        "fall_back": reading.part("fall_back", _texts, {}),
        "audience": reading.part("audience", _audience, Audience.PUBLIC),
        "group": reading.part("group", _line, None),
        "link": reading.part("link", _link, ""),
        "in_receipts": reading.part("receipts", _flag, False),
        "active": reading.part("active", _flag, True),
    }
    with reading.gatherer.part():
        _check_whole(found["text"], needs, source)
    reading.gatherer.raise_if_any()
    return Service(needs=needs, source=source, **found)


class _Reading:
    """A body on its way to a service: each part is read by itself, and all faults are said at once."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.gatherer = Gatherer()
        for key in body:
            with self.gatherer.part():
                _check_key(str(key), _KEYS, ())

    def part(self, key: str, read: Callable[[Any, Path], Any], default: Any) -> Any:
        """The value of a key, or the default where it is missing or faulty."""
        found = default
        if self.body.get(key) is not None:
            with self.gatherer.part():
                found = read(self.body[key], (key,))
        return found

    def titles(self) -> Texts:
        """The title, and how it is called in further languages."""
        title = self.part("title", _line, "")
        if not title:
            with self.gatherer.part():
                raise fault(("title",), N_("Give it a title that people recognise."))
        return {**self.part("titles", _texts, {}), DEFAULT_LANGUAGE: title}


def _check_key(key: str, known: frozenset[str], path: Path) -> None:
    if key in known:
        return
    near = nearest(key, known)
    raise fault(
        (*path, key),
        N_("There is no “%(key)s” here; did you mean “%(near)s”?")
        if near
        else N_("There is no “%(key)s” here; there are: %(near)s."),
        key=key,
        near=near or ", ".join(sorted(known)),
    )


def _check_whole(text: Texts, needs: Sequence[Needed], source: Source) -> None:
    if not text and not (isinstance(source, FromTable) and source.line):
        raise fault(("text",), N_("Write the text of the answer."))
    if isinstance(source, FromTable) and not needs:
        raise fault(("needs",), N_("Say by which field the table is looked up."))
    names = {one.name for one in needs}
    if isinstance(source, FromWeb):
        missing = sorted(places_in(source.url) - names)
        if missing:
            raise fault(
                ("from", "url"), N_("There is no field “%(name)s” among needs."), name=missing[0]
            )
    known = _places_of(source, names)
    for language, one in text.items():
        strange = sorted(places_in(one) - known) if known is not None else []
        if strange:
            raise fault(
                ("text", language),
                N_("Nothing stands for {%(name)s} here; there are: %(all)s."),
                name=strange[0],
                all=", ".join(sorted(known or ())),
            )


def _places_of(source: Source, names: set[str]) -> set[str] | None:
    """What may stand in braces; None where only the table knows its columns."""
    own = names | OWN_PLACES
    if isinstance(source, FromTable):
        return None
    if isinstance(source, FromWeb):
        return own | set(source.find)
    if isinstance(source, FromHours):
        return own | HOURS_PLACES
    return own | ({"lines"} if isinstance(source, FromStatus) else set())


def _mapping(value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise fault(path, N_("Write names with their values here."))
    return value


def _line(value: Any, path: Path) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_PHRASE:
        raise fault(path, N_("Write a line of at most %(most)d characters."), most=LONGEST_PHRASE)
    return " ".join(value.split())


def _flag(value: Any, path: Path) -> bool:
    if not isinstance(value, bool):
        raise fault(path, N_("Write true or false."))
    return value


def _texts(value: Any, path: Path) -> Texts:
    texts = {DEFAULT_LANGUAGE: value} if isinstance(value, str) else _mapping(value, path)
    found: dict[str, str] = {}
    for language, text in texts.items():
        if not _LANGUAGE.fullmatch(str(language)):
            raise fault(path, N_("Write a text, or one for each language such as en and cy."))
        if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_TEXT:
            raise fault(
                (*path, str(language)),
                N_("A text has 1 to %(most)d characters."),
                most=LONGEST_TEXT,
            )
        found[str(language)] = text.strip()
    return found


def _lines(value: Any, path: Path) -> tuple[str, ...]:
    every = [value] if isinstance(value, str) else value
    if not isinstance(every, Sequence) or len(every) > MOST_PHRASES:
        raise fault(path, N_("Write a list of at most %(most)d lines."), most=MOST_PHRASES)
    return tuple(dict.fromkeys(_line(one, (*path, at)) for at, one in enumerate(every)))


def _asked(value: Any, path: Path) -> Mapping[str, Asked]:
    found: dict[str, Asked] = {}
    for language, ways in _mapping(value, path).items():
        where = (*path, str(language))
        if not _LANGUAGE.fullmatch(str(language)):
            raise fault(where, N_("Name a language, such as en or cy."))
        for key in _mapping(ways, where):
            _check_key(str(key), frozenset({"phrases", "words"}), where)
        found[str(language)] = Asked(
            _lines(ways.get("phrases") or (), (*where, "phrases")),
            _lines(ways.get("words") or (), (*where, "words")),
        )
    return found


def _needs(value: Any, path: Path) -> tuple[Needed, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MOST_NEEDED:
        raise fault(path, N_("Write a list of at most %(most)d fields."), most=MOST_NEEDED)
    found = tuple(_needed(one, (*path, at)) for at, one in enumerate(value))
    if len({one.name for one in found}) < len(found):
        raise fault(path, N_("Two fields have the same name."))
    return found


def _needed(value: Any, path: Path) -> Needed:
    body = _mapping(value, path)
    for key in body:
        _check_key(str(key), frozenset({"name", "kind", "label", "hint", "options"}), path)
    kind = _one_of(FieldKind, body.get("kind", "text"), (*path, "kind"))
    options = _lines(body.get("options") or (), (*path, "options"))
    if kind is FieldKind.CHOICE and not options:
        raise fault((*path, "options"), N_("Write what there is to choose from."))
    return Needed(
        name=_name(body.get("name"), (*path, "name")),
        kind=kind,
        label=_texts(body["label"], (*path, "label")) if body.get("label") else {},
        hint=_texts(body["hint"], (*path, "hint")) if body.get("hint") else {},
        options=options,
    )


def _name(value: Any, path: Path) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value) or value in OWN_PLACES:
        raise fault(path, N_("A name has small letters, digits and _, such as postcode."))
    return value


def _one_of(kind: Any, value: Any, path: Path) -> Any:
    try:
        return kind(value)
    except ValueError:
        every = ", ".join(one.value for one in kind)
        raise fault(path, N_("Choose one of: %(all)s."), all=every) from None


def _audience(value: Any, path: Path) -> Audience:
    found: Audience = _one_of(Audience, value, path)
    return found


def _link(value: Any, path: Path) -> str:
    text = _line(value, path)
    if not _is_address(text) and not (text.startswith("/") and not text.startswith("//")):
        raise fault(path, N_("Write an address that begins with https://."))
    return text


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    fit = text.isascii() and text.isprintable() and " " not in text and "\\" not in text
    return fit and parts.scheme in ("https", "http") and bool(parts.hostname)


def _source(value: Any, path: Path) -> Source:
    body = _mapping(value, path)
    chosen = [key for key in _SOURCES if key in body]
    if len(chosen) != 1:
        raise fault(path, N_("Choose one of: %(all)s."), all=", ".join(_SOURCES))
    return _SOURCES[chosen[0]](body, path)


def _table(body: Mapping[str, Any], path: Path) -> Source:
    for key in body:
        _check_key(str(key), frozenset({"table", "choose", "line"}), path)
    choose = body.get("choose") or ""
    return FromTable(
        table=_line(body.get("table"), (*path, "table")),
        choose=_name(choose, (*path, "choose")) if choose else "",
        line=_texts(body["line"], (*path, "line")) if body.get("line") else {},
    )


def _web(body: Mapping[str, Any], path: Path) -> Source:
    for key in body:
        _check_key(str(key), frozenset({"web", "find", "seconds", "keep_minutes", "at_most"}), path)
    url = str(body.get("web") or "")
    # A name in braces may stand in the path or after it, never in the host: an answer must not choose who is called.
    if not _is_address(re.sub(r"[{}]", "", url)) or "{" in url.partition("//")[0] + _host(url):
        raise fault(
            (*path, "web"), N_("Write an address that begins with https://, its host in full.")
        )
    find = _mapping(body.get("find"), (*path, "find"))
    for name, steps in find.items():
        _name(name, (*path, "find", str(name)))
        if not isinstance(steps, str) or not _STEPS.fullmatch(steps):
            raise fault((*path, "find", name), N_("Write where it stands, such as rounds.0.day."))
    return FromWeb(
        url=url,
        find={str(name): str(steps) for name, steps in find.items()},
        within=timedelta(seconds=_whole(body.get("seconds", 4), 1, 8, (*path, "seconds"))),
        keep=timedelta(
            minutes=_whole(body.get("keep_minutes", 60), 0, 10_080, (*path, "keep_minutes"))
        ),
        keep_at_most=timedelta(hours=_whole(body.get("at_most", 24), 0, 720, (*path, "at_most"))),
    )


def _host(url: str) -> str:
    """What stands between the scheme and the first slash, question mark or hash."""
    return re.split(r"[/?#]", url.partition("//")[2], maxsplit=1)[0]


def _hours(body: Mapping[str, Any], path: Path) -> Source:
    _check_key(next((key for key in body if key != "hours"), "hours"), frozenset({"hours"}), path)
    return FromHours(_line(body.get("hours"), (*path, "hours")))


def _status(_body: Mapping[str, Any], _path: Path) -> Source:
    return FromStatus()


def _text(_body: Mapping[str, Any], _path: Path) -> Source:
    return FromText()


def _whole(value: Any, least: int, most: int, path: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise fault(path, N_("Write a number from %(least)d to %(most)d."), least=least, most=most)
    return value


_SOURCES: Final[Mapping[str, Callable[[Mapping[str, Any], Path], Source]]] = {
    "table": _table,
    "web": _web,
    "hours": _hours,
    "status": _status,
    "text": _text,
}
