"""Telephone numbers in one form (E.164), and as people write them."""

from __future__ import annotations

import re

import phonenumbers
from flask import current_app, has_app_context
from flask_babel import gettext as _
from phonenumbers import PhoneNumber, PhoneNumberFormat

from helpdesk.core.errors import Invalid

# National numbers are read as those of this country where the operator names no other.
USUAL_COUNTRY = "GB"
# What has so few figures is an extension or a short code, which has no country.
LONGEST_SHORT = 6
LONGEST_TYPED = 60

_MARKS = re.compile(r"[\s().\-/\u2010-\u2015]")
_SIGNS = re.compile(r"[+0-9()./\s\u2010-\u2015-]+")


def home_country() -> str:
    """The country whose national numbers are meant where none is named, as two letters (ISO 3166)."""
    own = current_app.config.get("DESK_COUNTRY") if has_app_context() else None
    return str(own or USUAL_COUNTRY)


def normalise_phone(value: str) -> str:
    """A plus sign, the calling code and the number; an extension of up to six figures stays as it is."""
    plain = _plain(value)
    digits = plain.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or not 3 <= len(digits) <= 15:
        raise Invalid(
            _("That is not a telephone number."),
            _("Write it like 020 7946 0000 or +44 20 7946 0000."),
            field="phone",
        )
    if not plain.startswith("+") and len(digits) <= LONGEST_SHORT:
        return digits
    known = _parsed(plain)
    if known is not None:
        return phonenumbers.format_number(known, PhoneNumberFormat.E164)
    # A number that fits no plan we know is kept as it came: somebody was reached at it.
    return plain if plain.startswith("+") else f"+{_home_code()}{digits.removeprefix('0')}"


def spellings(value: str) -> list[str]:
    """The forms in which this number may have been kept; none for what is no number."""
    try:
        normal = normalise_phone(value)
    except Invalid:
        return []
    plain = _plain(value)
    older = plain if plain.startswith("+") else f"+{_home_code()}{plain.removeprefix('0')}"
    return list(dict.fromkeys((normal, older)))


def beginning_of(value: str) -> str | None:
    """How a number that is still being typed begins in its normal form; None for too little of it."""
    plain = _plain(value)
    digits = plain.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) < LONGEST_SHORT:
        return None
    if plain.startswith("+"):
        return plain
    return f"+{_home_code()}{digits.removeprefix('0')}"


def looks_like_number(text: str) -> bool:
    """Whether somebody who types this is typing a number and no name."""
    return bool(_SIGNS.fullmatch(text)) and any(mark.isdigit() for mark in text)


def readable(value: str) -> str:
    """A number as people of this country write it; what is no number stays as it is."""
    if not value.startswith("+"):
        return value
    known = _parsed(value)
    if known is None:
        return value
    at_home = known.country_code == _home_code()
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(known, form)


def _plain(value: str) -> str:
    text = value[:LONGEST_TYPED].strip().removeprefix("tel:").replace("(0)", "")
    text = _MARKS.sub("", text)
    return "+" + text[2:] if text.startswith("00") else text


def _parsed(text: str) -> PhoneNumber | None:
    try:
        found = phonenumbers.parse(text, home_country())
    except phonenumbers.NumberParseException:
        return None
    return found if phonenumbers.is_possible_number(found) else None


def _home_code() -> int:
    return phonenumbers.country_code_for_region(home_country()) or 44
