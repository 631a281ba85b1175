"""The roles of a channel, small so that a channel promises only what it does."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar, Protocol, runtime_checkable

from channels.forms import FormAnswer, FormFilled, FormWanted, ShownForm
from channels.message import (
    File,
    InboundMessage,
    OutboundMessage,
    Receipt,
    RemoteFile,
    Template,
)
from channels.settings import SettingField, SettingValue

# Asked with remote ids, the ledger answers with those among them that are kept already.
Ledger = Callable[[Sequence[str]], Collection[str]]


def nothing_known(remote_ids: Sequence[str]) -> Collection[str]:
    """The ledger of a mailbox from which nothing was ever kept."""
    return ()


class ChannelError(Exception):
    """The other side refused (`permanent`) or was out of reach (`retry_after`, if it said).

    `uncertain` means that nobody can know whether the message was taken over:
    the line was cut after its last byte. The text is for a person: what
    happened, in the server's own words where it had any, and what to do.
    """

    def __init__(
        self,
        message: str,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain

    def __reduce__(self) -> tuple[type["ChannelError"], tuple[object, ...]]:
        # Without this an error could not come back whole from a child process.
        return type(self), (self.message, self.permanent, self.retry_after, self.uncertain)


@dataclass(frozen=True, slots=True)
class RawItem:
    """What lies at the other side, untouched: its id there, its bytes, when it arrived there.

    `headers_only` says that `body` holds no more than the head, since the whole is too large to be
    taken over and stays at the other side. `size` is the whole's size in bytes, as far as it is known.
    """

    remote_id: str
    body: bytes = field(repr=False)
    received_at: datetime | None = None
    headers_only: bool = False
    size: int = 0

    def __post_init__(self) -> None:
        if not self.headers_only:
            object.__setattr__(self, "size", len(self.body))


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A call from outside without any web framework in it; header names are in lower case.

    `at` is when it came, in UTC; `url` the whole address that was called, as the other side knows it.
    """

    method: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


class Forged(Exception):
    """A call that does not prove who made it: unsigned, altered, or too old. The text is for the log."""


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """What to keep, and what to answer once it is kept.

    `form` is a form that is to be shown meanwhile, `filled` one that is being filled in, or was sent: then `items` are kept
    only if it is taken. `ended` says, in words for the administrator, why this account can be used no more.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    items: tuple[RawItem, ...] = ()
    form: FormWanted | None = None
    filled: FormFilled | None = None
    ended: str = ""


class Channel(Protocol):
    """Reads raw items into messages and sends messages out."""

    kind: ClassVar[str]
    settings_fields: ClassVar[tuple[SettingField, ...]]

    def parse(self, raw: RawItem) -> list[InboundMessage]: ...

    def send(self, message: OutboundMessage) -> Receipt:
        """Hand one message over. Raises ChannelError."""
        ...


@runtime_checkable
class PollingChannel(Channel, Protocol):
    """Has to be asked for what is new."""

    def fetch(self, limit: int, known: Ledger = nothing_known) -> Iterator[RawItem]:
        """At most `limit` items that the ledger lacks, oldest first. Raises ChannelError."""
        ...

    def acknowledge(self, remote_id: str) -> None:
        """Tell the other side that this item is kept. Only ever called after a commit."""
        ...


@runtime_checkable
class BatchChannel(PollingChannel, Protocol):
    """Acknowledges several items in one conversation, where each would cost a connection."""

    def acknowledge_all(self, remote_ids: Sequence[str]) -> None:
        """As `acknowledge`, for all of these."""
        ...


@runtime_checkable
class WebhookChannel(Channel, Protocol):
    """Is called by the other side."""

    def receive(self, request: WebhookRequest) -> WebhookReply:
        """Check the signature, unwrap, say what to answer. Raises Forged, before anything of the body is read."""
        ...


class Contact(Enum):
    """What an address of a channel is: a telephone number, or a name that only this channel knows."""

    PHONE = "phone"
    HANDLE = "handle"


@runtime_checkable
class TalkingChannel(Channel, Protocol):
    """Carries a conversation and no letters: whoever writes in a thread is answered in it.

    `contact` says what its addresses are; `longest_text` is in characters, None without a limit; `answer_within` is how
    long after somebody's last message they may be written to freely, None for ever.
    """

    contact: ClassVar[Contact]
    longest_text: ClassVar[int | None]
    answer_within: ClassVar[timedelta | None]


@runtime_checkable
class MeasuringChannel(TalkingChannel, Protocol):
    """A talking channel whose accounts differ in how long somebody may be written to freely."""

    def window(self) -> timedelta | None:
        """What `answer_within` is for this account."""
        ...


@runtime_checkable
class FileChannel(TalkingChannel, Protocol):
    """Takes each file as a message of its own, and not every file; what it does not take goes as a link."""

    def takes_file(self, content_type: str, size: int) -> bool:
        """Whether a file of this type and so many bytes can be sent."""
        ...


@runtime_checkable
class FetchingChannel(Channel, Protocol):
    """Tells of files that have to be fetched."""

    def fetch_file(self, remote: RemoteFile, most_bytes: int) -> File:
        """The file, of at most so many bytes. Raises ChannelError."""
        ...


@runtime_checkable
class TemplateChannel(Channel, Protocol):
    """Sends texts that its service has approved, when nothing else may be sent."""

    def templates(self) -> list[Template]:
        """All that the service has, whatever became of them there. Raises ChannelError."""
        ...


@runtime_checkable
class CopiedChannel(Channel, Protocol):
    """Has values of its own that an administrator copies to the other side."""

    def to_copy(self) -> tuple[tuple[str, str], ...]:
        """A label, to be translated, and the value, for each."""
        ...


@runtime_checkable
class CompletingChannel(Channel, Protocol):
    """Is told only where the rest of a message lies: who wrote it, its files."""

    def complete(self, raw: RawItem) -> RawItem:
        """The item with all that reading it takes; may be called again for the same one.

        Raises ChannelError when it is worth another try later; what can never be had is left out.
        """
        ...


@dataclass(frozen=True, slots=True)
class ThreadStatus:
    """What people in a conversation are to see of its ticket; `shown_at` is where they see it already, "" for nowhere."""

    thread_key: str
    text: str
    shown_at: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a status is shown now, and the name that the conversation has from now on."""

    shown_at: str
    thread_key: str


