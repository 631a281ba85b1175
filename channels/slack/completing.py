"""complete(): what Slack only names is asked for: who wrote, whom they mention, the message that was marked, its files."""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.calling import Reach, call
from channels.channel import ChannelError, RawItem
from channels.slack import markup
from channels.slack.calls import COMPLETED, part, rows, states_in, text_at
from channels.slack.client import Refused, SlackClient, TokenEnded

MOST_FILES = 20
LARGEST_FILE = 20 * 1024 * 1024
_MOST_NAMES = 20
_KNOWN_SECONDS = 300.0
_MOST_KNOWN = 5_000
# Where Slack keeps files; our token is shown to nobody else.
_SLACK_HOSTS = ("slack.com", "slack-edge.com", "slack-files.com", "slack-gov.com")


class Profiles:
    """Who people are, asked at most once in a while."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._known: dict[tuple[str, str, str], tuple[float, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def of(self, client: SlackClient, user_id: str) -> dict[str, Any]:
        """What Slack says of a user, {} when it says nothing. Raises ChannelError when it is worth asking later."""
        key = (client.base_url, client.token or "", user_id)
        with self._lock:
            found = self._known.get(key)
            if found is not None and self._steady() - found[0] < _KNOWN_SECONDS:
                return found[1]
        user = _asked(lambda: part(_data(client.users_info(user=user_id)), "user"))
        with self._lock:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = (self._steady(), user)
        return user

    def forget(self) -> None:
        """Ask anew for everybody."""
        with self._lock:
            self._known.clear()


PROFILES = Profiles()


def complete(raw: RawItem, client: SlackClient, reach: Reach) -> RawItem:
    """The item with the people, the message and the files that it names. Raises ChannelError."""
    said = json.loads(raw.body)
    message = _message_of(said, client)
    users = {each: PROFILES.of(client, each) for each in _people_in(said, message)}
    named = [*rows(message.get("files")), *_files_in_form(said)]
    found = [_file(one, client, reach) for one in named[:MOST_FILES]]
    whole = {"type": COMPLETED, "said": said, "message": message, "users": users, "files": found}
    return RawItem(raw.remote_id, json.dumps(whole).encode(), raw.received_at)


def _files_in_form(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that somebody added to a form."""
    states = states_in(part(said, "view")) if text_at(said, "type") == "view_submission" else []
    return [file for _name, state in states for file in rows(state.get("files"))]


def _message_of(said: Mapping[str, Any], client: SlackClient) -> dict[str, Any]:
    event = part(said, "event")
    if text_at(event, "type") == "reaction_added":
        item = part(event, "item")
        return _found(client, text_at(item, "channel"), text_at(item, "ts"))
    if text_at(said, "type") == "message_action":
        return part(said, "message")
    changed = part(event, "message")
    return changed if changed else event


def _found(client: SlackClient, channel: str, ts: str) -> dict[str, Any]:
    """A message by its place; a thread is looked into when it is none of the channel's own. {} when it is gone."""
    only: dict[str, Any] = {
        "channel": channel,
        "latest": ts,
        "oldest": ts,
        "inclusive": True,
        "limit": 1,
    }
    for ask in (
        lambda: client.conversations_history(**only),
        lambda: client.conversations_replies(ts=ts, **only),
    ):
        said = _asked(lambda ask=ask: _data(ask()))  # type: ignore[misc]
        for one in rows(said.get("messages")):
            if text_at(one, "ts") == ts:
                return one
    return {}


def _people_in(said: Mapping[str, Any], message: Mapping[str, Any]) -> list[str]:
    writers = [
        text_at(message, "user"),
        text_at(said, "user", "id"),
        text_at(said, "event", "user"),
    ]
    named = markup.mentioned(text_at(message, "text"))
    return [one for one in dict.fromkeys([*writers, *named]) if one][:_MOST_NAMES]


def _file(named: Mapping[str, Any], client: SlackClient, reach: Reach) -> dict[str, Any]:
    """A file with its bytes, or why there are none."""
    shown = {
        "name": text_at(named, "name") or text_at(named, "title") or "file",
        "type": text_at(named, "mimetype") or "application/octet-stream",
    }
    url = text_at(named, "url_private_download") or text_at(named, "url_private")
    size = named.get("size")
    if isinstance(size, int) and size > LARGEST_FILE:
        return {**shown, "problem": f"larger than {LARGEST_FILE // 1024**2} MB"}
    if not url or not _is_slacks(url, client.base_url):
        return {**shown, "problem": "it does not lie at Slack"}
    headers = {"Authorization": f"Bearer {client.token}"}
    said = call(url, headers=headers, reach=reach, most_bytes=LARGEST_FILE)
    if said.status in (429, 500, 502, 503, 504):
        raise ChannelError(f"Slack does not hand out a file now ({said.status}).")
    page = said.headers.get("content-type", "").startswith("text/html")
    # Whoever may not have a file is shown the page to sign in.
    if not said.is_good or (page and not shown["type"].startswith("text/")):
        return {**shown, "problem": f"Slack did not hand it out ({said.status})"}
    return {**shown, "content": base64.b64encode(said.body).decode("ascii")}


def _is_slacks(url: str, base_url: str) -> bool:
    try:
        where, ours = urlsplit(url), urlsplit(base_url)
        host = where.hostname or ""
    except ValueError:
        return False
    if (where.scheme, where.netloc) == (ours.scheme, ours.netloc):
        return True
    return where.scheme == "https" and any(
        host == one or host.endswith(f".{one}") for one in _SLACK_HOSTS
    )


def _asked(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What Slack answers; {} where it says that it never will, or that the app may not ask."""
    try:
        return ask()
    except TokenEnded:
        raise
    except Refused as refused:
        if refused.permanent or refused.code == "missing_scope":
            return {}
        raise


def _data(response: Any) -> dict[str, Any]:
    data = response.data
    return data if isinstance(data, dict) else {}
