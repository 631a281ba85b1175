"""Graph: calls to Meta's graph with our access token; errors in plain words, files only from Meta's own servers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit

from channels.calling import Answer, Reach, call
from channels.channel import ChannelError
from channels.message import File
from channels.meta.faults import refusal
from channels.meta.said import Said

VERSION = "v23.0"
# A file of 16 MB over a slow line.
LONGEST_TRANSFER = timedelta(seconds=60)
# Where Meta keeps what people send; nothing is fetched from anywhere else, whatever a call names.
_FILE_HOSTS = (
    ".fbsbx.com",
    ".facebook.com",
    ".fbcdn.net",
    ".cdninstagram.com",
    ".whatsapp.net",
)


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph at one address, called with one token."""

    url: str
    token: str = field(repr=False)
    reach: Reach = field(default_factory=Reach, repr=False)

    def get(self, path: str, **query: str) -> Said:
        """What stands at a place. Raises ChannelError."""
        asked = f"?{urlencode(query)}" if query else ""
        return self._said(call(self._at(path) + asked, headers=self._proof(), reach=self.reach))

    def post(self, path: str, said: Mapping[str, object], *, once: bool = False) -> Said:
        """Say something there; with `once`, a line cut after the last byte leaves a doubt. Raises ChannelError."""
        return self._said(
            call(
                self._at(path),
                method="POST",
                body=json.dumps(said).encode("ascii"),
                headers={**self._proof(), "Content-Type": "application/json"},
                reach=self.reach,
                once=once,
            )
        )

    def upload(self, path: str, fields: Mapping[str, str], file: File) -> Said:
        """Hand a file over as a form (RFC 7578). Raises ChannelError."""
        border = secrets.token_hex(16)
        return self._said(
            call(
                self._at(path),
                method="POST",
                body=form_of(fields, file, border),
                headers={
                    **self._proof(),
                    "Content-Type": f"multipart/form-data; boundary={border}",
                },
                reach=self.reach,
                longest=LONGEST_TRANSFER,
            )
        )

    def fetch(self, url: str, most_bytes: int, *, with_token: bool) -> Answer:
        """A file that Meta keeps. Raises ChannelError, for good where the address is not one of Meta's."""
        host = (urlsplit(url).hostname or "").lower()
        own = host == (urlsplit(self.url).hostname or "").lower()
        if not own and not f".{host}".endswith(_FILE_HOSTS):
            raise ChannelError(
                f"The file is said to lie at “{host[:100]}”, which is no server of Meta.",
                permanent=True,
            )
        answer = call(
            url,
            headers=self._proof() if with_token else {},
            reach=self.reach,
            most_bytes=most_bytes,
            longest=LONGEST_TRANSFER,
        )
        if not answer.is_good:
            raise _not_fetched(answer)
        return answer

    def _at(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{quote(path)}"

    def _proof(self) -> dict[str, str]:
        if not self.token or not self.token.isascii() or not self.token.isprintable():
            raise ChannelError("The access token is missing. Make one at Meta and type it in.")
        return {"Authorization": f"Bearer {self.token}"}

    def _said(self, answer: Answer) -> Said:
        if not answer.is_good:
            raise refusal(answer.host, answer.status, answer.body)
        return Said.read(answer.body)


def form_of(fields: Mapping[str, str], file: File, border: str) -> bytes:
    """Fields and one file as a form with this border between its parts."""
    line = f"--{border}\r\n".encode("ascii")
    parts = [
        line + f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    name = quote(file.name or "file", safe=" .-_()")
    head = (
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {one_line(file.content_type)}\r\n\r\n"
    )
    end = f"\r\n--{border}--\r\n".encode("ascii")
    return b"".join([*parts, line, head.encode(), file.body, end])


def one_line(content_type: str) -> str:
    """A content type that ends no header."""
    fit = "".join(mark for mark in content_type if " " <= mark < "\x7f")
    return fit or "application/octet-stream"


def _not_fetched(answer: Answer) -> ChannelError:
    # What people sent is kept for some days only; then its address leads nowhere.
    gone = answer.status in (404, 410)
    words = "The file is not there any more." if gone else "The file could not be fetched."
    return ChannelError(f"{words} {answer.host} answered {answer.status}.", permanent=gone)
