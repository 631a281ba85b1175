"""A body of JSON becomes YAML that a person reads: fields in a fixed order, texts in blocks, comments of theirs kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from helpdesk.configuration.reading import Unreadable, read_text

# Databases give the fields of a body back in any order. People read the same file in the same order always: what it is
# first, what orders it next, then its parts by name.
_FIRST = (
    *("kind", "name", "title", "description", "active", "position", "type", "law", "prefix"),
    *("group", "groups", "agency", "zone", "calendar", "weekly"),
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun", "breaks", "public_holidays", "feeds"),
    *("country", "region", "holidays", "date", "yearly", "from", "to", "open", "closed"),
    *("id", "label", "category", "initial", "strict", "states", "transitions", "by", "require"),
    *("require_if_strict", "ask", "guard", "auto", "set", "effect", "approval", "fields"),
    *("on", "when", "start", "pause", "stop", "cancel", "hide", "fill", "do", "last", "again"),
    *("impacts", "urgencies", "priorities", "on_change", "resume_on_requester_message", "metrics"),
    *("acknowledge", "first_response", "next_response", "update", "resolution", "ownership"),
    *("target", "targets", "targets_by_group", "pause_in", "reopen", "counted_from"),
    *("extension", "escalations", "metric", "percent", "before", "after", "breach"),
    *("pick", "match", "skills", "settings", "secrets", "key", "value", "who", "text"),
)
_RANK = {name: rank for rank, name in enumerate(_FIRST)}
# What is for all that are not named stands below those that are.
_RANK["*"] = len(_RANK) + 2
# A list of short plain things stands on one line up to this length.
_SHORT_LIST = 72


class _Resolver(VersionedResolver):
    """Without dates, which are texts to us and need no quotes."""

    @property
    def versioned_resolver(self) -> Any:
        known = super().versioned_resolver
        return {
            first: [pair for pair in pairs if not str(pair[0]).endswith(":timestamp")]
            for first, pairs in known.items()
        }


def write_text(body: Mapping[str, Any], *, before: str | None = None) -> str:
    """A body as YAML. With `before`, a text that a person may have commented, only what differs is changed in it.

    A text that says the same already is given back as it is.
    """
    wanted = dict(body)
    if before is None:
        return _dumped(_mapping(wanted))
    try:
        known = read_text(before).body
    except Unreadable:
        return _dumped(_mapping(wanted))
    if known == wanted:
        return before
    root = _yaml().load(before)
    if not isinstance(root, CommentedMap):
        return _dumped(_mapping(wanted))
    _bring_mapping(root, known, wanted)
    return _dumped(root)


def in_order(mapping: Mapping[str, Any]) -> list[str]:
    """The names of a mapping as a person reads them."""
    return sorted(mapping, key=lambda name: (_RANK.get(name, len(_RANK)), name))


def _yaml() -> YAML:
    # The round-trip loader makes plain containers and scalars only, whatever a tag says; texts come through
    # `read_text` first, which refuses tags, aliases and sizes.
    made = YAML(typ="rt", pure=True)
    made.Resolver = _Resolver
    made.preserve_quotes = True
    made.width = 100
    made.indent(mapping=2, sequence=4, offset=2)
    made.representer.add_representer(type(None), _represent_nothing)
    return made


def _represent_nothing(representer: Any, _nothing: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _dumped(root: CommentedMap) -> str:
    out = StringIO()
    _yaml().dump(root, out)
    return out.getvalue()


def _made(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _list(value)
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> Any:
    plain = text.isprintable() or all(one.isprintable() or one == "\n" for one in text)
    if not plain:
        return DoubleQuotedScalarString(text)
    if "\n" in text and not text.startswith((" ", "\n")) and " \n" not in text:
        return LiteralScalarString(text)
    return DoubleQuotedScalarString(text) if "\n" in text else text


def _key(name: str) -> str:
    return name if name.isprintable() else DoubleQuotedScalarString(name)


def _mapping(value: Mapping[str, Any]) -> CommentedMap:
    made = CommentedMap()
    for name in in_order(value):
        made[_key(name)] = _made(value[name])
    return made


def _list(value: Sequence[Any]) -> CommentedSeq:
    made = CommentedSeq([_made(one) for one in value])
    if _is_short(value):
        made.fa.set_flow_style()
    return made


def _is_short(value: Sequence[Any]) -> bool:
    """Whether a list reads better on one line: plain things, or pairs of them such as hours."""
    for one in value:
        if isinstance(one, list) and not all(_is_plain(inner) for inner in one):
            return False
        if not isinstance(one, list) and not _is_plain(one):
            return False
    return len(str(value)) <= _SHORT_LIST


def _is_plain(value: Any) -> bool:
    return not isinstance(value, (dict, list)) and "\n" not in str(value)


def _bring_mapping(held: CommentedMap, known: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name in [name for name in held if name not in wanted]:
        del held[name]
    for name in in_order(wanted):
        if name not in held:
            held[_key(name)] = _made(wanted[name])
        elif known[name] != wanted[name]:
            held[name] = _brought(held[name], known[name], wanted[name])


def _brought(held: Any, known: Any, wanted: Any) -> Any:
    if isinstance(held, CommentedMap) and isinstance(known, dict) and isinstance(wanted, Mapping):
        _bring_mapping(held, known, wanted)
        return held
    if isinstance(held, CommentedSeq) and isinstance(known, list) and isinstance(wanted, list):
        _bring_list(held, known, wanted)
        return held
    return _made(wanted)


def _bring_list(held: CommentedSeq, known: list[Any], wanted: list[Any]) -> None:
    """Change a list where it differs; what begins and ends alike stays with its comments."""
    start = 0
    while start < min(len(known), len(wanted)) and known[start] == wanted[start]:
        start += 1
    end = 0
    while end < min(len(known), len(wanted)) - start and known[-1 - end] == wanted[-1 - end]:
        end += 1
    both = min(len(known), len(wanted)) - start - end
    for at in range(start, start + both):
        held[at] = _brought(held[at], known[at], wanted[at])
    for at in range(len(known) - end - 1, start + both - 1, -1):
        del held[at]
    for at in range(start + both, len(wanted) - end):
        held.insert(at, _made(wanted[at]))
