"""The mark by which a console says how far it was told: the number of an entry, which only the desk can read.

The number itself would tell how much happens on tickets that its reader may not see (S10).
"""

from __future__ import annotations

from helpdesk.core.vault import VaultLocked, seal, unseal

_NAME = "entry"
LONGEST = 400


def mark_of(entry: int) -> str:
    """The mark of an entry; each is another text, also for the same entry."""
    return seal({_NAME: str(entry)})


def entry_of(mark: str) -> int | None:
    """The entry of a mark; None for what is none of ours."""
    if not mark or len(mark) > LONGEST:
        return None
    try:
        said = unseal(mark).get(_NAME, "")
    except VaultLocked:
        return None
    return int(said) if said.isdigit() else None
