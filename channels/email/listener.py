"""SmtpListener: mail handed to us directly, by SMTP or LMTP; says 250 only once it is kept."""

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import AnyStr

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.channel import ChannelError

log = logging.getLogger(__name__)

AcceptRecipient = Callable[[str], bool | str]
Receive = Callable[[str, tuple[str, ...], bytes], None]

_NOT_STORED = "451 4.3.0 We could not store the message, please try again later"
_TOO_MANY = "452 4.5.3 Too many recipients, send the others in another transaction"
_REFUSED_AFTER_DATA = ("552 ", "500 Line too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerLimits:
    message_bytes: int = 30 * 1024 * 1024
    recipients: int = 100
    # The standard allows 1,000 bytes a line; real mail is longer, and refusing it would lose it.
    line_bytes: int = 1024 * 1024
    idle: timedelta = timedelta(minutes=5)
    stores_at_once: int = 4


class SmtpListener:
    """A mail server for nothing but our own addresses.

    `accept_recipient` says True, False (unknown here) or a reason for refusing.
    `receive(envelope_from, recipients, body)` must have stored the message when
    it returns; an empty `envelope_from` is the empty path of automatic mail.
    The body begins with the envelope as `Return-Path` and `Delivered-To`
    fields, as every final mail server writes it (RFC 5321, 4.4). Both are
    called in worker threads. If either raises, the sender is told to try again.
    """

    def __init__(
        self,
        *,
        accept_recipient: AcceptRecipient,
        receive: Receive,
        host: str = "127.0.0.1",
        port: int = 0,
        lmtp: bool = False,
        hostname: str = "localhost",
        limits: ListenerLimits = ListenerLimits(),
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.lmtp = lmtp
        self.hostname = hostname
        self.limits = limits
        self._tls_context = tls_context
        self._accept_recipient = accept_recipient
        self._receive = receive
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: OSError | None = None

    def start(self) -> None:
        """Listen. `port` then is the port really bound. Raises ChannelError if it is taken."""
        self._started.clear()
        self._failure = None
        self._thread = threading.Thread(target=self._run, name=f"smtp-{self.port}", daemon=True)
        self._thread.start()
        self._started.wait()
        self._raise_if_taken(self._thread)

    def stop(self) -> None:
        """Take no more mail, let what is being stored be stored, return when all is quiet."""
        loop, stopping = self._loop, self._stopping
        if self._thread is not None and loop is not None and stopping is not None:
            loop.call_soon_threadsafe(stopping.set)
            self._thread.join()
            self._thread = self._loop = self._stopping = None

    def _raise_if_taken(self, thread: threading.Thread) -> None:
        if self._failure is not None:
            thread.join()
            raise ChannelError(
                f"Cannot listen for mail on {self.host}:{self.port}: "
                f"{self._failure.strerror or self._failure}. "
                "Stop what uses this port, or choose another one."
            ) from self._failure

    def __enter__(self) -> "SmtpListener":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        with ThreadPoolExecutor(self.limits.stores_at_once, "smtp-store") as stores:
            try:
                asyncio.run(self._serve(stores))
            except OSError as taken:
                self._failure = taken
                self._started.set()

    async def _serve(self, stores: ThreadPoolExecutor) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        desk = _Desk(self._accept_recipient, self._receive, self.limits, stores)
        server = await self._loop.create_server(
            lambda: self._protocol(desk), self.host, self.port, start_serving=False
        )
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            await server.start_serving()
            self._started.set()
            await self._stopping.wait()
            server.close()
            await desk.finish()

    def _protocol(self, desk: "_Desk") -> SMTP:
        kind = _LmtpSession if self.lmtp else _SmtpSession
        return kind(
            desk,
            line_bytes=self.limits.line_bytes,
            data_size_limit=self.limits.message_bytes,
            hostname=self.hostname,
            ident="Commondesk",
            tls_context=self._tls_context,
            timeout=self.limits.idle.total_seconds(),
            loop=asyncio.get_running_loop(),
        )


class _SmtpSession(SMTP):
    def __init__(self, desk: "_Desk", *, line_bytes: int, **settings: object) -> None:
        self.line_length_limit = line_bytes  # Read by the library while it is being set up.
        super().__init__(desk, **settings)  # type: ignore[arg-type]


class _LmtpSession(_SmtpSession, LMTP):
    async def push(self, status: AnyStr) -> None:
        # Whoever speaks LMTP waits for one answer a recipient (RFC 2033, 4.2), refusals too.
        recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
        # The checker reads this once for str and once for bytes, and each time knows the answer.
        said = status if isinstance(status, str) else ""  # type: ignore[redundant-expr]
        if said.startswith(_REFUSED_AFTER_DATA) and recipients > 1:
            await super().push("\r\n".join([said] * recipients))
        else:
            await super().push(status)


class _Desk:
    """What the library asks at each step of a conversation."""

    def __init__(
        self,
        accept_recipient: AcceptRecipient,
        receive: Receive,
        limits: ListenerLimits,
        stores: ThreadPoolExecutor,
    ) -> None:
        self._accept_recipient = accept_recipient
        self._receive = receive
        self._limits = limits
        self._stores = stores
        self._pending: set[asyncio.Future[object]] = set()

    async def handle_RCPT(  # noqa: N802 -- the library's name.
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self._limits.recipients:
            return _TOO_MANY
        asked = await self._in_worker(partial(self._accept_recipient, address))
        if asked.exception() is not None:
            log.error("Could not tell whether a recipient is ours", exc_info=asked.exception())
            return _NOT_STORED
        verdict = asked.result()
        if verdict is True:
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        if isinstance(verdict, str):
            return f"550 5.7.1 {_one_ascii_line(verdict)}"
        return "550 5.1.1 There is no such mailbox here"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        sender = (envelope.mail_from or "").strip("<>")
        recipients = tuple(envelope.rcpt_tos)
        content = envelope.content
        assert isinstance(content, bytes)  # The library decodes only when asked to.
        body = with_envelope(content, sender, recipients)
        stored = await self._in_worker(partial(self._receive, sender, recipients, body))
        if stored.exception() is not None:
            log.error("A message could not be stored", exc_info=stored.exception())
            reply = _NOT_STORED
        else:
            reply = "250 2.0.0 The message is kept"
        answers = len(recipients) if isinstance(server, LMTP) else 1
        return "\r\n".join([reply] * answers)

    async def handle_exception(self, error: Exception) -> str:
        log.error("A conversation broke off", exc_info=error)
        return _NOT_STORED

    async def finish(self) -> None:
        """Wait for what is being stored, then a moment for its answers to leave."""
        if self._pending:
            await asyncio.wait(self._pending)
            await asyncio.sleep(0.05)

    async def _in_worker(self, call: Callable[[], object]) -> "asyncio.Future[object]":
        future = asyncio.get_running_loop().run_in_executor(self._stores, call)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        await asyncio.wait({future})
        return future


def with_envelope(body: bytes, envelope_from: str, recipients: tuple[str, ...]) -> bytes:
    """The message as it is kept: who sent it to whom, then its bytes as they came."""
    lines = [f"Return-Path: <{_one_ascii_line(envelope_from)}>"]
    lines += [f"Delivered-To: {_one_ascii_line(recipient)}" for recipient in recipients]
    return "\r\n".join(lines).encode("ascii") + b"\r\n" + body


def _one_ascii_line(text: str) -> str:
    return " ".join(text.split()).encode("ascii", "replace").decode("ascii")
