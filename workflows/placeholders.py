"""The names that a text may hold in braces, and their plain replacement: nothing in a text is ever computed (S31)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from workflows.faults import N_

_NAMED = re.compile(r" ?\{([a-z_]+)\}")

# Every name, and what stands in its place.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "number": N_("the ticket's number"),
    "subject": N_("the ticket's subject"),
    "status": N_("the ticket's status"),
    "priority": N_("the ticket's priority"),
    "due": N_("when the ticket is due"),
    "requester": N_("the requester's name"),
    "agent": N_("the agent's name"),
    "first_name": N_("the agent's first name"),
    "group": N_("the group"),
    "agency": N_("the agency"),
    "desk": N_("the name of the desk"),
}


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders replaced, each once and by plain words; what is no placeholder stays as it is.

    What was filled in is not looked at again. An empty value takes the space before it along.
    """

    def replaced(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None or found[1] not in PLACEHOLDERS:
            return found[0]
        space = " " if found[0].startswith(" ") and value else ""
        return f"{space}{value}"

    return _NAMED.sub(replaced, text)


def names_in(text: str) -> list[str]:
    """What stands in braces like a placeholder, known or not, in order: after filling in, what is left blank."""
    return _NAMED.findall(text)


def unknown_in(text: str) -> list[str]:
    """What stands in braces like a placeholder and is none, in order; it will be sent as it stands."""
    return [name for name in _NAMED.findall(text) if name not in PLACEHOLDERS]
