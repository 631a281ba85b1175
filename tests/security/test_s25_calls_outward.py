"""S25: no address that somebody typed in leads into the network the desk stands in."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from channels.calling import Reach, UnsafeAddress, call, check_url, is_public
from channels.channel import ChannelError

INSIDE = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[2002:7f00:1::]/",
    "http://[64:ff9b::7f00:1]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
)
ODD = (
    "",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "//example.org/",
    "http://",
    "http://user@example.org/",
    "http://a:b@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http://exa mple.org/",
    "http://example.org/\r\nHost: x",
    "http://[::1",
    "http://example.org:99999/",
    "http://" + "a" * 3000,
)


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers by path: words, a redirect inward, or more than anybody wants to read."""

    def do_GET(self) -> None:
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        body = b"x" * 2_000_000 if self.path == "/large" else self.headers["Host"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("url", INSIDE)
def test_what_is_inside_is_refused_when_it_is_saved_and_when_it_is_called(url: str) -> None:
    with pytest.raises(ChannelError):
        check_url(url)
    with pytest.raises(ChannelError):
        call(url)


@pytest.mark.parametrize("url", ODD)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(ChannelError):
        check_url(url)


def test_a_name_with_one_address_inside_is_refused() -> None:
    both = Reach(look_up=lambda _host, _port: ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(UnsafeAddress):
        check_url("https://rebinding.example/", both)


def test_a_name_is_looked_up_once_and_the_call_goes_to_what_was_checked(port: int) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    reach = Reach(hosts={"inside.example"}, look_up=lambda _host, _port: next(answers))
    assert (
        call(f"http://inside.example:{port}/", reach=reach).body
        == f"inside.example:{port}".encode()
    )
    assert next(answers) == ["10.0.0.1"]


def test_a_redirect_is_not_followed(port: int) -> None:
    with pytest.raises(ChannelError, match="do not follow"):
        call(f"http://127.0.0.1:{port}/redirect", reach=Reach(anywhere=True))


def test_no_more_is_read_than_there_is_room_for(port: int) -> None:
    with pytest.raises(ChannelError, match="more than we read"):
        call(f"http://127.0.0.1:{port}/large", reach=Reach(anywhere=True))


def test_a_host_that_the_operator_allows_is_called(port: int) -> None:
    assert call(f"http://localhost:{port}/", reach=Reach(hosts={"localhost"})).is_good


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)
