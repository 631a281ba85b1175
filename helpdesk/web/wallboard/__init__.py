"""The wallboard: numbers of some groups, to be read from across a room; no ticket, and nobody outside, is named."""

from __future__ import annotations

from helpdesk.web.wallboard.board import wallboard
from helpdesk.web.wallboard.links import link_for

__all__ = ["link_for", "wallboard"]
