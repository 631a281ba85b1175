"""What an operation changes about a ticket, field by field, in words: before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.web.console.history import label_of, value_of
from helpdesk.web.console.names import Names
from helpdesk.web.console.operation_words import field_word


def changes_shown(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names
) -> list[dict[str, str]]:
    """Each field that differs: what it is called, what it was and what it became."""
    return [one for name in after for one in _changes(name, before[name], after[name], names)]


def _changes(name: str, before: Any, after: Any, names: Names) -> list[dict[str, str]]:
    if name == "custom":
        return [
            _line(field_word(f"custom.{key}"), _plain(before.get(key)), _plain(value))
            for key, value in after.items()
        ]
    if name == "subject":
        return [_line(field_word(name), str(before), str(after))]
    if name in ("status", "priority"):
        before, after = before.get(name), after.get(name)
        if before == after:
            return []
    return [_line(label_of(name), value_of(name, before, names), value_of(name, after, names))]


def _line(what: str, before: str, after: str) -> dict[str, str]:
    return {"what": what, "before": before, "after": after}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
