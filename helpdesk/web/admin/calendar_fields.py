"""A calendar as the fields of its page, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from helpdesk.web.admin.calendar_lines import holiday_text, holidays_of, hours_of, hours_text
from workflows.calendar_body import WEEKDAYS
from workflows.faults import N_, Fault, Faulty, Gatherer, Path, fault

_PLAIN: Final = ("title", "description", "zone")
_SHOWN: Final = (*_PLAIN, "active", "weekly", "breaks", "holidays", "public_holidays", "feeds")
FIELDS: Final = (
    *("title", "name", "zone", "note", "seen", "do", "month"),
    *(f"{day}_{part}" for day in WEEKDAYS for part in ("hours", "breaks")),
)
LONG_FIELDS: Final = ("description", "holidays", "public_holidays", "feeds")

Typed = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A body, and which line of the page each of its holidays stands in."""

    body: dict[str, Any]
    lines: tuple[int, ...]


def values_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the fields of a calendar's page; holidays of feeds are not among them."""
    values: dict[str, Any] = {name: body.get(name) or "" for name in _PLAIN}
    values["active"] = body.get("active", True) is not False
    for day in WEEKDAYS:
        values[f"{day}_hours"] = hours_text((body.get("weekly") or {}).get(day, ()))
        values[f"{day}_breaks"] = hours_text((body.get("breaks") or {}).get(day, ()))
    own = [entry for entry in body.get("holidays") or () if "feed" not in entry]
    values["holidays"] = "\n".join(holiday_text(entry) for entry in own)
    regions = body.get("public_holidays") or ()
    values["public_holidays"] = "\n".join(
        " ".join(filter(None, (one["country"], one.get("region")))) for one in regions
    )
    values["feeds"] = "\n".join(body.get("feeds") or ())
    return values


def draft_of(typed: Typed, before: Mapping[str, Any], today: date) -> Draft:
    """The body that the fields say; what no field shows stays as it was before. Raises Faulty."""
    faults = Gatherer()
    body = {key: value for key, value in before.items() if key not in _SHOWN}
    body |= {key: typed[key].strip() for key in _PLAIN if (typed.get(key) or "").strip()}
    if not typed.get("active"):
        body["active"] = False
    for key, part in (("weekly", "hours"), ("breaks", "breaks")):
        found: dict[str, Any] = {}
        for day in WEEKDAYS:
            with faults.part():
                windows = hours_of(typed.get(f"{day}_{part}") or "", (key, day))
                found |= {day: windows} if windows else {}
        if found or key == "weekly":
            body[key] = found
    holidays: list[tuple[int, dict[str, Any]]] = []
    with faults.part():
        holidays = holidays_of(typed.get("holidays") or "", ("line",))
    with faults.part():
        if regions := _regions(typed.get("public_holidays") or ""):
            body["public_holidays"] = regions
    if feeds := (typed.get("feeds") or "").split():
        body["feeds"] = feeds
    faults.raise_if_any()
    entries = [*(entry for _line, entry in holidays), *_of_feeds(before, feeds, today)]
    if entries:
        body["holidays"] = entries
    return Draft(body, tuple(line for line, _entry in holidays))


def fields_of(faulty: Faulty, draft: Draft | None) -> dict[str, list[tuple[int | None, Fault]]]:
    """What is wrong by field, each with the line of a field of several lines."""
    found: dict[str, list[tuple[int | None, Fault]]] = {}
    lines = draft.lines if draft is not None else ()
    for one in faulty.faults:
        name, line = _field_of(one.path, lines)
        found.setdefault(name, []).append((line, one))
    return found


def _field_of(path: Path, lines: tuple[int, ...]) -> tuple[str, int | None]:
    match path:
        case ("line", int(line), *_):
            return "holidays", line
        case ("holidays", int(place), *_):
            return "holidays", lines[place] if place < len(lines) else None
        case ("weekly", str(day), *_):
            return f"{day}_hours", None
        case ("weekly",):
            return "mon_hours", None
        case ("breaks", str(day), *_):
            return f"{day}_breaks", None
        case ("public_holidays" | "feeds" as name, int(place), *_):
            return name, place + 1
        case (str(name), *_) if name in _SHOWN and name not in ("weekly", "breaks"):
            return name, None
        case _:
            return "", None


def _regions(text: str) -> list[dict[str, str]]:
    """Countries and their regions, one on each line: "GB SCT"."""
    found = []
    for place, line in enumerate(line for line in text.splitlines() if line.strip()):
        words = line.replace("-", " ").replace(",", " ").split()
        if len(words) > 2:
            raise fault(
                ("public_holidays", place),
                N_("Write a country, and its region if it has some: GB ENG."),
            )
        found.append(dict(zip(("country", "region"), words, strict=False)))
    return found


def _of_feeds(before: Mapping[str, Any], feeds: list[str], today: date) -> list[dict[str, Any]]:
    """The holidays that feeds brought. Of a feed that was taken away, what is past stays, as a holiday of our own."""
    old, found = list(before.get("feeds") or ()), []
    for entry in before.get("holidays") or ():
        if "feed" not in entry:
            continue
        address = old[entry["feed"]] if entry["feed"] < len(old) else None
        if address in feeds:
            found.append({**entry, "feed": feeds.index(address)})
        elif "yearly" not in entry and (entry.get("to") or entry["date"]) < today.isoformat():
            found.append({key: value for key, value in entry.items() if key != "feed"})
    return found
