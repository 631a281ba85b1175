"""post_form(): one call to a server of tokens: TLS only, no redirects, ten seconds, little to read (S25)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from channels.calling import Reach, call
from channels.channel import ChannelError

MOST_BYTES = 256 * 1024
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "application/json",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the plain values of a JSON object, as texts."""

    host: str
    status: int
    values: Mapping[str, str]


def post_form(url: str, fields: Mapping[str, str], ca_file: str | None = None) -> Answer:
    """Post these fields and read the JSON object that comes back. Raises ChannelError; follows no redirect.

    A server of tokens may stand inside: whoever manages mailboxes names it, as they name the mail server.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ChannelError(f"“{url}” is no safe address: it must begin with https://.", True)
    said = call(
        url,
        method="POST",
        body=urlencode(fields).encode("ascii"),
        headers=_HEADERS,
        reach=Reach(anywhere=True, ca_file=ca_file),
        most_bytes=MOST_BYTES,
    )
    return Answer(said.host, said.status, _values(said.body))


def _values(body: bytes) -> dict[str, str]:
    try:
        said = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {
        name: str(value)
        for name, value in said.items()
        if isinstance(name, str) and isinstance(value, str | int) and not isinstance(value, bool)
    }
