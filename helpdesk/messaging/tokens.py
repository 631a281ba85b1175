"""The signed reply token: which ticket a mail answers, and to whom we wrote."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from helpdesk.core import links

PURPOSE = "reply-token"
# Of side conversations: no such token is ever taken for one of the ticket itself, nor the other way round.
SIDE_PURPOSE = "side-token"
NOBODY = 0

_ID_BYTES = 5
_PROOF_BYTES = 10
_LONGEST_ID = 2 ** (8 * _ID_BYTES) - 1
# Twenty bytes are 32 letters and figures of base32: they survive servers that fold the case of a local part.
# Behind a plus sign, or as the whole local part where a sub-domain is set aside for answers.
_IN_ADDRESS = re.compile(r"(?:\+|^)([a-z2-7]{32})@", re.IGNORECASE)
_AFTER_PLUS = re.compile(r"\+([a-z2-7]{32})@", re.IGNORECASE)
_IN_MESSAGE_ID = re.compile(r"^[a-f0-9]{16}\.([a-z2-7]{32})@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What a genuine token says; `person_id` is None where we wrote to an address of nobody we know."""

    ticket_id: int
    person_id: int | None


Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class SideToken:
    """What a genuine token of a side conversation says: which, and to which of its participants we wrote."""

    side_id: int
    participant_id: int


def make(ticket_id: int, person_id: int | None) -> str:
    """The token by which this person answers on this ticket; only we can make it (S16)."""
    return _made(ticket_id, person_id or NOBODY, PURPOSE)


def make_for_side(side_id: int, participant_id: int) -> str:
    """The token by which this participant answers in this side conversation."""
    return _made(side_id, participant_id, SIDE_PURPOSE)


def read(token: str) -> ReplyToken | None:
    """What a token says, or None when we did not make it."""
    said = _read(token, PURPOSE)
    return ReplyToken(said[0], said[1] if said[1] != NOBODY else None) if said else None


def read_of_side(token: str) -> SideToken | None:
    """What a token of a side conversation says, or None when it is none."""
    said = _read(token, SIDE_PURPOSE)
    return SideToken(*said) if said else None


def reply_address(address: str, token: str, reply_domain: str = "") -> str:
    """Where an answer goes: `help+token@example.org`, or `token@reply.example.org` if a sub-domain is set aside."""
    if reply_domain:
        return f"{token}@{reply_domain}"
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}+{token}@{domain}"


def without_token(address: str) -> str:
    """An address as it is without a token, whether that was ours or not."""
    return _AFTER_PLUS.sub("@", address)


def message_id(token: str, domain: str) -> str:
    """A new Message-ID that carries the token."""
    return f"{random_id()}.{token}@{domain}"


def random_id() -> str:
    """The part of a Message-ID that no other has."""
    return secrets.token_hex(8)


def in_addresses(addresses: Iterable[str]) -> ReplyToken | None:
    """The first genuine token among the addresses that a mail was sent to."""
    return _first(_IN_ADDRESS, addresses, read)


def in_message_ids(ids: Iterable[str]) -> ReplyToken | None:
    """The first genuine token among Message-IDs, such as those that a mail refers to."""
    return _first(_IN_MESSAGE_ID, ids, read)


def is_ours(message_id: str) -> bool:
    """Whether a Message-ID is one that we made."""
    ids = (message_id,)
    return in_message_ids(ids) is not None or side_in_message_ids(ids) is not None


def side_in_addresses(addresses: Iterable[str]) -> SideToken | None:
    """As `in_addresses`, for side conversations."""
    return _first(_IN_ADDRESS, addresses, read_of_side)


def side_in_message_ids(ids: Iterable[str]) -> SideToken | None:
    """As `in_message_ids`, for side conversations."""
    return _first(_IN_MESSAGE_ID, ids, read_of_side)


def _first(
    pattern: re.Pattern[str], texts: Iterable[str], read: Callable[[str], Found | None]
) -> Found | None:
    for text in texts:
        found = pattern.search(text)
        token = read(found[1]) if found else None
        if token is not None:
            return token
    return None


def _made(one_id: int, other_id: int, purpose: str) -> str:
    said = _said(one_id, other_id)
    return base64.b32encode(said + _proof(said, purpose)).decode("ascii").lower()


def _read(token: str, purpose: str) -> tuple[int, int] | None:
    try:
        whole = base64.b32decode(token.upper())
    except (binascii.Error, ValueError):
        return None
    said, proof = whole[: 2 * _ID_BYTES], whole[2 * _ID_BYTES :]
    if not hmac.compare_digest(proof, _proof(said, purpose)):
        return None
    return int.from_bytes(said[:_ID_BYTES], "big"), int.from_bytes(said[_ID_BYTES:], "big")


def _said(ticket_id: int, person_id: int) -> bytes:
    if not (0 < ticket_id <= _LONGEST_ID and 0 <= person_id <= _LONGEST_ID):
        raise ValueError("A reply token holds ids of at most five bytes.")
    return ticket_id.to_bytes(_ID_BYTES, "big") + person_id.to_bytes(_ID_BYTES, "big")


def _proof(said: bytes, purpose: str) -> bytes:
    return links.digest_of(said, purpose=purpose, size=_PROOF_BYTES)
