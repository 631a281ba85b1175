"""Holds a body against a JSON schema of the few words that ours use, and says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.faults import N_, Fault, Faulty, Path

Schema = Mapping[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_WANTED = {
    "object": N_("Fields must stand here, each with a name and a value."),
    "array": N_("A list must stand here, each entry on a line that begins with a dash."),
    "string": N_("A text must stand here; put a number or true and false into quotes."),
    "boolean": N_("true or false must stand here."),
    "integer": N_("A whole number must stand here, without quotes."),
    "number": N_("A number must stand here, without quotes."),
}


def check_shape(body: Mapping[str, Any], schema: Schema) -> None:
    """Raise Faulty with every place where a body is not as its schema says."""
    faults = list(_faults((), body, schema, schema))
    if faults:
        raise Faulty(*faults)


def _faults(path: Path, value: Any, schema: Schema, whole: Schema) -> Iterator[Fault]:
    schema = _resolved(schema, whole)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        yield from _best(path, value, choices, whole)
        return
    if not _is_of_type(value, schema.get("type")):
        yield Fault(path, _wanted(schema.get("type")))
        return
    if "const" in schema and value != schema["const"]:
        yield Fault(path, N_("Write %(value)s here."), {"value": schema["const"]})
    if "enum" in schema and value not in schema["enum"]:
        said = ", ".join("null" if one is None else str(one) for one in schema["enum"])
        yield Fault(path, N_("Write one of: %(choices)s."), {"choices": said})
    if isinstance(value, dict):
        yield from _faults_of_fields(path, value, schema, whole)
    elif isinstance(value, list):
        yield from _faults_of_list(path, value, schema, whole)
    else:
        yield from _faults_of_plain(path, value, schema)


def _resolved(schema: Schema, whole: Schema) -> Schema:
    while "$ref" in schema:
        schema = whole["$defs"][str(schema["$ref"]).removeprefix("#/$defs/")]
    return schema


def _best(path: Path, value: Any, choices: list[Schema], whole: Schema) -> Iterator[Fault]:
    """The faults against the choice that fits best: one of the value's type, if there is one."""
    tried = [list(_faults(path, value, choice, whole)) for choice in choices]
    if [] in tried:
        return
    typed = [
        faults
        for faults, choice in zip(tried, choices, strict=True)
        if _is_of_type(value, _resolved(choice, whole).get("type"))
    ]
    yield from min(typed or tried, key=len)


def _is_of_type(value: Any, wanted: str | list[str] | None) -> bool:
    if wanted is None:
        return True
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(
        isinstance(value, _TYPES[name]) and (not isinstance(value, bool) or name == "boolean")
        for name in names
    )


def _wanted(wanted: str | list[str] | None) -> str:
    names = [wanted] if isinstance(wanted, str) else [one for one in wanted or () if one != "null"]
    return _WANTED[names[0]]


def _faults_of_fields(
    path: Path, value: dict[str, Any], schema: Schema, whole: Schema
) -> Iterator[Fault]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield Fault(path, N_("The field “%(name)s” is missing."), {"name": name})
    others = schema.get("additionalProperties", True)
    for name, inner in value.items():
        if name in known:
            yield from _faults((*path, name), inner, known[name], whole)
        elif others is False:
            yield Fault(
                (*path, name),
                N_("There is no field “%(name)s” here. Known: %(known)s."),
                {"name": name, "known": ", ".join(known)},
            )
        elif isinstance(others, Mapping):
            yield from _faults((*path, name), inner, others, whole)


def _faults_of_list(path: Path, value: list[Any], schema: Schema, whole: Schema) -> Iterator[Fault]:
    if len(value) < schema.get("minItems", 0):
        yield Fault(path, N_("At least one entry must stand here."))
    for at, inner in enumerate(value):
        yield from _faults((*path, at), inner, schema.get("items", {}), whole)


def _faults_of_plain(path: Path, value: Any, schema: Schema) -> Iterator[Fault]:
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield Fault(path, N_("This cannot be empty."))
        elif len(value) > schema.get("maxLength", len(value)):
            most = {"most": schema["maxLength"]}
            yield Fault(path, N_("This is too long: at most %(most)s characters."), most)
        elif "pattern" in schema and not re.search(schema["pattern"], value):
            yield Fault(path, N_("Write it like this: %(example)s."), {"example": _example(schema)})
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield Fault(path, N_("This number is out of range."))


def _example(schema: Schema) -> str:
    return str((schema.get("examples") or [schema["pattern"]])[0])
