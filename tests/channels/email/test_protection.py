"""Signed and encrypted mail: what is signed is read, what is closed is said to be."""

import base64
import zlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from channels.email.parse import parse
from channels.email.protection import open_cms
from channels.message import Protection
from tests.channels.mails import NINE, raw_mail

INSIDE = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe lamp is broken.\r\n"
SIGNED = bytes.fromhex("2a864886f70d010702")
CLOSED = bytes.fromhex("2a864886f70d010703")
PACKED = bytes.fromhex("2a864886f70d0109100109")
DATA = bytes.fromhex("2a864886f70d010701")


def ber(tag: int, *inside: bytes) -> bytes:
    body = b"".join(inside)
    size = len(body).to_bytes(4, "big")
    return bytes((tag, 0x84)) + size + body


def open_ended(tag: int, *inside: bytes) -> bytes:
    return bytes((tag, 0x80)) + b"".join(inside) + b"\0\0"


def signed_by_the_library(body: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ada")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, NINE, NINE.replace(year=2030))
    ).sign(key, hashes.SHA256())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(body)
    builder = builder.add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def mail_of(body: bytes, kind: str = "signed-data") -> bytes:
    head = {
        "Content_Type": f"application/pkcs7-mime; smime-type={kind}; name=smime.p7m",
        "Content_Transfer_Encoding": "base64",
    }
    return raw_mail(base64.encodebytes(body).decode(), **head)


def test_what_is_signed_and_packed_is_read_and_said() -> None:
    mail = parse(mail_of(signed_by_the_library(INSIDE)))
    assert mail.text == "The lamp is broken."
    assert mail.protection == Protection("S/MIME", signed=True)
    assert mail.files == ()


def test_a_form_without_lengths_is_read_too() -> None:
    octets = open_ended(0x24, ber(0x04, INSIDE[:20]), ber(0x04, INSIDE[20:]))
    content = open_ended(0x30, ber(0x06, DATA), open_ended(0xA0, octets))
    body = open_ended(0x30, ber(0x02, b"\1"), ber(0x31), content, ber(0x31))
    packed = open_ended(0x30, ber(0x06, SIGNED), open_ended(0xA0, body))
    assert parse(mail_of(packed)).text == "The lamp is broken."


def test_a_compressed_mail_is_read_within_bounds() -> None:
    content = ber(0x30, ber(0x06, DATA), ber(0xA0, ber(0x04, zlib.compress(INSIDE))))
    body = ber(0x30, ber(0x02, b"\0"), ber(0x30), content)
    packed = ber(0x30, ber(0x06, PACKED), ber(0xA0, body))
    assert parse(mail_of(packed, "compressed-data")).text == "The lamp is broken."
    opened = open_cms(packed, most=10)
    assert opened is not None
    assert opened.content == INSIDE[:10]


def test_a_compressed_bomb_is_left_to_a_person() -> None:
    content = ber(0x30, ber(0x06, DATA), ber(0xA0, ber(0x04, zlib.compress(bytes(80_000_000)))))
    packed = ber(
        0x30, ber(0x06, PACKED), ber(0xA0, ber(0x30, ber(0x02, b"\0"), ber(0x30), content))
    )
    mail = parse(mail_of(packed, "compressed-data"))
    assert "larger than 60 MB" in (mail.unreadable or "")


def test_a_closed_mail_is_never_empty() -> None:
    mail = parse(mail_of(ber(0x30, ber(0x06, CLOSED), ber(0xA0, b"")), "enveloped-data"))
    assert mail.protection == Protection("S/MIME", encrypted=True)
    assert mail.stand_in.startswith("This mail is encrypted (S/MIME).")
    assert [file.name for file in mail.files] == ["smime.p7m"]


@pytest.mark.parametrize("cut", [0, 1, 3, 10, 30, 60, 100])
def test_a_broken_package_stays_a_file(cut: int) -> None:
    mail = parse(mail_of(signed_by_the_library(INSIDE)[:cut]))
    assert mail.external_id
    assert mail.text or mail.files


MULTIPART = """--b
Content-Type: {first}

{words}
--b
Content-Type: {second}; name={name}

xyz
--b--
"""


@pytest.mark.parametrize(
    ("kind", "protocol", "expected"),
    [
        ("signed", "application/pgp-signature", Protection("PGP", signed=True)),
        ("signed", "application/pkcs7-signature", Protection("S/MIME", signed=True)),
        ("encrypted", "application/pgp-encrypted", Protection("PGP", encrypted=True)),
    ],
)
def test_signed_and_encrypted_parts_are_said(
    kind: str, protocol: str, expected: Protection
) -> None:
    first = "text/plain" if kind == "signed" else protocol
    body = MULTIPART.format(first=first, words="Words.", second=protocol, name="sign")
    kind = f'multipart/{kind}; boundary=b; protocol="{protocol}"'
    mail = parse(raw_mail(body, Content_Type=kind))
    assert mail.protection == expected
    assert (mail.text, bool(mail.stand_in)) == (
        ("Words.", False) if expected.signed else ("", True)
    )


def test_the_armour_of_pgp_is_taken_off() -> None:
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe lamp\n- -- \nAda\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEB\n-----END PGP SIGNATURE-----\nA footer\n"
    )
    mail = parse(raw_mail(text))
    assert mail.protection == Protection("PGP", signed=True)
    assert mail.text == "The lamp\n-- \nAda\n\nA footer"


def test_a_text_closed_by_pgp_is_shown_as_it_is_and_said() -> None:
    text = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"
    mail = parse(raw_mail(text))
    assert mail.protection == Protection("PGP", encrypted=True)
    assert "hQEMA" in mail.text
