"""SlackChannel: puts the parts of this folder together."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from channels.calling import Reach
from channels.channel import (
    ChannelError,
    Contact,
    Line,
    RawItem,
    Shown,
    ThreadStatus,
    WebhookReply,
    WebhookRequest,
)
from channels.forms import FormAnswer, FormFilled, FormWanted, ShownForm
from channels.message import InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingValue
from channels.slack import calls, completing, forms, parse, sending, settings, signing
from channels.slack.client import SlackClient
from channels.slack.line import SlackLine
from channels.slack.manifest import SCOPES

_MOST_PAGES = 20


class SlackChannel:
    """One workspace: people write in channels or to the app, and are answered in the thread."""

    kind: ClassVar[str] = "slack"
    contact: ClassVar[Contact] = Contact.HANDLE
    longest_text: ClassVar[int | None] = sending.LONGEST_TEXT
    answer_within: ClassVar[timedelta | None] = None
    settings_fields: ClassVar[tuple[SettingField, ...]] = settings.FIELDS

    def __init__(
        self, said: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        held = secrets or {}
        self._chosen = settings.chosen(said)
        self._bot_token = held.get(settings.BOT_TOKEN, "")
        self._app_token = held.get(settings.APP_TOKEN, "")
        self._signing_secret = held.get(settings.SIGNING_SECRET, "")
        inside = str(said.get("internal_hosts") or "")
        self._reach = Reach(hosts=frozenset(filter(None, inside.split(","))))

    def __repr__(self) -> str:
        return f"SlackChannel({sorted(self._chosen.channels)!r})"

    @property
    def language(self) -> str:
        return self._chosen.language

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Check a call, and say what of it to keep. Raises Forged."""
        signing.verify(request.headers, request.body, at=request.at, secret=self._signing_secret)
        said = calls.read_call(request.body, request.headers.get("content-type", ""))
        return calls.answer(said, self._chosen)

    def wants_line(self) -> bool:
        return self._chosen.by_line

    def hold_line(self, hear: Callable[[WebhookReply], WebhookReply]) -> Line:
        """Open a line by Socket Mode. Raises ChannelError."""
        if not self._app_token:
            raise ChannelError(
                "Socket Mode needs the app-level token. Make one with the right connections:write, and paste it.",
                permanent=True,
            )
        return SlackLine(self._app_token, self._client(), self._reach, self._chosen, hear)

    def complete(self, raw: RawItem) -> RawItem:
        return completing.complete(raw, self._client(), self._reach)

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return parse.read(raw.body, self._chosen)

    def send(self, message: OutboundMessage) -> Receipt:
        return sending.send(message, self._client(), self._reach)

    def show_status(self, status: ThreadStatus) -> Shown:
        return sending.show_status(status, self._client())

    def is_alone(self, thread_key: str) -> bool:
        return thread_key.startswith(("D", "U"))

    def show_form(self, wanted: FormWanted, form: ShownForm) -> None:
        forms.show_form(wanted, form, self._client())

    def change_form(self, filled: FormFilled, form: ShownForm) -> None:
        forms.change_form(filled, form, self._client())

    def answer_form(self, filled: FormFilled, answer: FormAnswer) -> bytes:
        return forms.answer_form(filled, answer)

    def test_connection(self) -> str:
        """Whether the tokens work and the app has its rights. Raises ChannelError."""
        if not self._chosen.by_line and not self._signing_secret:
            raise ChannelError(
                "The signing secret is missing: without it no call of Slack is believed.",
                permanent=True,
            )
        said = self._client().auth_test()
        granted = str(said.headers.get("x-oauth-scopes", ""))
        missing = [one for one in SCOPES if granted and one not in granted.split(",")]
        if missing:
            raise ChannelError(
                f"The token works, but the app lacks rights: {', '.join(missing)}. Take over the manifest again, "
                "and install the app anew.",
                permanent=True,
            )
        if self._chosen.by_line:
            self.hold_line(lambda reply: reply).close()
        return f"Connected to {said.get('team')} as {said.get('user')}."

    def known_channels(self) -> list[tuple[str, str, bool]]:
        """Id, name and whether the app is in it, of every channel it may see, by name. Raises ChannelError."""
        found: list[tuple[str, str, bool]] = []
        cursor: str | None = None
        for _page in range(_MOST_PAGES):
            said = self._client().conversations_list(
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor,
            )
            data: dict[str, Any] = said.data if isinstance(said.data, dict) else {}
            found += [
                (calls.text_at(one, "id"), calls.text_at(one, "name"), bool(one.get("is_member")))
                for one in calls.rows(data.get("channels"))
            ]
            cursor = calls.text_at(data, "response_metadata", "next_cursor")
            if not cursor:
                break
        return sorted(found, key=lambda one: one[1])

    def _client(self) -> SlackClient:
        if not self._bot_token:
            raise ChannelError(
                "There is no bot token yet. Install the app in Slack, and paste its token.",
                permanent=True,
            )
        return SlackClient(self._bot_token, url=self._chosen.url, reach=self._reach)
