"""What one process reads, another one gets whole: every field, whatever was added since."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from typing import Any

import pytest

from channels.carrying import Unfit, pack, unpack
from channels.channel import RawItem
from channels.message import Address, File, InboundMessage
from channels.parser_child import Order, Outcome

BORDER = (InboundMessage, RawItem, Order, Outcome)


def carried(kind: type[Any], value: Any) -> Any:
    """A value after a journey through JSON and bytes."""
    blobs: list[bytes] = []
    said = json.loads(json.dumps(pack(kind, value, blobs)))
    return unpack(kind, said, blobs)


def filled(kind: Any, numbers: Any) -> Any:
    """A value of a type with something in every field, and nowhere the same thing twice."""
    number = next(numbers)
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return filled(next(one for one in inside if one is not types.NoneType), numbers)
    if origin in (tuple, list):
        return origin([filled(inside[0], numbers), filled(inside[0], numbers)])
    if origin in (dict, Mapping):
        return {f"name {number}": filled(inside[1], numbers)}
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fields = {one.name: filled(hints[one.name], numbers) for one in dataclasses.fields(kind)}
        return kind(**fields)  # type: ignore[operator]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[number % len(kind)]
    plain: dict[Any, Any] = {
        str: f"wörds {number} \udc80 \x00",
        int: number,
        float: number / 2,
        bool: True,
        bytes: bytes([number % 256]) * number,
        datetime: datetime(2026, 11, 16, 10, number % 60, 1, 5, tzinfo=UTC),
    }
    return plain[kind]


@pytest.mark.parametrize("kind", BORDER)
def test_every_field_arrives_as_it_was_sent(kind: type[Any]) -> None:
    value = filled(kind, count(1))
    assert carried(kind, value) == value


@pytest.mark.parametrize("kind", BORDER)
def test_no_field_is_left_out(kind: type[Any]) -> None:
    said = pack(kind, filled(kind, count(1)), [])
    assert set(said) == {field.name for field in dataclasses.fields(kind)}


def test_what_is_absent_stays_absent() -> None:
    bare = InboundMessage("id", Address(""), (), "", "")
    assert carried(InboundMessage, bare) == bare


def test_bytes_go_beside_the_json_and_not_in_it() -> None:
    blobs: list[bytes] = []
    pack(File, File("a.bin", "application/octet-stream", b"\x00\xff" * 10), blobs)
    assert blobs == [b"\x00\xff" * 10]


def test_a_type_that_cannot_be_carried_is_refused_by_name() -> None:
    @dataclasses.dataclass
    class Odd:
        moment: complex

    with pytest.raises(TypeError, match="complex"):
        pack(Odd, Odd(1j), [])


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {"name": "a"},
        {"name": 1, "content_type": "b", "body": 0, "content_id": None, "inline": False},
        {"name": "a", "content_type": "b", "body": 5, "content_id": None, "inline": False},
        {"name": "a", "content_type": "b", "body": -1, "content_id": None, "inline": False},
        {"name": "a", "content_type": "b", "body": 0, "content_id": None, "inline": "yes"},
    ],
)
def test_what_is_no_value_of_the_type_is_refused(said: Any) -> None:
    with pytest.raises(Unfit):
        unpack(File, said, [b"one"])


def test_a_moment_without_its_zone_is_refused() -> None:
    said = {**pack(RawItem, RawItem("1", b""), []), "received_at": "2026-11-16T10:00:00"}
    with pytest.raises(Unfit):
        unpack(RawItem, said, [b""])
