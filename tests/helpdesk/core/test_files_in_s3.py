"""Files in a bucket: the real S3 client, against a small server that speaks the four requests it makes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from helpdesk.core.files import FileDamaged, S3Store, s3_store

LISTING = (
    '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<KeyCount>{count}</KeyCount></ListBucketResult>"
)
NO_KEY = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>no</Message></Error>'


class Bucket(BaseHTTPRequestHandler):
    """One bucket, in memory."""

    objects: dict[str, bytes]
    writes: int

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).objects[urlsplit(self.path).path] = body
        type(self).writes += 1
        self._answer(200, b"")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if "list-type" in parts.query:
            prefix = parse_qs(parts.query)["prefix"][0]
            count = sum(path.endswith(prefix) for path in self.objects)
            self._answer(200, LISTING.format(count=count).encode())
        elif parts.path in self.objects:
            self._answer(200, self.objects[parts.path])
        else:
            self._answer(404, NO_KEY.encode())

    def do_DELETE(self) -> None:
        self.objects.pop(urlsplit(self.path).path, None)
        self._answer(204, b"")

    def log_message(self, format: str, *args: object) -> None:
        return None

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def bucket() -> Iterator[tuple[type[Bucket], str]]:
    kind = type("OneBucket", (Bucket,), {"objects": {}, "writes": 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def store(bucket: tuple[type[Bucket], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    made = s3_store("desk", bucket[1])
    yield made
    made.close()


def test_what_was_kept_in_a_bucket_is_read_back(store: S3Store) -> None:
    assert store.read(store.keep(b"words")) == b"words"


def test_a_bucket_holds_the_same_bytes_once(
    store: S3Store, bucket: tuple[type[Bucket], str]
) -> None:
    store.keep(b"words")
    store.keep(b"words")
    assert bucket[0].writes == 1


def test_a_missing_object_is_noticed(store: S3Store) -> None:
    digest = store.keep(b"words")
    store.remove(digest)
    assert not store.exists(digest)
    with pytest.raises(FileDamaged, match="missing"):
        store.read(digest)


def test_a_changed_object_is_noticed(store: S3Store, bucket: tuple[type[Bucket], str]) -> None:
    digest = store.keep(b"words")
    bucket[0].objects[f"/desk/{digest}"] = b"swords"
    with pytest.raises(FileDamaged, match="changed"):
        store.read(digest)
