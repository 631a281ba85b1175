"""An SMTP server for the tests that keeps what it is given, and refuses what it is told to refuse."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificates import Certificate
from tests.servers.processes import HOST

OK = "250 OK"


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    over_tls: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.content, policy=default))


class SmtpSink:
    """What the tests see of the server: its address, what it got, and how it is to behave."""

    host = HOST
    user = "outgoing@example.org"
    password = "tr0ub4dor & 3"

    def __init__(self, certificate: Certificate) -> None:
        self.port = 0
        self.tls_port = 0
        self.ca_file = certificate.ca_file
        self.received: list[Received] = []
        self.attempts = 0
        self.demands_sign_in = False
        self.answer_to_data = OK
        self.drops_after_data = False
        self._refusals: dict[str, str] = {}
        self._arrival = threading.Condition()

    def refuse(self, address: str, answer: str = "550 5.1.1 No such person here") -> None:
        """Answer RCPT TO this address with `answer`, until forgotten."""
        self._refusals[address.lower()] = answer

    def postpone(self, address: str, answer: str = "451 4.2.1 Try again later") -> None:
        self.refuse(address, answer)

    def behave(self) -> None:
        """Forget every refusal and every message."""
        self._refusals.clear()
        self.received.clear()
        self.attempts = 0
        self.demands_sign_in = False
        self.answer_to_data = OK
        self.drops_after_data = False

    def wait_for(self, count: int = 1, *, within: float = 20) -> list[Received]:
        """The messages so far, once there are `count` of them."""
        deadline = time.monotonic() + within
        with self._arrival:
            while len(self.received) < count:
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrival.wait(left):
                    raise AssertionError(
                        f"{len(self.received)} of {count} messages came in {within} s"
                    )
            return list(self.received)

    def answer_to(self, address: str) -> str:
        return self._refusals.get(address.lower(), OK)

    def keep(self, received: Received) -> None:
        with self._arrival:
            self.received.append(received)
            self._arrival.notify_all()


class SinkHandler:
    """aiosmtpd's hooks; their names and arguments are aiosmtpd's."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._sink.attempts += 1
        if self._sink.demands_sign_in and not session.authenticated:
            return "530 5.7.0 Sign in first"
        answer = self._sink.answer_to(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._sink.answer_to_data != OK:
            return self._sink.answer_to_data
        self._sink.keep(as_received(server, session, envelope))
        if self._sink.drops_after_data:
            # The message is ours and its sender will never know: the one doubt SMTP leaves.
            assert server.transport is not None
            server.transport.abort()
        return OK


def as_received(server: SMTP, session: Session, envelope: Envelope) -> Received:
    assert server.transport is not None
    user = session.auth_data.login.decode() if session.authenticated else None
    return Received(
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        content=cast(bytes, envelope.content),
        over_tls=server.transport.get_extra_info("ssl_object") is not None,
        user=user,
    )


class Listener:
    """Serves the sink on two ports, from a thread with an event loop of its own."""

    def __init__(self, sink: SmtpSink, certificate: Certificate) -> None:
        self._sink = sink
        self._tls = certificate.server_context()
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="smtp-sink", daemon=True
        )

    def start(self) -> None:
        self._thread.start()
        self._sink.port = self._listen(lambda: self._protocol(self._tls), None)
        self._sink.tls_port = self._listen(lambda: self._protocol(None), self._tls)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _protocol(self, starttls: ssl.SSLContext | None) -> SMTP:
        return SMTP(
            SinkHandler(self._sink),
            hostname="sink.example.org",
            tls_context=starttls,
            authenticator=self._authenticate,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
            loop=self._loop,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        wanted = LoginPassword(self._sink.user.encode(), self._sink.password.encode())
        right = given == wanted
        return AuthResult(success=right, handled=False, auth_data=given if right else None)

    def _listen(self, protocol: Callable[[], SMTP], tls: ssl.SSLContext | None) -> int:
        starting = self._loop.create_server(protocol, HOST, 0, ssl=tls)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture(scope="session")
def smtp_listener(local_certificate: Certificate) -> Iterator[SmtpSink]:
    """The server itself, one for each worker; tests ask for `smtp_sink`."""
    sink = SmtpSink(local_certificate)
    listener = Listener(sink, local_certificate)
    listener.start()
    yield sink
    listener.stop()


@pytest.fixture
def smtp_sink(smtp_listener: SmtpSink) -> SmtpSink:
    """An SMTP server that takes everything: `.port` offers STARTTLS, `.tls_port` is TLS from the first byte."""
    smtp_listener.behave()
    return smtp_listener
