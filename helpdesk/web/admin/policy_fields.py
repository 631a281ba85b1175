"""A policy as the fields of its page, and back: what people type against the body that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from helpdesk.web.admin.typed_durations import read_duration, write_duration
from workflows.faults import N_, Faulty, Gatherer, Path, fault
from workflows.sla_agreement import ACTIONS, NOTIFY, TOLD
from workflows.sla_policy import ANY, METRICS, Metric, Trigger

# The priorities as the engine names them, and the fields they are typed into.
PRIORITIES: Final = ("p1", "p2", "p3", "p4", "p5", ANY)
SUFFIXES: Final[Mapping[str, str]] = {**{one: one for one in PRIORITIES}, ANY: "any"}
# What can pause a metric; the other categories are work, or its end.
PAUSES: Final = ("waiting_requester", "waiting_third_party", "waiting_internal")
SAME_CALENDAR: Final = "="
MOST_ESCALATIONS: Final = 20
BLANK_ROWS: Final = 2
ROW_KEYS: Final = ("id", "metric", "when", "value", "title")
_PLAIN: Final = ("title", "description", "when")

Typed = Mapping[str, Any]
# How many seconds a day of a calendar has; None where its days differ.
DayOf = Callable[[str | None], int | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A body, and which row of the page each of its escalations stands in."""

    body: dict[str, Any]
    rows: tuple[int, ...]

    def field_of(self, path: Path) -> str:
        """The field of the page that a fault's place means; "" for the policy as a whole."""
        return _field_of(path, self.rows)


def field_names() -> list[str]:
    """Every field that holds one text."""
    metrics = [f"{metric}_{suffix}" for metric in METRICS for suffix in SUFFIXES.values()]
    calendars = [f"{metric}_calendar" for metric in METRICS]
    rows = [f"e{number}_{key}" for number in range(MOST_ESCALATIONS) for key in ROW_KEYS]
    return [*metrics, *calendars, "ownership_groups", "resolution_reopen", *rows]


def values_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the fields of a policy's page."""
    values: dict[str, Any] = {name: body.get(name) or "" for name in _PLAIN}
    values |= {
        "position": str(body.get("position", "")),
        "active": body.get("active", True) is not False,
        "calendar": body.get("calendar") or "",
        "on_change": body.get("on_change", "carry"),
        "resumes": bool(body.get("resume_on_requester_message", False)),
        "resolution_reopen": "resume",
    }
    for metric, rules in (body.get("metrics") or {}).items():
        values |= _metric_values(metric, rules)
    for number, rule in enumerate(body.get("escalations") or []):
        values |= _rule_values(number, rule)
    return values


def draft_of(typed: Typed, before: Mapping[str, Any], day_of: DayOf) -> Draft:
    """The body that the fields say; what no field shows stays as it was before. Raises Faulty."""
    faults = Gatherer()
    body = {key: value for key, value in before.items() if key not in _SHOWN}
    body |= {key: typed[key].strip() for key in _PLAIN if (typed.get(key) or "").strip()}
    with faults.part():
        body["position"] = _position(typed.get("position") or "")
    if not typed.get("active"):
        body["active"] = False
    body["calendar"] = typed.get("calendar") or None
    body["on_change"] = typed.get("on_change") or "carry"
    if typed.get("resumes"):
        body["resume_on_requester_message"] = True
    body["metrics"] = {}
    for metric in METRICS:
        with faults.part():
            if _is_measured(typed, metric):
                old = (before.get("metrics") or {}).get(metric, {})
                body["metrics"][metric] = _metric(typed, metric, old, day_of)
    rows, rules = _rules(typed, before, day_of, faults)
    if rules:
        body["escalations"] = rules
    faults.raise_if_any()
    return Draft(body, rows)


_SHOWN: Final = {
    *_PLAIN,
    *("position", "active", "calendar", "on_change", "metrics", "escalations"),
    "resume_on_requester_message",
}


