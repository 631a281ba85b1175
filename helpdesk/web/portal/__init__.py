"""The pages of those who ask: services, forms, and where a request stands."""

from __future__ import annotations

from helpdesk.web.portal import account, asking, checking, front, items, requests
from helpdesk.web.portal.blueprint import portal

__all__ = ["account", "asking", "checking", "front", "items", "portal", "requests"]
