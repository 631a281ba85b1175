"""Settings that an administrator changes while the desk runs."""

from __future__ import annotations

from typing import Any

from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.models import Setting


def read(key: str, default: Any = None) -> Any:
    """The value of a setting, or the default."""
    row = db.session.get(Setting, key)
    return default if row is None else row.value


def write(key: str, value: Any) -> None:
    """Change a setting, inside the open unit of work; the value must be plain JSON."""
    row = db.session.get(Setting, key)
    if row is None:
        db.session.add(Setting(key=key, value=value, changed_at=clock.now()))
    else:
        row.value, row.changed_at = value, clock.now()
