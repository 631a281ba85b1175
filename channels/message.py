"""The values at the border: what every channel reads into and writes out of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from channels.alteration import Alteration
from channels.choices import Choice
from channels.forms import FormFilled


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody can be reached; for e-mail `local@domain`, else the channel's own handle.

    The domain is kept in lower case, the local part as it was written, because
    only the receiving server knows what it means (RFC 5321, 2.4). Compare
    people by `key`. An empty address means that none could be read.
    """

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        local, at, domain = self.address.strip().rpartition("@")
        object.__setattr__(self, "address", f"{local}{at}{domain.lower() if at else domain}")
        object.__setattr__(self, "name", " ".join(self.name.split()))

    @property
    def key(self) -> str:
        """The form by which two spellings of one address are recognised as one."""
        return self.address.casefold()

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message; `content_id` is what `cid:` links in its HTML name."""

    name: str
    content_type: str
    body: bytes = field(repr=False)
    content_id: str | None = None
    inline: bool = False
    disposition: str = ""  # what the sender called it: "attachment", "inline" or nothing

    @property
    def size(self) -> int:
        return len(self.body)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a message that the other side keeps: it has to be fetched by `reference`, which only the channel understands.

    `content_type` is a claim. `name` is "" where the other side gives none.
    """

    reference: str
    content_type: str = ""
    name: str = ""


class Automation(Enum):
    """Why we believe that no person wrote this message just now."""

    AUTO_REPLY = "auto_reply"  # an answering machine: "we received your message"
    OUT_OF_OFFICE = "out_of_office"
    AUTO_GENERATED = "auto_generated"  # a program's own notice, an answer to nothing
    BOUNCE = "bounce"  # a report that a delivery failed, for good or for now
    DELAY = "delay"  # a report that a delivery is still being tried
    RECEIPT = "receipt"  # delivered or read: nothing failed
    FEEDBACK = "feedback"  # a complaint or policy report (RFC 5965)
    MAILING_LIST = "mailing_list"
    BULK = "bulk"
    MARK = "mark"  # a person's sign on an earlier message: a reaction, or that it was taken back


class Stage(Enum):
    """How far a message of ours came, as the other side reports."""

    TAKEN = "taken"
    ARRIVED = "arrived"
    READ = "read"


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One recipient of a delivery report.

    `status` is the enhanced code (RFC 3463, "5.1.1") and `reply_code` the SMTP
    one, where the report says them. `permanent` is None when it says neither.
    `address_is_dead` says that nobody can be reached there, now or later: the
    person, host or mailbox does not exist, as opposed to a message refused.
    """

    address: str
    status: str | None = None
    reply_code: str | None = None
    action: str | None = None
    permanent: bool | None = None
    reason: str = ""
    address_is_dead: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What the other side says became of a message that we sent (RFC 3464, a plain bounce, a service's report).

    `stage` says how far it came, where nothing failed and the other side tells.
    """

    failures: tuple[FailedRecipient, ...]
    original_message_id: str | None = None
    original_subject: str | None = None
    feedback_type: str | None = None
    stage: Stage | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(failed.address for failed in self.failures if failed.address))

    @property
    def permanent(self) -> bool:
        """Whether any recipient failed for good."""
        return any(failed.permanent for failed in self.failures)

    @property
    def dead_addresses(self) -> tuple[str, ...]:
        return tuple(failed.address for failed in self.failures if failed.address_is_dead)

    @property
    def status(self) -> str | None:
        return next((failed.status for failed in self.failures if failed.status), None)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The message inside a forwarded one; `comment` is what the forwarder wrote above it.

    `date` is the original's as it was written, `sent_at` the moment it means, in UTC,
    where that can be told. `attached` says that the original came whole, as a file.
    All of it is the forwarder's claim: an agent may take it up, nothing is decided by it.
    """

    sender: Address
    recipients: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    comment: str = ""
    date: str = ""
    sent_at: datetime | None = None
    message_id: str = ""
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """An appointment that came with a message (RFC 5545, 5546), as its sender wrote it.

    `starts` and `ends` are the clock at the place of the appointment, in ISO
    8601 without an offset, and only the date for whole days; `zone` is the
    name that the sender gives that clock, "UTC", or "" where none is named.
    `starts_at` is the same moment in UTC, where the zone is one we know.
    `method` is in capitals: REQUEST, CANCEL, REPLY, COUNTER, PUBLISH.
    """

    method: str
    summary: str = ""
    starts: str = ""
    ends: str = ""
    zone: str = ""
    starts_at: datetime | None = None
    whole_day: bool = False
    place: str = ""
    organiser: Address | None = None
    invited: tuple[Address, ...] = ()
    answer: str = ""  # in a REPLY: ACCEPTED, DECLINED, TENTATIVE
    repeats: str = ""  # the rule, as it was written (RFC 5545, 3.3.10)
    uid: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Protection:
    """How the sender closed a message: `scheme` is "S/MIME" or "PGP".

    Nothing here was verified: `signed` says that there is a signature.
    `encrypted` says that the desk cannot read what is inside.
    """

    scheme: str
    signed: bool = False
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the server that received a message for us says of it; None where it says nothing.

    `spf`, `dkim` and `dmarc` are results of RFC 8601 ("pass", "fail", "none"
    and so on) said by `server`. A sender can write such fields too, so only
    the topmost one counts, and an account may name the server to believe.
    """

    spam: bool | None = None
    spam_score: float | None = None
    spf: str | None = None
    dkim: str | None = None
    dmarc: str | None = None
    server: str = ""

    @property
    def dmarc_failed(self) -> bool:
        return self.dmarc == "fail"


