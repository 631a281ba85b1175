"""What became of a message after it was sent: the values for it."""

from dataclasses import dataclass
from enum import Enum


class Deed(Enum):
    """What somebody did to a message that they had sent before."""

    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Alteration:
    """A message says that another one changed: `of` is that one's external id."""

    of: str
    deed: Deed
