"""SlackClient: slack-sdk's client, whose calls go out as all of ours do, and whose refusals are said in plain words."""

import hashlib
import json as json_lines
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from channels.calling import Answer, Reach, call
from channels.channel import ChannelError
from channels.email.connection import SignInRefused

ADDRESS = "https://slack.com/api/"
# Slack answers short JSON; a page of a long thread is the longest that we ask for.
_MOST_BYTES = 4 * 1024 * 1024
_LONGEST_PAUSE_SECONDS = 3600.0
# A token that will never work again; anything else may be mended without a new one.
_ENDED = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)
_FOR_NOW = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "missing_scope",
    }
)


class Refused(ChannelError):
    """Slack said no; `code` is its own word for why."""

    def __init__(
        self, code: str, message: str, permanent: bool, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, permanent, retry_after)
        self.code = code

    def __reduce__(self) -> tuple[type["Refused"], tuple[object, ...]]:
        return type(self), (self.code, self.message, self.permanent, self.retry_after)


class TokenEnded(SignInRefused):
    """Slack does not take our token any more; somebody has to install the app again."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Slack does not accept the desk's token any more ({code}). Install the app in Slack again, "
            "and paste the new token here."
        )
        self.code = code

    def __reduce__(self) -> tuple[type["TokenEnded"], tuple[object, ...]]:
        return type(self), (self.code,)


class Pauses:
    """How long Slack asked us not to call a method with a token; whoever calls too early is refused by ourselves."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._until: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def require(self, token: str, method: str) -> None:
        """Raise Refused while Slack wants to be left alone."""
        with self._lock:
            left = self._until.get((_digest(token), method), 0.0) - self._steady()
        if left > 0:
            raise _limited(method, left)

    def note(self, token: str, method: str, seconds: float) -> None:
        with self._lock:
            now = self._steady()
            self._until = {key: until for key, until in self._until.items() if until > now}
            self._until[(_digest(token), method)] = now + seconds

    def forget(self) -> None:
        """As if nobody had ever been asked to wait."""
        with self._lock:
            self._until.clear()


# One for the whole process, so that every thread that uses a token obeys what one of them was told.
PAUSES = Pauses()


class SlackClient(WebClient):
    """Calls methods of Slack's Web API. Raises ChannelError, TokenEnded for a token that has ended."""

    def __init__(
        self,
        token: str,
        *,
        url: str = ADDRESS,
        reach: Reach | None = None,
        pauses: Pauses = PAUSES,
    ) -> None:
        super().__init__(token=token, base_url=url or ADDRESS, retry_handlers=[])
        self._reach, self._pauses = reach, pauses

    def __repr__(self) -> str:
        return f"SlackClient({self.base_url!r})"

    def api_call(
        self,
        api_method: str,
        *,
        http_verb: str = "POST",
        files: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        json: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        auth: dict[str, Any] | None = None,
    ) -> SlackResponse:
        """One call, made by `channels.calling`: to the address that was checked and to no other."""
        said = {
            name: value
            for name, value in {**(params or {}), **(data or {}), **(json or {})}.items()
            if value is not None
        }
        token = str(said.pop("token", None) or self.token or "")
        self._pauses.require(token, api_method)
        body, kind = _body(said, as_json=json is not None)
        answer = call(
            urljoin(self.base_url, api_method),
            method="POST",
            body=body,
            headers={"Authorization": f"Bearer {token}", "Content-Type": kind},
            reach=self._reach,
            most_bytes=_MOST_BYTES,
        )
        return self._checked(api_method, token, answer)

    def _checked(self, method: str, token: str, answer: Answer) -> SlackResponse:
        if answer.status == 429:
            seconds = _seconds(answer.headers)
            self._pauses.note(token, method, seconds)
            raise _limited(method, seconds)
        said = _object(answer.body)
        if answer.status != 200 or said is None:
            raise ChannelError(f"Slack answered {answer.status} to {method}.")
        if said.get("ok") is not True:
            raise _refusal(method, said, answer.headers)
        return SlackResponse(
            client=self,
            http_verb="POST",
            api_url=urljoin(self.base_url, method),
            req_args={},
            data=said,
            headers=dict(answer.headers),
            status_code=answer.status,
        )


def _body(said: Mapping[str, Any], *, as_json: bool) -> tuple[bytes, str]:
    if as_json:
        return json_lines.dumps(said).encode(), "application/json; charset=utf-8"
    fit = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in said.items()
    }
    return urlencode(fit).encode("ascii"), "application/x-www-form-urlencoded"


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json_lines.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _refusal(method: str, said: Mapping[str, Any], headers: Mapping[str, str]) -> ChannelError:
    code = str(said.get("error") or "unknown_error")[:100]
    if code in _ENDED:
        return TokenEnded(code)
    words = f"Slack refused {method}: {code}."
    if code == "missing_scope":
        needed = str(said.get("needed") or "")[:200]
        words = (
            f"The Slack app lacks a right that {method} needs: {needed}. Take over the manifest again, and install "
            "the app anew."
        )
    elif code in ("not_in_channel", "channel_not_found"):
        words = (
            f"The desk's app is not in this Slack channel ({code}). Invite it there with /invite."
        )
    pause = timedelta(seconds=_seconds(headers)) if "retry-after" in headers else None
    return Refused(code, words, permanent=code not in _FOR_NOW, retry_after=pause)


def _limited(method: str, seconds: float) -> Refused:
    return Refused(
        "ratelimited",
        f"Slack asks for a pause of {seconds:.0f} s before {method} is called again.",
        permanent=False,
        retry_after=timedelta(seconds=seconds),
    )


def _seconds(headers: Mapping[str, str]) -> float:
    said = headers.get("retry-after", "")
    asked = float(said) if said.isascii() and said.isdigit() and len(said) < 8 else 30.0
    return min(max(asked, 1.0), _LONGEST_PAUSE_SECONDS)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