@runtime_checkable
class ShowingChannel(TalkingChannel, Protocol):
    """Shows how a ticket stands in its conversation, and changes what it shows."""

    def show_status(self, status: ThreadStatus) -> Shown:
        """Show it, once or anew. Raises ChannelError."""
        ...


@runtime_checkable
class AnsweringChannel(TalkingChannel, Protocol):
    """Shows what may be pressed with a message, tells what was, and knows where nobody else reads along."""

    def is_alone(self, thread_key: str) -> bool:
        """Whether a conversation is between one person and the desk."""
        ...


@runtime_checkable
class AskingChannel(Channel, Protocol):
    """Can show a form to somebody who asks for one."""

    @property
    def language(self) -> str:
        """The language that is spoken there."""
        ...

    def show_form(self, wanted: FormWanted, form: ShownForm) -> None:
        """Show it to whoever asked. Raises ChannelError."""
        ...

    def change_form(self, filled: FormFilled, form: ShownForm) -> None:
        """Show it anew where somebody is filling it in; what they typed stays. Raises ChannelError."""
        ...

    def answer_form(self, filled: FormFilled, answer: FormAnswer) -> bytes:
        """What the service is told about a form that was sent to it, in JSON."""
        ...


class Line(Protocol):
    """A connection that stays open, by which the other side tells us what is new."""

    def is_open(self) -> bool: ...

    def close(self) -> None: ...


@runtime_checkable
class HoldingChannel(Channel, Protocol):
    """May be told what is new by a connection that we hold open, instead of calls to us."""

    def wants_line(self) -> bool: ...

    def hold_line(self, hear: Callable[[WebhookReply], WebhookReply]) -> Line:
        """Open the connection; `hear` keeps what comes, and what it returns is what the other side is told.

        Raises ChannelError.
        """
        ...


@runtime_checkable
class ConnectingChannel(Channel, Protocol):
    """Can try its settings before they are relied on."""

    def test_connection(self) -> str:
        """Plain words on what works. Raises ChannelError saying what to do next."""
        ...


class ChannelFactory(Protocol):
    """A channel's class: what `build()` calls with what the administrator filled in."""

    kind: str
    settings_fields: tuple[SettingField, ...]

    def __call__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str]
    ) -> Channel: ...
