"""Which rules were set aside because they failed, and why."""

from __future__ import annotations

from helpdesk.definitions.models import Kind


def set_aside_of(kind: Kind) -> dict[str, str]:
    """What went wrong, by the name of the rule, for those of a kind that do not run until somebody mends them."""
    return {}


def take_back(kind: Kind, name: str) -> None:
    """Let a rule run again that was set aside."""
