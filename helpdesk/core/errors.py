"""The family of errors that a person can mend.

DomainError
├── Refused          the person may not do this
├── NotFound         there is no such thing, or it is hidden from this person
├── Invalid          an input has to be put right; `field` names it
├── Conflict         somebody else changed it meanwhile
└── TooMany          try again later
"""

from __future__ import annotations


class DomainError(Exception):
    """Something a person can mend: `title` says what happened, `advice` what to do next, in plain words."""

    status = 400

    def __init__(self, title: str, advice: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.advice = advice


class Refused(DomainError):
    """The person may see the thing, but may not do this to it."""

    status = 403


class NotFound(DomainError):
    """There is no such thing, or it is hidden from this person; nobody can tell which (S08)."""

    status = 404


class Invalid(DomainError):
    """An input has to be put right."""

    status = 422

    def __init__(self, title: str, advice: str = "", *, field: str | None = None) -> None:
        super().__init__(title, advice)
        self.field = field


class Conflict(DomainError):
    """Somebody else changed it meanwhile; what was typed is kept."""

    status = 409


class TooMany(DomainError):
    """A limit was reached; `retry_after` is in whole seconds."""

    status = 429

    def __init__(self, title: str, advice: str = "", *, retry_after: int = 60) -> None:
        super().__init__(title, advice)
        self.retry_after = retry_after
