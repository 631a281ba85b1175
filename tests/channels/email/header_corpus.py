"""Single header fields with their expected parse: how each kind is compared with what we read."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from channels.email.addresses import parse_addresses
from channels.email.headers import date_of, ids_of, parse_parameters, raw_text, text_of

Expected = Any


def header_is_met(kind: str, raw: str, expected: Expected) -> bool:
    return _RULES[kind](raw.partition("\n\n")[0].encode("utf-8"), expected)


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


def _address(raw: bytes, expected: Expected) -> bool:
    """People in their order; groups are read as the people in them, for nobody writes to a group."""
    wanted = expected.get("List")
    if wanted is None:
        wanted = [person for group in expected["Group"] for person in group["addresses"]]
    found = [read.address for read in parse_addresses(raw_text(raw))]
    return [(person.name, person.key) for person in found if person.address] == [
        (_squeezed(person["name"]), _bare(person["address"]))
        for person in wanted
        if person["address"]
    ]


def _bare(address: str) -> str:
    """Without the blanks and the obsolete route that the standard allows in it."""
    return re.sub(r"^@[^:]*:", "", "".join(address.split())).casefold()


def _content_type(raw: bytes, expected: Expected) -> bool:
    main, parameters = parse_parameters(raw)
    if expected is None:
        return not re.fullmatch(r"[^/\s]+(/[^/\s]+)?", main)
    wanted = {
        name: _squeezed(value)
        for name, value in expected.get("attributes") or ()
        if not name.endswith("-language")
    }
    kind = "/".join(filter(None, (expected["c_type"], expected["c_subtype"])))
    found = {name: _squeezed(value) for name, value in parameters.items() if value}
    return main.rstrip("/") == kind and found == {n: v for n, v in wanted.items() if v}


def _date(raw: bytes, expected: Expected) -> bool:
    if expected is None:
        return date_of(raw) is None
    zone = timedelta(hours=expected["tz_hour"], minutes=expected["tz_minute"])
    zone = -zone if expected["tz_before_gmt"] else zone
    names = ("year", "month", "day", "hour", "minute", "second")
    wanted = datetime(*(expected[name] for name in names), tzinfo=timezone(zone))
    return date_of(raw) == wanted.astimezone(UTC)


def _ids(raw: bytes, expected: Expected) -> bool:
    return ["".join(each.split()) for each in expected] == list(ids_of(raw))


def _unstructured(raw: bytes, expected: Expected) -> bool:
    return _squeezed(text_of(raw)) == _squeezed(expected)


_RULES: dict[str, Callable[[bytes, Expected], bool]] = {
    "address": _address,
    "content_type": _content_type,
    "date": _date,
    "id": _ids,
    "unstructured": _unstructured,
}
