"""call(): one HTTP call to a server outside: resolved once, public addresses only, no redirects, little time and room.

An address that somebody typed in, or that came from outside, must not become a way into the network the desk stands in
(S25). So its name is looked up once, every address it has must be a public one, and the connection goes to the address
that was checked and to no other.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

from channels.channel import ChannelError
from channels.email.connection import Server, unreachable
from channels.email.idn import ascii_domain

LONGEST_CALL = timedelta(seconds=10)
MOST_BYTES = 1024 * 1024
LONGEST_ADDRESS = 2_000
_PORTS = {"http": 80, "https": 443}
_MOST_ADDRESSES = 16
# IPv6 addresses that carry an IPv4 one and lead to it (RFC 6052, section 2.1).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Redirected(ChannelError):
    """The other side names another address, where nobody goes unasked."""

    def __init__(self, message: str, location: str = "") -> None:
        super().__init__(message)
        self.location = location

    def __reduce__(self) -> tuple[type["Redirected"], tuple[object, ...]]:
        return type(self), (self.message, self.location)


class UnsafeAddress(ChannelError):
    """An address that we do not call, whatever it would answer."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)

    def __reduce__(self) -> tuple[type["UnsafeAddress"], tuple[object, ...]]:
        return type(self), (self.message,)


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as the system's resolver knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """Where calls may go besides public addresses, and how names are looked up.

    `hosts` are names of servers inside that the operator allows, in lower case; `anywhere` is for addresses that only
    the operator can set. `ca_file` adds an authority of certificates.
    """

    hosts: Collection[str] = ()
    anywhere: bool = False
    ca_file: str | None = None
    look_up: Callable[[str, int], list[str]] = look_up


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, at most `MOST_BYTES` of it; header names are in lower case."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class _Target:
    server: Server
    is_tls: bool
    path: str


def call(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    reach: Reach | None = None,
    most_bytes: int = MOST_BYTES,
    longest: timedelta = LONGEST_CALL,
    once: bool = False,
) -> Answer:
    """Make one call; 10 s at most unless `longest` gives a file more or a question less, and a redirect is not followed.

    Raises UnsafeAddress, and ChannelError when nobody answers, or with more than is read. `once` is for what must not
    be taken twice: a line that is cut after all was said then leaves a doubt (`ChannelError.uncertain`).
    """
    reach = reach or Reach()
    target = _target_of(url, reach)
    line = _line_to(
        target, _checked_addresses(target.server, reach), min(longest, LONGEST_CALL).total_seconds()
    )
    alarm = threading.Timer(longest.total_seconds(), lambda: None)
    is_said = False
    try:
        line.connect()
        # A server that sends a byte now and then would never run into the time limit of a single read. The library
        # forgets the socket of an answer that ends with the connection, so it is held here.
        alarm = threading.Timer(longest.total_seconds(), _cut, [line.sock])
        alarm.daemon = True
        alarm.start()
        sent = {"User-Agent": "Commondesk", "Connection": "close", **(headers or {})}
        line.request(method, target.path, body=body, headers=sent)
        is_said = once
        return _read(line.getresponse(), target.server, most_bytes)
    except (ssl.SSLError, OSError, http.client.HTTPException) as error:
        raise _failed(target.server, error, uncertain=is_said) from error
    finally:
        alarm.cancel()
        line.close()


def _failed(server: Server, error: Exception, *, uncertain: bool) -> ChannelError:
    if isinstance(error, OSError):
        return ChannelError(unreachable(server, error).message, uncertain=uncertain)
    return ChannelError(f"{server.name} does not speak HTTP as expected.", uncertain=uncertain)


def check_url(url: str, reach: Reach | None = None) -> None:
    """Refuse an address before it is saved, as `call` would. Raises UnsafeAddress; ChannelError for an unknown host."""
    reach = reach or Reach()
    _checked_addresses(_target_of(url, reach).server, reach)


def _target_of(url: str, reach: Reach) -> _Target:
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise UnsafeAddress("An address must not hold a name or a password.")
    try:
        host = ascii_domain((parts.hostname or "").rstrip("."))
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as unfit:
        raise UnsafeAddress(f"“{url[:100]}” is no address of a server.") from unfit
    if not host:
        raise UnsafeAddress(f"“{url[:100]}” is no address of a server.")
    server = Server(host=host, port=port, ca_file=reach.ca_file, timeout=LONGEST_CALL)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(server, parts.scheme == "https", path)


def _split(url: str) -> SplitResult:
    fit = len(url) <= LONGEST_ADDRESS and url.isascii() and url.isprintable() and " " not in url
    try:
        parts = urlsplit(url)
    except ValueError as unfit:
        raise UnsafeAddress(f"“{url[:100]}” is no address of a server.") from unfit
    if not fit or parts.scheme not in _PORTS or "\\" in url:
        raise UnsafeAddress(
            f"“{url[:100]}” cannot be called: it must begin with https:// or http:// and hold no odd characters."
        )
    return parts


def _checked_addresses(server: Server, reach: Reach) -> list[str]:
    try:
        addresses = reach.look_up(server.host, server.port)[:_MOST_ADDRESSES]
    except OSError as error:
        raise unreachable(server, error) from error
    except UnicodeError as unfit:
        raise UnsafeAddress(f"“{server.host[:100]}” is no name of a server.") from unfit
    if reach.anywhere or server.host in reach.hosts:
        return addresses
    # One address inside is enough to refuse: which of several is taken must not be left to chance.
    if not all(is_public(address) for address in addresses):
        raise UnsafeAddress(
            f"“{server.host}” is inside our own network, where the desk calls nobody. "
            "An operator can allow the host by DESK_INTERNAL_HOSTS."
        )
    return addresses


def is_public(address: str) -> bool:
    """Whether this IP address is one of the open internet, whatever it is wrapped in."""
    try:
        found: _IP = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in _unwrapped(found))


def _unwrapped(address: _IP) -> list[_IP]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inner: list[_IP] = [address]
    if address.sixtofour is not None:
        inner.append(address.sixtofour)
    if address.teredo is not None:
        inner += address.teredo
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return inner


def _line_to(target: _Target, addresses: list[str], seconds: float) -> http.client.HTTPConnection:
    server = target.server
    if target.is_tls:
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            server.host, server.port, timeout=seconds, context=server.tls_context()
        )
    else:
        line = http.client.HTTPConnection(server.host, server.port, timeout=seconds)
    # The name stays what the certificate and the Host header are about; the way there is what was checked.
    line._create_connection = lambda _to, timeout, source: _connect(  # type: ignore[attr-defined]
        addresses, server.port, timeout, source
    )
    return line


def _connect(
    addresses: list[str], port: int, timeout: float, source: tuple[str, int] | None
) -> socket.socket:
    failed: OSError = OSError("no address")
    for address in addresses[:2]:
        try:
            return socket.create_connection((address, port), timeout, source)
        except OSError as error:
            failed = error
    raise failed


def _read(response: http.client.HTTPResponse, server: Server, most_bytes: int) -> Answer:
    if 300 <= response.status < 400:
        raise Redirected(
            f"{server.name} sends us to another address, where we do not follow. Correct the address.",
            response.headers.get("Location", ""),
        )
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise ChannelError(f"{server.name} answered with more than we read.")
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(server.host, response.status, headers, body)


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
