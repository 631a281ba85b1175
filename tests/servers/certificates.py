"""An authority of the tests' own, and what it vouches for: this machine, and a machine that is not this one."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.servers.processes import Keeper, private_directory, remove

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Certificate:
    """Where a server's certificate and key lie, and the authority a client must trust for it."""

    certificate_file: str
    key_file: str
    ca_file: str

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate_file, self.key_file)
        return context


class Authority:
    """Signs certificates that nobody but our tests believes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named("Commondesk tests")
        own = self._key.public_key()
        self._certificate = self._sign(self._name, own, authority_usage(own))
        self.ca_file = str(directory / "ca.pem")
        Path(self.ca_file).write_bytes(as_pem(self._certificate))

    def certificate_for(self, *hosts: str, expired: bool = False) -> Certificate:
        """A certificate for these host names or IPv4 addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = server_usage(hosts)
        signed = self._sign(named(hosts[0]), key.public_key(), usage, expired=expired)
        stem = self._directory / f"{hosts[0]}{'-expired' if expired else ''}"
        certificate_file, key_file = stem.with_suffix(".crt"), stem.with_suffix(".key")
        certificate_file.write_bytes(as_pem(signed))
        key_file.write_bytes(key_as_pem(key))
        return Certificate(str(certificate_file), str(key_file), self.ca_file)

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        extensions: list[tuple[x509.ExtensionType, bool]],
        *,
        expired: bool = False,
    ) -> x509.Certificate:
        # A certificate is judged by the machine's own clock, which no test of ours can stop.
        now = datetime.now(UTC)
        until = now - timedelta(hours=1) if expired else now + timedelta(days=2)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(until)
        )
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        for extension, critical in [*extensions, (identifier, False)]:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self._key, hashes.SHA256())


@pytest.fixture(scope="session")
def authority(keeper: Keeper) -> Iterator[Authority]:
    directory = private_directory(keeper, "certificates")
    yield Authority(directory)
    remove(directory)


@pytest.fixture(scope="session")
def local_certificate(authority: Authority) -> Certificate:
    """For 127.0.0.1 and localhost."""
    return authority.certificate_for("127.0.0.1", "localhost")


def named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def authority_usage(key: ec.EllipticCurvePublicKey) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (key_usage(signs_certificates=True), True),
        # Python 3.13 asks for it (RFC 5280, section 4.2.1.2).
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
    ]


def server_usage(hosts: tuple[str, ...]) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([alternative(host) for host in hosts]), False),
    ]


def alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(IPv4Address(host))
    except ValueError:
        return x509.DNSName(host)


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def as_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_as_pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
