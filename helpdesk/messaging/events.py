"""What happens to channel accounts, raw messages and deliveries; the journal keeps all of it."""

from __future__ import annotations

from dataclasses import dataclass

from channels.message import CallReport
from helpdesk.core.events import Event, TracedEvent

ACCOUNT = "channel_account"
RAW_MESSAGE = "raw_message"
TICKET = "ticket"
SIGNING_KEY = "signing_key"
SENDER = "blocked_sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(TracedEvent):
    """Something happened to a channel account; secrets are never in it."""

    subject_kind: str = ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreated(AccountEvent):
    """The desk is reached at one more place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(AccountEvent):
    """The settings, the group or the state of an account changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesOffered(AccountEvent):
    """Which of the service's approved texts agents may send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessageKept(Event):
    """The bytes of a contact are in the ledger and wait to be filed."""

    raw_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReported(Event):
    """A telephone system said what happened to a call; `raw_id` is where it stands as it came."""

    raw_id: int
    report: CallReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessageEvent(TracedEvent):
    """A person decided about a message that was set aside."""

    subject_kind: str = RAW_MESSAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessageRefiled(RawMessageEvent):
    """It is to be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessageRejected(RawMessageEvent):
    """It is not to become a ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed(TracedEvent):
    """A mail of this ticket could not be delivered, or nobody can tell whether it was."""

    subject_kind: str = TICKET
    delivery_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderBlocked(TracedEvent):
    """Mail from an address or a domain is turned away."""

    subject_kind: str = SENDER


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderUnblocked(TracedEvent):
    """Mail from there is taken in again."""

    subject_kind: str = SENDER


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged(TracedEvent):
    """The desk's rules for mail changed; they are one subject, with the id 1."""

    subject_kind: str = "mail_policy"
    subject_id: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySentAgain(TracedEvent):
    """A person had a mail of this ticket sent again or at once; `after` names it."""

    subject_kind: str = TICKET


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWithdrawn(TracedEvent):
    """A person took back a mail of this ticket that had not left; `after` names it."""

    subject_kind: str = TICKET


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyEvent(TracedEvent):
    """Something happened to a key that signs mail; its private half is never in it."""

    subject_kind: str = SIGNING_KEY
    cause: str = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyAdded(SigningKeyEvent):
    """A key was made or brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyChanged(SigningKeyEvent):
    """A key was switched on or off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyRemoved(SigningKeyEvent):
    """A key was forgotten."""