def _metric_values(metric: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        f"{metric}_on": True,
        f"{metric}_pause": list(rules.get("pause_in") or []),
        f"{metric}_calendar": (rules["calendar"] or "") if "calendar" in rules else SAME_CALENDAR,
    }
    for priority, seconds in (rules.get("targets") or {}).items():
        if priority in SUFFIXES:
            values[f"{metric}_{SUFFIXES[priority]}"] = write_duration(seconds)
    groups = rules.get("targets_by_group") or {}
    if groups:
        values[f"{metric}_any"] = write_duration(groups[ANY]) if ANY in groups else ""
        named = [
            f"{name}: {write_duration(seconds)}" for name, seconds in groups.items() if name != ANY
        ]
        values[f"{metric}_groups"] = "\n".join(named)
    if "reopen" in rules:
        values[f"{metric}_reopen"] = rules["reopen"]
    return values


def _rule_values(number: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    when = next((one.value for one in Trigger if rule.get(one.value) is not None), "")
    value = rule.get(when)
    said = "" if when == Trigger.BREACH else write_duration(value) if isinstance(value, int) else ""
    if when == Trigger.PERCENT:
        said = str(value)
    return {
        f"e{number}_id": rule.get("id", ""),
        f"e{number}_metric": rule.get("metric", ""),
        f"e{number}_when": when,
        f"e{number}_value": said,
        f"e{number}_title": rule.get("title", ""),
        f"e{number}_notify": list(rule.get(NOTIFY) or []),
        f"e{number}_acts": len(rule.get(ACTIONS) or []),
    }


def _position(text: str) -> int:
    plain = text.strip() or "0"
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 6:
        raise fault(("position",), N_("A position is a whole number; the lowest comes first."))
    return int(plain)


def _is_measured(typed: Typed, metric: str) -> bool:
    texts = [f"{metric}_{suffix}" for suffix in SUFFIXES.values()]
    return bool(typed.get(f"{metric}_on")) or any(
        (typed.get(name) or "").strip() for name in (*texts, f"{metric}_groups")
    )


def _metric(typed: Typed, metric: str, before: Mapping[str, Any], day_of: DayOf) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    chosen = typed.get(f"{metric}_calendar") or ""
    if chosen != SAME_CALENDAR:
        rules["calendar"] = chosen or None
    calendar = (typed.get("calendar") or None) if chosen == SAME_CALENDAR else (chosen or None)
    day = day_of(calendar)
    if metric == Metric.OWNERSHIP:
        rules["targets_by_group"] = _by_group(typed, metric, day)
    else:
        rules["targets"] = _by_priority(typed, metric, before.get("targets") or {}, day)
    pauses = typed.get(f"{metric}_pause") or []
    kept = [one for one in before.get("pause_in") or [] if one not in PAUSES]
    rules["pause_in"] = [*(one for one in PAUSES if one in pauses), *kept]
    if metric == Metric.RESOLUTION:
        rules["reopen"] = typed.get("resolution_reopen") or "resume"
    return rules


def _by_priority(
    typed: Typed, metric: str, before: Mapping[str, Any], day: int | None
) -> dict[str, int]:
    faults = Gatherer()
    found = {name: seconds for name, seconds in before.items() if name not in SUFFIXES}
    for priority, suffix in SUFFIXES.items():
        text = (typed.get(f"{metric}_{suffix}") or "").strip()
        with faults.part():
            if text:
                path = ("metrics", metric, "targets", priority)
                found[priority] = read_duration(text, path, day=day)
    faults.raise_if_any()
    return found


def _by_group(typed: Typed, metric: str, day: int | None) -> dict[str, int]:
    """The targets of groups: a line each, "IT support: 4h"."""
    faults = Gatherer()
    found: dict[str, int] = {}
    path = ("metrics", metric, "targets_by_group")
    for line in (typed.get(f"{metric}_groups") or "").splitlines():
        name, colon, text = line.rpartition(":")
        with faults.part():
            if line.strip() and not (colon and name.strip()):
                raise fault(path, N_("Write a group and a time on each line, such as Housing: 4h."))
            if line.strip():
                found[name.strip()] = read_duration(text, path, day=day)
    text = (typed.get(f"{metric}_any") or "").strip()
    with faults.part():
        if text:
            found[ANY] = read_duration(text, (*path, ANY), day=day)
    faults.raise_if_any()
    return found


def _rules(
    typed: Typed, before: Mapping[str, Any], day_of: DayOf, faults: Gatherer
) -> tuple[tuple[int, ...], list[dict[str, Any]]]:
    old = {(rule.get("id"), rule.get("metric")): rule for rule in before.get("escalations") or []}
    rows, rules = [], []
    for number in range(MOST_ESCALATIONS):
        row = {key: (typed.get(f"e{number}_{key}") or "").strip() for key in ROW_KEYS}
        if not (row["id"] or row["when"] or row["value"]):
            continue
        with faults.part():
            known = old.get((row["id"], row["metric"]), {})
            rule = _rule(row, number, known, _day_for(typed, row["metric"], day_of))
            told = [one for one in TOLD if one in (typed.get(f"e{number}_notify") or [])]
            rules.append({**rule, NOTIFY: told} if told else rule)
            rows.append(number)
    return tuple(rows), rules


def _day_for(typed: Typed, metric: str, day_of: DayOf) -> int | None:
    chosen = typed.get(f"{metric}_calendar") or SAME_CALENDAR
    return day_of((typed.get("calendar") or None) if chosen == SAME_CALENDAR else chosen)


def _rule(
    row: Mapping[str, str], number: int, known: Mapping[str, Any], day: int | None
) -> dict[str, Any]:
    path: Path = ("row", number)
    triggers = {one.value for one in Trigger}
    rule = {key: value for key, value in known.items() if key not in {*triggers, "title", NOTIFY}}
    rule |= {"id": row["id"] or f"{row['metric']}-{row['when']}-{number + 1}"}
    rule["metric"] = row["metric"]
    if row["title"]:
        rule["title"] = row["title"]
    if row["when"] not in triggers:
        raise fault((*path, "when"), N_("Choose when it happens."))
    if row["when"] == Trigger.BREACH:
        return {**rule, "breach": True}
    if row["when"] == Trigger.PERCENT:
        return {**rule, "percent": _percent(row["value"], (*path, "value"))}
    if not row["value"]:
        raise fault((*path, "value"), N_("Write how long, such as 30m."))
    return {**rule, row["when"]: read_duration(row["value"], (*path, "value"), day=day)}


def _percent(text: str, path: Path) -> int | float:
    try:
        share = float(text.strip().rstrip("%").replace(",", "."))
    except ValueError:
        raise fault(path, N_("Write a share of the target, such as 75.")) from None
    return int(share) if share == int(share) else share


def _field_of(path: Path, rows: Sequence[int]) -> str:
    match path:
        case ("row", int(number), key):
            return f"e{number}_{key}"
        case ("escalations", int(place), *rest) if place < len(rows):
            key = str(rest[0]) if rest else "when"
            return f"e{rows[place]}_{'value' if key in ('percent', 'before', 'after') else key}"
        case ("metrics", str(metric), "targets", str(name)) if name in SUFFIXES:
            return f"{metric}_{SUFFIXES[name]}"
        case ("metrics", str(metric), "targets_by_group", "*"):
            return f"{metric}_any"
        case ("metrics", str(metric), "targets_by_group", *_):
            return f"{metric}_groups"
        case ("metrics", str(metric), "pause_in", *_):
            return f"{metric}_pause"
        case ("metrics", str(metric), str(key)):
            return f"{metric}_{key}"
        case ("metrics", str(metric)):
            return f"{metric}_on"
        case ("resume_on_requester_message",):
            return "resumes"
        case (str(name),) if name in _SHOWN and name not in ("metrics", "escalations"):
            return name
        case ("when", *_):
            return "when"
        case _:
            return ""


def fields_of(faulty: Faulty, draft: Draft | None) -> dict[str, tuple[str, Mapping[str, object]]]:
    """What is wrong, by field: the text to be translated, and its values; the first fault of a field counts."""
    rows = draft.rows if draft is not None else tuple(range(MOST_ESCALATIONS))
    found: dict[str, tuple[str, Mapping[str, object]]] = {}
    for one in faulty.faults:
        found.setdefault(_field_of(one.path, rows), (one.text, one.values))
    return found
