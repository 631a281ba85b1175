"""What a row of the access table says of a route: who gets past the door, and how its objects are protected."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Who(enum.StrEnum):
    """Who gets past the door; what they may do behind it, the page asks of `access_*` with `current_actor()`."""

    PUBLIC = "public"
    STAFF = "staff"
    ADMIN = "admin"
    # A program that brings its own proof: an API token, or a channel's signature. The view checks it, and no cookie
    # counts, so that there is nothing to forge (S24).
    TOKEN = "token"  # noqa: S105 - the name of a kind of visitor


@dataclass(frozen=True, slots=True)
class Row:
    """One route: who reaches it, and how the object it names is protected from people it is not for.

    `confirmed` asks for the password again if it was not typed lately (S30). `files` lets somebody who has not signed
    in send files (S44).
    """

    who: Who
    objects: str = ""
    confirmed: bool = False
    files: bool = False
