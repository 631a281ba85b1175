"""What a look at a part of the desk brings back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what was seen, and what to do if not.

    `key` tells this finding from others of its part. `rings` says whether somebody is to be called; a part may be unwell
    for a while before it rings. None means: as soon as it is not well.
    """

    part: str
    is_well: bool
    what: str
    advice: str = ""
    key: str = ""
    rings: bool | None = None

    @property
    def name(self) -> str:
        """The name of its alarm."""
        return f"{self.part}:{self.key}" if self.key else self.part

    @property
    def is_ringing(self) -> bool:
        return not self.is_well if self.rings is None else self.rings
