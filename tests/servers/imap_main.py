"""Runs pymap on three ports over one set of mailboxes: TLS from the first byte, STARTTLS, and in the clear.

Started by `tests.servers.imap`. pymap's own command opens one port of one kind; the parts it is made of do the rest.
"""

import argparse
import asyncio
import signal
import ssl
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from proxyprotocol.sock import SocketInfoLocal
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash


class FromElsewhere(SocketInfoLocal):
    """A caller that pymap takes for one from another machine, and so asks for TLS before a password."""

    from_localhost = False


async def run(options: argparse.Namespace) -> None:
    # Each sign-in would otherwise take a tenth of a second, to make a guesser's life hard.
    quick: dict[str, Any] = {"reject_dnsbl": False, "hash_context": BuiltinHash(rounds=10)}
    backend, config = await DictBackend.init(pymap_arguments(options, tls=False), **quick)
    config.apply_context()
    asks_for_tls = Config.from_args(pymap_arguments(options, tls=True), **quick)
    async with AsyncExitStack() as stack:
        await backend.start(stack)
        await listen(backend, config, options.tls_port, config.ssl_context)
        await listen(backend, asks_for_tls, options.starttls_port, None)
        await listen(backend, config, options.clear_port, None)
        end = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, end.set)
        await end.wait()


async def listen(
    backend: DictBackend, config: Config, port: int, tls: ssl.SSLContext | None
) -> asyncio.Server:
    server = IMAPServer(backend.login, config)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server(reader, writer, FromElsewhere(writer, unique_id=uuid4().bytes))

    return await asyncio.start_server(serve, host="127.0.0.1", port=port, ssl=tls)


def pymap_arguments(options: argparse.Namespace, *, tls: bool) -> argparse.Namespace:
    """What pymap's own command line would have read."""
    return argparse.Namespace(
        host=["127.0.0.1"],
        port=0,
        debug=False,
        tls=tls,
        cert=options.certificate,
        key=options.key,
        passlib_cfg=None,
        proxy_protocol=ProxyProtocolVersion.NOOP.name,
        demo_data=False,
        demo_user=options.user,
        demo_password=options.password,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--tls-port", "--starttls-port", "--clear-port"):
        parser.add_argument(name, type=int, required=True)
    for name in ("--certificate", "--key", "--user", "--password"):
        parser.add_argument(name, required=True)
    asyncio.run(run(parser.parse_args()))
