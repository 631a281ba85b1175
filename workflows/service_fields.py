"""tidy(): what a person typed into a field of an answer service, checked and put into the one form that is looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final

from workflows.faults import N_, fault
from workflows.services import FieldKind

LONGEST_VALUE: Final = 120
# The forms of postcodes in the United Kingdom, as Royal Mail gives them, without the space; GIR 0AA is one of its own.
_POSTCODE: Final = re.compile(
    r"(GIR0AA|[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][ABD-HJLNP-UW-Z]{2})", re.ASCII
)
_DATES: Final = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})", re.ASCII),
    re.compile(r"(?P<day>[0-9]{1,2})[/. ](?P<month>[0-9]{1,2})[/. ](?P<year>[0-9]{4})", re.ASCII),
)


def tidy(kind: FieldKind, typed: str) -> str:
    """The value in the form that is looked up. Raises Faulty for what cannot be one."""
    plain = " ".join(unicodedata.normalize("NFKC", typed[: LONGEST_VALUE * 4]).split())
    if not plain:
        raise fault((), N_("Write something here."))
    if len(plain) > LONGEST_VALUE or any(unicodedata.category(sign) == "Cc" for sign in plain):
        raise fault((), N_("This is too long, or has signs that cannot be used."))
    return _TIDIERS[kind](plain)


def shown(kind: FieldKind, value: str) -> str:
    """A tidied value as people write it: a postcode with its space."""
    return f"{value[:-3]} {value[-3:]}" if kind is FieldKind.POSTCODE else value


def _postcode(typed: str) -> str:
    squeezed = re.sub(r"[\s.\-]", "", typed).upper()
    if not _POSTCODE.fullmatch(squeezed):
        raise fault((), N_("This is not a full postcode. For example: SW1A 2AA."))
    return squeezed


def _number(typed: str) -> str:
    squeezed = re.sub(r"[\s,]", "", typed)
    if not (squeezed.isascii() and squeezed.isdigit()):
        raise fault((), N_("Write a number, in digits only."))
    return squeezed.lstrip("0") or "0"


def _date(typed: str) -> str:
    for form in _DATES:
        found = form.fullmatch(typed)
        if found is None:
            continue
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
        except ValueError:
            break
    raise fault((), N_("This is no date. For example: 27/3/2027."))


def _reference(typed: str) -> str:
    squeezed = re.sub(r"[^A-Z0-9]", "", typed.upper())
    if not squeezed:
        raise fault((), N_("Write the reference, such as REQ-1042."))
    return squeezed


def _words(typed: str) -> str:
    """Letters and digits in one case, without accents, with single blanks: how names of streets are compared."""
    apart = unicodedata.normalize("NFKD", typed).casefold()
    kept = (sign if sign.isalnum() else " " for sign in apart if not unicodedata.combining(sign))
    return " ".join("".join(kept).split()) or typed.casefold()


_TIDIERS: Final[dict[FieldKind, Callable[[str], str]]] = {
    FieldKind.TEXT: _words,
    FieldKind.CHOICE: _words,
    FieldKind.POSTCODE: _postcode,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.REFERENCE: _reference,
}
