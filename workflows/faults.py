"""What is wrong with something an administrator wrote, and where; said so that a page or a file can point to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

Path = tuple[str | int, ...]


def N_(text: str) -> str:  # noqa: N802 - the name that extractors of texts know
    """Mark a text for translation; whoever shows it translates it, for this library knows no language."""
    return text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (keys and positions from the top), and what, with named values to fill in.

    `text` is a message for gettext in the form `%(name)s`. `position` is the character of a text at which it stands,
    counted from 1, where one place of it is meant.
    """

    path: Path
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    position: int | None = None

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.path)
        if self.position is not None:
            where = f"{where}:{self.position}" if where else str(self.position)
        said = self.text % self.values if self.values else self.text
        return f"{where}: {said}" if where else said


class Faulty(ValueError):
    """A body that cannot be used, with all that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


def fault(path: Path, text: str, **values: object) -> Faulty:
    """An error of one fault, ready to be raised."""
    return Faulty(Fault(path, text, values))


class Gatherer:
    """Collects what is wrong with the parts of a whole, so that a person sees all of it at once."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    @contextmanager
    def part(self) -> Iterator[None]:
        """Go on after a part that is faulty; what it would have given is missing."""
        try:
            yield
        except Faulty as faulty:
            self._faults += faulty.faults

    def raise_if_any(self) -> None:
        """Raise Faulty with all that was collected."""
        if self._faults:
            raise Faulty(*self._faults)
