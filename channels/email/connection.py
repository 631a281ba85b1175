"""How a line to a mail server is secured, and what to say when it cannot be had."""

import socket
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from channels.channel import ChannelError
from channels.settings import translatable


class Security(Enum):
    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class SignInRefused(ChannelError):
    """The server is there and does not let us in; `by_token` when it was a token that it refused."""

    def __init__(self, message: str, by_token: bool = False) -> None:
        super().__init__(message)
        self.by_token = by_token

    def __reduce__(self) -> tuple[type["SignInRefused"], tuple[object, ...]]:
        return type(self), (self.message, self.by_token)


SECURITY_CHOICES = (
    (Security.TLS.value, translatable("TLS from the first byte")),
    (Security.STARTTLS.value, translatable("STARTTLS: begins in the clear, then TLS")),
    (Security.NONE.value, translatable("None: password and mail can be read on the way")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a mail server is and how we sign in; an empty user means that we do not.

    With an `access_token` we sign in by XOAUTH2, and the password is left alone.
    """

    host: str
    port: int
    security: Security = Security.TLS
    user: str = ""
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    ca_file: str | None = None
    timeout: timedelta = timedelta(seconds=60)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext:
        """Certificates are always checked; `ca_file` adds an authority of one's own."""
        context = ssl.create_default_context()
        if self.ca_file:
            try:
                context.load_verify_locations(cafile=self.ca_file)
            except (OSError, ssl.SSLError) as unreadable:
                raise ChannelError(
                    f"The certificate file {self.ca_file} cannot be read ({unreadable}). "
                    "Correct its path, or leave it empty to use the system's authorities."
                ) from unreadable
        return context


def unreachable(server: Server, error: OSError) -> ChannelError:
    """A failed connection in plain words, with what to do about it; always worth another try."""
    return ChannelError(f"{_what_happened(server, error)}")


def _what_happened(server: Server, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"There is no host named “{server.host}”. Check its spelling and the name server."
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The TLS certificate of {server.name} is not trusted: {error.verify_message}. "
            "If the server has a certificate of your own authority, give that authority's file "
            "as “CA file”; else have the certificate renewed."
        )
    if isinstance(error, ssl.SSLError):
        return (
            f"{server.name} does not speak TLS as expected ({error.reason or error}). "
            "Check the port and whether it wants TLS or STARTTLS."
        )
    if isinstance(error, TimeoutError):
        return (
            f"{server.name} did not answer within {server.timeout.total_seconds():.0f} seconds. "
            "Check the port, and whether a firewall lets us out to it."
        )
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing answers at {server.name}. Check the port and whether the server runs."
    return f"The connection to {server.name} failed: {error.strerror or error}."
