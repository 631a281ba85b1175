"""Addresses, numbers and names as they are kept: one form each, so that equal ones are found equal."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import gettext as _

from channels.email.idn import ascii_domain
from helpdesk.core.errors import Invalid
from helpdesk.people.models import ContactKind
from helpdesk.people.numbers import normalise_phone as normalise_phone

LONGEST_NAME = 200
LONGEST_ADDRESS = 254
LONGEST_HANDLE = 320
LONGEST_LOCAL_PART = 64
# RFC 1035, section 2.3.4.
LONGEST_LABEL = 63

_LITERAL = re.compile(r"\[(?:ipv6:)?[0-9a-f:.]+\]")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_UNFIT_IN_LOCAL_PART = re.compile(r'[\s()<>\[\]:;@\\,"]')


def normalise(kind: ContactKind, value: str) -> str:
    """The one form in which a contact point is kept and looked up; raises Invalid on what cannot be one."""
    if kind is ContactKind.EMAIL:
        return normalise_email(value)
    return normalise_phone(value) if kind is ContactKind.PHONE else normalise_handle(value)


def normalise_handle(value: str) -> str:
    """A name that only its channel can read: as it is written, on one line."""
    handle = " ".join(value.split())
    if not handle or len(handle) > LONGEST_HANDLE or not handle.isprintable():
        raise Invalid(_("That cannot be a name on a channel."), field="address")
    return handle


def normalise_email(value: str) -> str:
    """Lower case throughout, the domain in its ASCII form (IDNA 2008)."""
    address = unicodedata.normalize("NFC", value.strip())
    local, at, domain = address.rpartition("@")
    local = local.lower()
    if not at or not _is_local_part(local):
        raise _bad_address()
    whole = f"{local}@{_domain_of(domain)}"
    if len(whole) > LONGEST_ADDRESS:
        raise _bad_address()
    return whole


def tidy_name(text: str) -> str:
    """A name on one line, without marks that hide or turn text (S04); may come out empty."""
    kept = "".join(
        " " if mark.isspace() else mark
        for mark in unicodedata.normalize("NFC", text)
        if mark.isspace() or unicodedata.category(mark) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join(kept.split())[:LONGEST_NAME].strip()


def _is_local_part(local: str) -> bool:
    return (
        0 < len(local) <= LONGEST_LOCAL_PART
        and not _UNFIT_IN_LOCAL_PART.search(local)
        and all(unicodedata.category(mark)[0] != "C" for mark in local)
    )


def _domain_of(text: str) -> str:
    domain = text.lower().removesuffix(".")
    if _LITERAL.fullmatch(domain):
        return domain
    try:
        written = ascii_domain(domain)
    except ValueError as error:
        raise _bad_address() from error
    if not _DOMAIN.fullmatch(written) or any(
        len(label) > LONGEST_LABEL for label in written.split(".")
    ):
        raise _bad_address()
    return written


def _bad_address() -> Invalid:
    return Invalid(
        _("That is not an e-mail address."), _("Write it like name@example.org."), field="address"
    )
