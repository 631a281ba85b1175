"""DKIM signatures, checked by another hand: dkimpy verifies what our own code signed."""

from __future__ import annotations

from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels.email.compose import compose
from channels.email.dkim import (
    Algorithm,
    DkimKey,
    UnfitKey,
    algorithm_of,
    is_selector,
    make_key,
    public_key,
    record_name,
    record_text,
    sign,
)
from channels.message import Address, File
from tests.channels.mails import reply

AT = datetime(2026, 11, 16, 10, tzinfo=UTC)
BOTH = pytest.mark.parametrize("algorithm", list(Algorithm))


@pytest.fixture(scope="module")
def pems() -> dict[Algorithm, str]:
    return {algorithm: make_key(algorithm) for algorithm in Algorithm}


def key_of(pem: str, selector: str = "desk1") -> DkimKey:
    return DkimKey("council.example", selector, pem)


def is_good(body: bytes, *pems: str) -> bool:
    """Whether every signature of a mail is proven by the records of these keys."""
    records = {
        f"{record_name('council.example', f'desk{number}')}.".encode(): record_text(
            algorithm_of(pem), public_key(pem)
        ).encode()
        for number, pem in enumerate(pems, 1)
    }

    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        return records.get(name)

    return all(dkim.DKIM(body).verify(idx=index, dnsfunc=look_up) for index in range(len(pems)))


def a_mail(**changes: object) -> bytes:
    return bytes(compose(reply(html="<p>Größe  \t und mehr</p>", **changes)))


@BOTH
def test_a_signature_is_proven_by_another_program(
    pems: dict[Algorithm, str], algorithm: Algorithm
) -> None:
    file = File("a.bin", "application/octet-stream", bytes(range(256)) * 40)
    signed = sign(a_mail(subject="Straße " * 30, files=(file,)), [key_of(pems[algorithm])], at=AT)
    assert is_good(signed, pems[algorithm])


def test_two_keys_sign_one_mail(pems: dict[Algorithm, str]) -> None:
    both = [pems[Algorithm.RSA], pems[Algorithm.ED25519]]
    signed = sign(a_mail(), [key_of(both[0], "desk1"), key_of(both[1], "desk2")], at=AT)
    assert is_good(signed, *both)


@BOTH
@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"Subject: ", b"Subject: Not "),
        (b"From: ", b"Cc: eve@evil.example\r\nFrom: "),
        (b"From: ", b"From: Eve <eve@evil.example>\r\nFrom: "),
        (b"From: ", b"Reply-To: eve@evil.example\r\nFrom: "),
        (b"lamp", b"tram"),
    ],
)
def test_what_was_changed_or_added_on_the_way_breaks_it(
    pems: dict[Algorithm, str], algorithm: Algorithm, was: bytes, becomes: bytes
) -> None:
    signed = sign(a_mail(text="The lamp is mended."), [key_of(pems[algorithm])], at=AT)
    head, first, rest = signed.partition(b"From: ")
    changed = head + (first + rest).replace(was, becomes, 1)
    assert changed != signed
    assert not is_good(changed, pems[algorithm])


@BOTH
def test_blanks_and_folds_that_servers_change_do_no_harm(
    pems: dict[Algorithm, str], algorithm: Algorithm
) -> None:
    signed = sign(a_mail(), [key_of(pems[algorithm])], at=AT)
    relayed = signed.replace(b"Subject: ", b"subject:\r\n\t ", 1) + b"\r\n\r\n"
    assert is_good(b"Received: from a by b\r\n" + relayed, pems[algorithm])


@BOTH
def test_the_same_mail_gets_the_same_signature(
    pems: dict[Algorithm, str], algorithm: Algorithm
) -> None:
    keys = [key_of(pems[algorithm])]
    mail = sign(b"From: a@b.example\r\n\r\nx\r\n", keys, at=AT)
    assert mail == sign(b"From: a@b.example\r\n\r\nx\r\n", keys, at=AT)


def test_keys_that_cannot_sign_mail_are_refused_in_words(pems: dict[Algorithm, str]) -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for pem in ("", "nonsense", curve.decode()):
        with pytest.raises(UnfitKey):
            public_key(pem)
    assert "PRIVATE" not in repr(key_of(pems[Algorithm.RSA]))


def test_a_selector_is_one_label_of_a_domain_name() -> None:
    assert is_selector("desk-2026")
    assert not any(map(is_selector, ("", "a.b", "-a", "a b", "A;", "a" * 64)))


def test_a_reply_to_of_our_own_stays_proven(pems: dict[Algorithm, str]) -> None:
    mail = a_mail(reply_to=Address("help+abc@council.example"))
    assert is_good(sign(mail, [key_of(pems[Algorithm.RSA])], at=AT), pems[Algorithm.RSA])
