"""The public help: articles by category, search, and whether they helped."""

from __future__ import annotations

from helpdesk.web.help import articles, helping, looking
from helpdesk.web.help.blueprint import help_pages

__all__ = ["articles", "help_pages", "helping", "looking"]
