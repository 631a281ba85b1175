"""The public pages where the desk answers by itself."""

from __future__ import annotations

from helpdesk.web.answers import asking
from helpdesk.web.answers.blueprint import answers

__all__ = ["answers", "asking"]
