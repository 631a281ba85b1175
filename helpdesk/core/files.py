"""Files by digest, on disk or in an S3 bucket: the same bytes lie there once."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from flask import current_app


class FileDamaged(RuntimeError):
    """The stored bytes are missing, or are not those whose digest was noted (P42)."""


class FileStore(Protocol):
    """Where files lie. A key is the SHA-256 of the content, in hexadecimal digits."""

    def keep(self, body: bytes) -> str: ...

    def read(self, digest: str) -> bytes: ...

    def exists(self, digest: str) -> bool: ...

    def remove(self, digest: str) -> None: ...


class DiskStore:
    """A folder of files named by their digests; a file appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, body: bytes) -> str:
        digest = hashlib.sha256(body).hexdigest()
        path = self._path(digest)
        # Whoever brings the bytes again mends a file that was damaged.
        if not _holds(path, body):
            self._write(path, body)
        return digest

    def read(self, digest: str) -> bytes:
        try:
            body = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise FileDamaged(f"File {digest} is missing from the file store.") from None
        return checked(body, digest)

    def exists(self, digest: str) -> bool:
        return self._path(digest).exists()

    def remove(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("A file is named by its SHA-256 digest.")
        return self._folder / digest[:2] / digest[2:4] / digest

    def _write(self, path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def _holds(path: Path, body: bytes) -> bool:
    try:
        return path.stat().st_size == len(body) and path.read_bytes() == body
    except FileNotFoundError:
        return False


class S3Store:
    """A bucket of objects named by their digests; needs the `boto3` extra."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, body: bytes) -> str:
        digest = hashlib.sha256(body).hexdigest()
        if not self.exists(digest):
            self._client.put_object(Bucket=self._bucket, Key=digest, Body=body)
        return digest

    def read(self, digest: str) -> bytes:
        try:
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=digest)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            raise FileDamaged(f"File {digest} is missing from the bucket.") from None
        return checked(body, digest)

    def exists(self, digest: str) -> bool:
        found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=digest, MaxKeys=1)
        return bool(found.get("KeyCount"))

    def remove(self, digest: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=digest)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def s3_store(bucket: str, endpoint: str | None) -> S3Store:
    """The store in an S3 bucket; credentials come from the environment, as boto3 reads them."""
    # An extra: only a desk that keeps its files in S3 needs it.
    import boto3
    from botocore.config import Config

    # Stores other than Amazon's do not know the newest checksums; our digests do their work.
    plain = Config(request_checksum_calculation="when_required", retries={"max_attempts": 4})
    return S3Store(boto3.client("s3", endpoint_url=endpoint, config=plain), bucket)


def store() -> FileStore:
    """The file store of this desk."""
    kept: FileStore = current_app.extensions["desk_files"]
    return kept


def keep(body: bytes) -> str:
    """Keep these bytes and return their digest; they are on disk when this returns."""
    return store().keep(body)


def open_file(digest: str) -> BinaryIO:
    """The bytes of a digest, checked. Raises FileDamaged."""
    return io.BytesIO(store().read(digest))


def checked(body: bytes, digest: str) -> bytes:
    """These bytes, once they are known to be those of the digest. Raises FileDamaged."""
    if hashlib.sha256(body).hexdigest() != digest:
        raise FileDamaged(f"File {digest} was changed after it was stored.")
    return body


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
