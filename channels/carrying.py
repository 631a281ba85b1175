"""Values of the border as JSON and bytes, so that they can go between two processes that do not trust each other.

What a value may hold is read from its dataclass, so a new field is carried
without a line here; a type that nobody has taught this module is refused when
the first value of its class is carried. Nothing is ever pickled.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

Value = TypeVar("Value")

# Packing puts bytes aside, unpacking takes them from there; the JSON holds their places.
Pack = Callable[[Any, list[bytes]], Any]
Unpack = Callable[[Any, Sequence[bytes]], Any]

_PLAIN = (str, int, float, bool)


class Unfit(ValueError):
    """What came is not a value of the type that was asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Form:
    pack: Pack
    unpack: Unpack


def pack(kind: type[Value], value: Value, blobs: list[bytes]) -> Any:
    """A value as what JSON can say; the bytes in it are added to `blobs`."""
    return _form(kind).pack(value, blobs)


def unpack(kind: type[Value], said: Any, blobs: Sequence[bytes]) -> Value:
    """The value again. Raises Unfit when this is none: the other side may be in a stranger's hands."""
    try:
        value: Value = _form(kind).unpack(said, blobs)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as wrong:
        raise Unfit(f"That is no {kind.__name__}: {wrong!r}.") from wrong
    return value


_forms: dict[Any, _Form] = {}


def _form(kind: Any) -> _Form:
    """How a type is carried; found out once."""
    form = _forms.get(kind)
    if form is None:
        form = _forms[kind] = _make_form(kind)
    return form


def _make_form(kind: Any) -> _Form:
    if kind in _PLAIN or kind is types.NoneType:
        return _plain_form((kind,))
    if kind is bytes:
        return _Form(_put_aside, _take_back)
    if kind is datetime:
        return _Form(lambda value, _: value.isoformat(), lambda said, _: _moment(said))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Form(lambda value, _: value.value, lambda said, _: kind(said))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_form(kind)
    return _composed_form(kind)


def _composed_form(kind: Any) -> _Form:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _union_form(inside)
    if origin in (tuple, list, Sequence) and (len(inside) == 1 or inside[1:] == (...,)):
        return _row_form(tuple if origin is tuple else list, inside[0])
    if origin in (dict, Mapping) and inside[0] is str:
        return _mapping_form(inside[1])
    raise TypeError(f"{kind!r} cannot be carried between processes; teach it to channels.carrying.")


def _plain_form(kinds: tuple[Any, ...]) -> _Form:
    def check(said: Any, _blobs: Sequence[bytes]) -> Any:
        if type(said) not in kinds:
            raise Unfit(f"a {type(said).__name__} where one of {kinds!r} belongs")
        return said

    return _Form(lambda value, _blobs: value, check)


def _put_aside(value: bytes, blobs: list[bytes]) -> int:
    blobs.append(value)
    return len(blobs) - 1


def _take_back(said: Any, blobs: Sequence[bytes]) -> bytes:
    if type(said) is not int or said < 0:
        raise Unfit("a place of bytes that is none")
    return blobs[said]


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise Unfit("a moment without its zone")
    return moment


def _union_form(kinds: tuple[Any, ...]) -> _Form:
    """Plain values side by side, or one kind that may be absent."""
    if all(kind in _PLAIN or kind is types.NoneType for kind in kinds):
        return _plain_form(kinds)
    present = [kind for kind in kinds if kind is not types.NoneType]
    if len(present) != 1:
        raise TypeError(f"Which of {present!r} a value is cannot be told; give it one type.")
    form = _form(present[0])
    return _Form(
        lambda value, blobs: None if value is None else form.pack(value, blobs),
        lambda said, blobs: None if said is None else form.unpack(said, blobs),
    )


def _row_form(row: type[tuple[Any, ...]] | type[list[Any]], inside: Any) -> _Form:
    form = _form(inside)

    def unpack_row(said: Any, blobs: Sequence[bytes]) -> Any:
        if type(said) is not list:
            raise Unfit("no list where a row belongs")
        return row(form.unpack(one, blobs) for one in said)

    return _Form(lambda value, blobs: [form.pack(one, blobs) for one in value], unpack_row)


def _mapping_form(inside: Any) -> _Form:
    form = _form(inside)
    return _Form(
        lambda value, blobs: {str(name): form.pack(one, blobs) for name, one in value.items()},
        lambda said, blobs: {name: form.unpack(one, blobs) for name, one in said.items()},
    )


def _dataclass_form(kind: type[Any]) -> _Form:
    """Every field by its name; what the constructor computes is computed again."""
    hints = typing.get_type_hints(kind)
    forms = {each.name: _form(hints[each.name]) for each in dataclasses.fields(kind) if each.init}

    def pack_fields(value: Any, blobs: list[bytes]) -> Any:
        return {name: form.pack(getattr(value, name), blobs) for name, form in forms.items()}

    def unpack_fields(said: Any, blobs: Sequence[bytes]) -> Any:
        if said.keys() != forms.keys():
            raise Unfit(f"other fields than those of {kind.__name__}")
        return kind(**{name: form.unpack(said[name], blobs) for name, form in forms.items()})

    return _Form(pack_fields, unpack_fields)
