"""The statutory pack: clocks that the law sets for public bodies of the United Kingdom, as data.

Sources, by clock: Freedom of Information Act 2000, sections 1(3) and 10; Freedom of Information (Scotland) Act 2002,
sections 10 and 73; Environmental Information Regulations 2004, regulations 2, 5, 7 and 9, and those of Scotland; UK GDPR,
articles 12(3) and 12A, as the Information Commissioner reads them (same date of the next month, its last day where there is
none, the next working day where that is none); complaint handling codes of the ombudsmen of England, Scotland and Northern
Ireland. Each clock names its source under `law`. They are a beginning: change a copy as your own rules ask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def nations() -> tuple[str, ...]:
    """The parts of the kingdom that have a pack."""
    return tuple(_read()["nations"])


def statutory_clocks(nation: str) -> dict[str, dict[str, Any]]:
    """The bodies of the clocks of one nation by name, with its holidays filled in; each is read by `dates.read_clock`."""
    holidays = _read()["nations"][nation]
    found = {}
    for clock in _read()["clocks"]:
        if nation in clock["nations"]:
            body = json.loads(json.dumps(clock["body"]))
            if body.get("public_holidays") == "nation":
                body["public_holidays"] = holidays
            found[clock["name"]] = body
    return found


@cache
def _read() -> Mapping[str, Any]:
    text = files("workflows").joinpath("data/statutory.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
