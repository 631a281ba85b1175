"""send(): one connection, one message; refusals, silence and doubt told apart."""

import base64
import re
import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from channels.channel import ChannelError
from channels.email.connection import Security, Server, unreachable
from channels.message import Receipt

_LINE_END = re.compile(rb"\r\n|\r|\n")
# 530, 534, 535 and 538 complain about the sign-in, which the operator can mend: not a hard refusal.
_SIGN_IN_CODES = frozenset({530, 534, 535, 538})


def send(
    body: bytes, *, envelope_from: str, recipients: Sequence[str], server: Server, external_id: str
) -> Receipt:
    """Hand the bytes over to the server for these recipients.

    Raises ChannelError: `permanent` for a 5xx with the server's words, else
    worth another try; `uncertain` if the line was cut after the final dot.
    """
    with _connected(server) as line:
        _check_size(line, body)
        _check(line.mail(envelope_from, _mail_options(line, body)), "the sender")
        accepted, refused = _offer(line, recipients)
        if not accepted:
            raise _all_refused(refused)
        words = _hand_over(line, body, server)
    return Receipt(external_id, words, tuple(accepted), {a: _words(r) for a, r in refused.items()})


def check_connection(server: Server) -> str:
    """Connect, secure and sign in, send nothing. Raises ChannelError with what to do next."""
    with _connected(server) as line:
        line.noop()
        largest = _size_limit(line)
    limit = f" It takes messages up to {largest // 1_000_000} MB." if largest else ""
    return f"Connected to {server.name}{' and signed in' if server.user else ''}.{limit}"


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    try:
        line = _open(server)
        try:
            _sign_in(line, server)
            yield line
        finally:
            _hang_up(line)
    except smtplib.SMTPResponseException as refusal:
        raise _not_let_in(server, refusal) from refusal
    except smtplib.SMTPException as broken:
        # The library says "unexpectedly closed" to silence too; what lies behind it is clearer.
        if isinstance(broken.__context__, OSError):
            raise unreachable(server, broken.__context__) from broken
        raise ChannelError(f"The conversation with {server.name} broke off: {broken}.") from broken
    except OSError as error:
        raise unreachable(server, error) from error


def _open(server: Server) -> smtplib.SMTP:
    seconds = server.timeout.total_seconds()
    if server.security is Security.TLS:
        context = server.tls_context()
        line: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=seconds, context=context
        )
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=seconds)
    return line


def _sign_in(line: smtplib.SMTP, server: Server) -> None:
    line.ehlo_or_helo_if_needed()
    if server.security is Security.STARTTLS:
        if not line.has_extn("starttls"):
            raise ChannelError(
                f"{server.name} offers no STARTTLS, so we did not sign in. "
                "Choose TLS with the port for it (often 465), or have STARTTLS switched on."
            )
        line.starttls(context=server.tls_context())
        line.ehlo_or_helo_if_needed()
    if server.user:
        try:
            _log_in(line, server)
        except smtplib.SMTPNotSupportedError as unsupported:
            raise ChannelError(
                f"{server.name} takes no sign-in on this port. "
                "Leave the user empty, or use the port for submission (587 or 465)."
            ) from unsupported


def _log_in(line: smtplib.SMTP, server: Server) -> None:
    if (server.user + server.password).isascii():
        line.login(server.user, server.password)
        return
    # The library knows only ASCII passwords; PLAIN takes UTF-8 (RFC 4616, 2).
    given = base64.b64encode(f"\0{server.user}\0{server.password}".encode())
    code, words = line.docmd("AUTH", f"PLAIN {given.decode('ascii')}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, words)


def _hang_up(line: smtplib.SMTP) -> None:
    # What had to be said is said; how the other side hangs up changes nothing.
    with suppress(smtplib.SMTPException, OSError):
        line.quit()
    line.close()


def _size_limit(line: smtplib.SMTP) -> int | None:
    said = line.esmtp_features.get("size", "")
    return int(said) if said.isdigit() and int(said) > 0 else None


def _check_size(line: smtplib.SMTP, body: bytes) -> None:
    largest = _size_limit(line)
    if largest and len(body) > largest:
        raise ChannelError(
            f"The message is {len(body) / 1e6:.1f} MB and the mail server takes "
            f"{largest / 1e6:.1f} MB at most. Send the files another way.",
            permanent=True,
        )


def _mail_options(line: smtplib.SMTP, body: bytes) -> list[str]:
    return [f"size={len(body)}"] if line.has_extn("size") else []


def _offer(
    line: smtplib.SMTP, recipients: Sequence[str]
) -> tuple[list[str], dict[str, tuple[int, bytes]]]:
    accepted: list[str] = []
    refused: dict[str, tuple[int, bytes]] = {}
    for recipient in recipients:
        reply = line.rcpt(recipient)
        if reply[0] == 421:
            raise _refusal(reply, "The mail server")
        if 200 <= reply[0] < 300:
            accepted.append(recipient)
        else:
            refused[recipient] = reply
    return accepted, refused


def _hand_over(line: smtplib.SMTP, body: bytes, server: Server) -> str:
    reply = line.docmd("DATA")
    if reply[0] != 354:
        raise _refusal(reply, "The mail server")
    line.send(_dotted(body))
    try:
        line.send(b".\r\n")
        reply = line.getreply()
    except (OSError, smtplib.SMTPException) as cut:
        raise ChannelError(
            f"The line to {server.name} was cut after the whole message was sent, so nobody can "
            "say whether it was taken over.",
            uncertain=True,
        ) from cut
    if not 200 <= reply[0] < 300:
        raise _refusal(reply, "The mail server")
    return _words(reply)


def _dotted(body: bytes) -> bytes:
    lines = _LINE_END.sub(b"\r\n", body)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines)


def _check(reply: tuple[int, bytes], what: str) -> None:
    if not 200 <= reply[0] < 300:
        raise _refusal(reply, f"The mail server, about {what},")


def _all_refused(refused: dict[str, tuple[int, bytes]]) -> ChannelError:
    said = "; ".join(f"{address}: {_words(reply)}" for address, reply in refused.items())
    return ChannelError(
        f"The mail server refused every recipient. {said}",
        permanent=all(_is_hard(reply[0]) for reply in refused.values()),
    )


def _refusal(reply: tuple[int, bytes], who: str) -> ChannelError:
    advice = " Check user and password." if reply[0] in _SIGN_IN_CODES else ""
    return ChannelError(f"{who} said: {_words(reply)}.{advice}", permanent=_is_hard(reply[0]))


def _not_let_in(server: Server, refusal: smtplib.SMTPResponseException) -> ChannelError:
    """A refusal before any message was named says nothing about the message: try again later."""
    words = _words((refusal.smtp_code, _as_bytes(refusal.smtp_error)))
    advice = " Check user and password." if refusal.smtp_code in _SIGN_IN_CODES else ""
    return ChannelError(f"{server.name} did not let us in: {words}.{advice}")


def _is_hard(code: int) -> bool:
    return 500 <= code < 600 and code not in _SIGN_IN_CODES


def _words(reply: tuple[int, bytes]) -> str:
    said = " ".join(reply[1].decode("utf-8", "replace").split())
    return f"{reply[0]} {said}".strip()


def _as_bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")