@dataclass(frozen=True, slots=True)
class ExternalTicket:
    """The other desk's own number, in a notice that another desk's program wrote."""

    system: str
    id: str


class CallStep(Enum):
    """What a telephone system says happened to a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    MISSED = "missed"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """One step of a telephone call, as the telephone system tells it; the steps may come in any order.

    `call` is the system's own name of the call, `number` the other side's as it was shown, "" where it was withheld.
    `extension` is whose telephone rang or was answered. `at` is when it happened, in UTC; `seconds` is how long was
    spoken. `recording_url` begins with https://.
    """

    call: str
    step: CallStep
    number: str = ""
    extension: str = ""
    outward: bool = False
    at: datetime | None = None
    seconds: int | None = None
    recording_url: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message as the desk reads it, whatever channel it came by.

    `external_id` is the provider's own id (for e-mail, the Message-ID without angle brackets) and is what makes a second
    delivery harmless. `sent_at` is the sender's claim, in UTC; no deadline is ever computed from it.
    `text` is all that can be read; `visible_text` is what is new in it, with quotation and signature set apart, and equals
    `text` when in doubt. `sender_problem` says why the sender cannot be trusted to be one person.
    `stand_in` says what a message without any words is, so that none is shown empty. `call` is set where this is no
    message, but news of a telephone call.
    `alters` is set where it only says what became of an earlier message. `joins_only` says that it counts where its
    conversation has a ticket and nowhere else; `thread_key_else` names the conversation it belongs to when the desk does
    not know `thread_key`. `vouched_email` is an e-mail address of the sender for which somebody answers whom the
    administrator trusts, "" for none; what a stranger's profile says is no such address. `pressed` names what somebody
    chose of what was offered with a message of ours; `form` is the form of ours that they sent.
    """

    external_id: str
    sender: Address
    recipients: tuple[Address, ...]
    subject: str
    text: str
    html: str | None = None
    sent_at: datetime | None = None
    in_reply_to: tuple[str, ...] = ()  # external ids this answers, nearest first
    thread_key: str | None = None  # Slack thread, chat id; None for e-mail
    files: tuple[File, ...] = ()
    automation: Automation | None = None  # None: a person wrote it
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()  # envelope recipients as the receiving server noted them
    references: tuple[str, ...] = ()  # the thread so far, oldest first
    sender_problem: str | None = None
    answer_unwanted: bool = False  # the sender asks for no automatic answer
    loop_marks: tuple[str, ...] = ()  # marks that a desk left on it: see OutboundMessage.loop_mark
    report: DeliveryReport | None = None
    visible_text: str = ""
    quoted_text: str = ""
    signature: str = ""
    forwarded: Forwarded | None = None
    defects: tuple[str, ...] = ()  # what was broken in it, in plain words
    unreadable: str | None = None  # why only a part could be read; then a person must look
    written_by: Address | None = None  # the writer, where a list put its own address into From
    invitation: Invitation | None = None
    protection: Protection | None = None
    verdicts: Verdicts = Verdicts()
    external_ticket: ExternalTicket | None = None
    stand_in: str = ""
    remote_files: tuple[RemoteFile, ...] = ()
    call: CallReport | None = None
    alters: Alteration | None = None
    joins_only: bool = False
    thread_key_else: str | None = None
    vouched_email: str = ""
    pressed: str = ""
    form: FormFilled | None = None

    @property
    def author(self) -> Address:
        """Who the message is from; a claim of its headers like the sender."""
        return self.written_by or self.sender


@dataclass(frozen=True, slots=True)
class Template:
    """A text that a service has approved, to be sent when nothing else may be.

    `blanks` are the names of what has to be filled in, in the order of `text`, where each stands as `{{name}}`;
    `unfit` says why it cannot be sent from here, "" if it can.
    """

    name: str
    language: str
    text: str
    blanks: tuple[str, ...] = ()
    category: str = ""
    state: str = ""
    unfit: str = ""

    def filled(self, values: Mapping[str, str]) -> str:
        """What the person reads."""
        text = self.text
        for blank in self.blanks:
            text = text.replace("{{" + blank + "}}", values.get(blank, ""))
        return text


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A template and what stands in its blanks; a blank named by a number is filled by place."""

    name: str
    language: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """A message as the desk writes it; the channel gives it its form.

    `external_id` is ours and the same at every try. `sent_at` is the date it
    carries. `envelope_from` is the return path: None means the sender's
    address, "" the empty path that automatic mail carries so that nothing
    answers it (RFC 3834, section 3.3). `envelope_to` narrows who gets this
    copy; empty means everybody in `to` and `cc`. `tried_at` is when this try is
    made, for signatures that lapse. `heard_at` is when the person last wrote in
    this conversation; `template` stands in for the words where only those may be sent. `choices` are offered
    with the words by an AnsweringChannel.
    """

    from_: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    external_id: str
    sent_at: datetime
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    html: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    thread_key: str | None = None
    files: tuple[File, ...] = ()
    auto_submitted: str | None = None  # None, "auto-generated" or "auto-replied"
    loop_mark: str | None = None
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    tried_at: datetime | None = None
    heard_at: datetime | None = None
    template: FilledTemplate | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said when it took a message over; who was refused, and in what words."""

    external_id: str
    server_words: str = ""
    accepted: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
