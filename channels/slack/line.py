"""SlackLine: Socket Mode by slack-sdk's own client; an envelope is acknowledged once what it brought is kept."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from channels.calling import Reach, check_url
from channels.channel import ChannelError, WebhookReply
from channels.slack import calls
from channels.slack.client import SlackClient
from channels.slack.settings import Chosen

log = logging.getLogger(__name__)

_COMMAND = "slash_commands"
_THREADS = 4


class _Client(SocketModeClient):
    """Asks for an address by our own calls, and connects to none that leads inside."""

    def __init__(self, app_token: str, web: SlackClient, reach: Reach) -> None:
        self._reach = reach
        super().__init__(
            app_token=app_token,
            web_client=web,
            logger=log,
            # Whoever holds the line opens it anew, with pauses that grow; the library would ask every few seconds.
            auto_reconnect_enabled=False,
            concurrency=_THREADS,
        )

    def issue_new_wss_url(self) -> str:
        url = str(self.web_client.apps_connections_open(app_token=self.app_token)["url"])
        parts = urlsplit(url)
        open_text = parts.scheme == "ws" and urlsplit(self.web_client.base_url).scheme == "http"
        if parts.scheme != "wss" and not open_text:
            raise ChannelError("Slack names no address for a line.", permanent=True)
        check_url(url.replace("ws", "http", 1), self._reach)
        return url


class SlackLine:
    """One line to Slack. Raises ChannelError when it cannot be opened."""

    def __init__(
        self,
        app_token: str,
        client: SlackClient,
        reach: Reach,
        chosen: Chosen,
        hear: Callable[[WebhookReply], WebhookReply],
    ) -> None:
        self._chosen, self._hear = chosen, hear
        self._client = _Client(app_token, client, reach)
        # The library runs whatever is put here; its own types want one listener of a union.
        self._client.socket_mode_request_listeners.append(self._take)
        try:
            self._client.connect()
        except (ChannelError, OSError):
            self.close()
            raise
        if not self._client.is_connected():
            self.close()
            raise ChannelError("The line to Slack could not be opened.")

    def is_open(self) -> bool:
        return not self._client.closed and self._client.is_connected()

    def close(self) -> None:
        with suppress(SlackClientError, OSError):
            self._client.close()

    def _take(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """Keep what came, then say so; what could not be kept is not acknowledged, and comes again."""
        said = dict(request.payload)
        if request.type == _COMMAND:
            said = {**said, "type": "slash_command"}
        reply = self._hear(calls.answer(said, self._chosen))
        told = {"payload": json.loads(reply.body)} if reply.body else {}
        client.send_message(json.dumps({"envelope_id": request.envelope_id, **told}))
