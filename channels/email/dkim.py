"""sign(): a DKIM signature before a mail's own headers (RFC 6376, RFC 8463)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

# Signed once more than they stand there, so that none can be added on the way (RFC 6376, 8.15).
OVERSIGNED = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
)
# Receivers may refuse shorter keys, and longer ones do not fit into one answer of the name service (RFC 8301).
SMALLEST_RSA, LARGEST_RSA = 1024, 4096
OUR_RSA = 2048

_BLANKS = re.compile(rb"[ \t]+")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class Algorithm(Enum):
    """How a key signs; both digest with SHA-256."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


class UnfitKey(ValueError):
    """A key that cannot sign mail; the text says why, for the person who gave it."""


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A private key, in PEM, and the name under which its public half stands in the name service."""

    domain: str
    selector: str
    pem: str = field(repr=False)


def sign(body: bytes, keys: Sequence[DkimKey], *, at: datetime) -> bytes:
    """The mail with a signature by each key; the same mail, keys and moment give the same bytes.

    Raises UnfitKey for a key that cannot be read.
    """
    lines = _LINE_END.sub(b"\r\n", body)
    head, _, text = lines.partition(b"\r\n\r\n")
    fields = _fields_of(head + b"\r\n")
    digest = base64.b64encode(hashlib.sha256(_relaxed_body(text)).digest()).decode()
    signatures = [_signature(fields, digest, key, at) for key in keys]
    return b"".join(signatures) + lines


def make_key(algorithm: Algorithm) -> str:
    """A new private key in PEM."""
    key: PrivateKey
    if algorithm is Algorithm.RSA:
        key = rsa.generate_private_key(public_exponent=65537, key_size=OUR_RSA)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


def read_key(pem: str) -> PrivateKey:
    """The key of a PEM text. Raises UnfitKey."""
    try:
        key = serialization.load_pem_private_key(pem.strip().encode(), password=None)
    except TypeError:
        raise UnfitKey("This key is locked by a passphrase; give one that is not.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UnfitKey("This is not a private key in PEM form.") from None
    if isinstance(key, rsa.RSAPrivateKey):
        if not SMALLEST_RSA <= key.key_size <= LARGEST_RSA:
            raise UnfitKey(f"An RSA key must have {SMALLEST_RSA} to {LARGEST_RSA} bits.")
        return key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    raise UnfitKey("Only RSA and Ed25519 keys sign mail.")


def algorithm_of(pem: str) -> Algorithm:
    """How this key signs. Raises UnfitKey."""
    return Algorithm.RSA if isinstance(read_key(pem), rsa.RSAPrivateKey) else Algorithm.ED25519


def public_key(pem: str) -> str:
    """The public half as the name service holds it, in base64. Raises UnfitKey."""
    key = read_key(pem)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes_raw()
    else:
        raw = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    return base64.b64encode(raw).decode("ascii")


def record_name(domain: str, selector: str) -> str:
    """Where the public key has to stand in the name service."""
    return f"{selector}._domainkey.{domain}"


def record_text(algorithm: Algorithm, public: str) -> str:
    """What has to stand there, as one text; a name server may want it in pieces of 255 signs."""
    kind = "rsa" if algorithm is Algorithm.RSA else "ed25519"
    return f"v=DKIM1; k={kind}; p={public}"


def is_selector(text: str) -> bool:
    """Whether a text can name a key: one label of a domain name."""
    return _SELECTOR.fullmatch(text) is not None


def _fields_of(head: bytes) -> list[tuple[str, bytes]]:
    """Each header field as it stands there, with its folds; names as written."""
    fields: list[tuple[str, bytes]] = []
    for line in head.splitlines(keepends=True):
        if line[:1] in (b" ", b"\t") and fields:
            name, whole = fields[-1]
            fields[-1] = name, whole + line
        elif line.strip():
            fields.append((line.partition(b":")[0].decode("ascii", "replace").strip(), line))
    return fields


def _signature(
    fields: Sequence[tuple[str, bytes]], digest: str, key: DkimKey, at: datetime
) -> bytes:
    private = read_key(key.pem)
    algorithm = algorithm_of(key.pem)
    signed, names = _signed_fields(fields)
    unsigned = (
        f"DKIM-Signature: v=1; a={algorithm.value}; c=relaxed/relaxed;\r\n"
        f" d={key.domain}; s={key.selector}; t={int(at.timestamp())};\r\n"
        f" h={_folded(names)};\r\n"
        f" bh={digest};\r\n"
        " b="
    ).encode("ascii")
    said = signed + _relaxed(unsigned).removesuffix(b"\r\n")
    if isinstance(private, rsa.RSAPrivateKey):
        proof = private.sign(said, padding.PKCS1v15(), hashes.SHA256())
    else:
        # RFC 8463, 3: Ed25519 signs the digest, not the text itself.
        proof = private.sign(hashlib.sha256(said).digest())
    text = base64.b64encode(proof).decode("ascii")
    pieces = [text[begin : begin + 70] for begin in range(0, len(text), 70)]
    return unsigned + "\r\n  ".join(pieces).encode("ascii") + b"\r\n"


def _signed_fields(fields: Sequence[tuple[str, bytes]]) -> tuple[bytes, list[str]]:
    """What is signed of the head, and the names as `h=` lists them: each field, last one first, and one more."""
    said = b""
    names: list[str] = []
    for name in OVERSIGNED:
        found = [whole for known, whole in fields if known.lower() == name.lower()]
        for whole in reversed(found):
            said += _relaxed(whole)
            names.append(name)
        names.append(name)
    return said, names


def _folded(names: Sequence[str]) -> str:
    lines, line = [], ""
    for name in names:
        if len(line) + len(name) > 70:
            lines.append(line)
            line = ""
        line += f":{name}" if line else name
    return ":\r\n  ".join([*lines, line])


def _relaxed(whole: bytes) -> bytes:
    """A header field in the relaxed form (RFC 6376, 3.4.2)."""
    name, _, value = whole.partition(b":")
    unfolded = value.replace(b"\r\n", b"")
    return name.strip().lower() + b":" + _BLANKS.sub(b" ", unfolded).strip(b" \t") + b"\r\n"


def _relaxed_body(text: bytes) -> bytes:
    """A body in the relaxed form (RFC 6376, 3.4.4)."""
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in text.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
