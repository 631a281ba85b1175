"""EmailChannel: a mailbox to read, a server to send by, and the settings of both."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from channels.channel import ChannelError, Ledger, RawItem, nothing_known
from channels.email.compose import compose, wire_address
from channels.email.connection import SECURITY_CHOICES, Security, Server
from channels.email.idling import IdleLine, open_line
from channels.email.imap import Mailbox
from channels.email.oauth import FLOW_CHOICES, SIGN_IN_CHOICES
from channels.email.parse import parse
from channels.email.smtp import check_connection, send
from channels.folders import FolderSession
from channels.message import InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingKind, SettingValue, translatable

_IN_THE_CLEAR = translatable(
    "TLS is checked against the certificate. Choose none only for a server on this machine."
)
_CA_FILE = translatable(
    "Only if the servers' certificates come from an authority of your own: the path of its file."
)

_READING = (
    SettingField(
        name="imap_after",
        label=translatable("Mail that is kept"),
        kind=SettingKind.CHOICE,
        choices=(
            ("leave", translatable("Stays in the mailbox, marked as read")),
            ("move", translatable("Is moved to the folder below")),
            ("delete", translatable("Is deleted from the mailbox after the days below")),
        ),
        default="leave",
    ),
    SettingField(
        name="imap_moved_to", label=translatable("Folder for mail that is kept"), default=""
    ),
    SettingField(
        name="imap_delete_after_days",
        label=translatable("Days until kept mail is deleted"),
        kind=SettingKind.NUMBER,
        default=30,
        minimum=1,
        maximum=3650,
    ),
    SettingField(
        name="imap_whole_up_to_mb",
        label=translatable("Read mail whole up to (MB)"),
        kind=SettingKind.NUMBER,
        default=100,
        minimum=1,
        maximum=500,
        help=translatable("Of a larger one only the head is read; it stays in the mailbox."),
    ),
)
_BLANK_IS_PRESET = translatable("Leave empty for what Microsoft 365 and Google use.")
_TOKENS = (
    SettingField(
        name="oauth_flow",
        label=translatable("Permission"),
        kind=SettingKind.CHOICE,
        choices=FLOW_CHOICES,
        default="device",
        help=translatable("Google gives mailboxes to keys only: of a service account."),
    ),
    SettingField(
        name="oauth_tenant",
        label=translatable("Tenant"),
        help=translatable("Microsoft 365: the id or the domain of your organisation."),
    ),
    SettingField(name="oauth_client_id", label=translatable("Client id")),
    SettingField(
        name="oauth_client_secret", label=translatable("Client secret"), kind=SettingKind.SECRET
    ),
    SettingField(
        name="oauth_service_key",
        label=translatable("Key of the service account"),
        kind=SettingKind.SECRET,
        help=translatable("Google: the content of its JSON file."),
    ),
    SettingField(
        name="oauth_token_url", label=translatable("Address of tokens"), help=_BLANK_IS_PRESET
    ),
    SettingField(
        name="oauth_device_url", label=translatable("Address of codes"), help=_BLANK_IS_PRESET
    ),
    SettingField(name="oauth_scope", label=translatable("Scope"), help=_BLANK_IS_PRESET),
)

_CHECKING_SERVER = translatable(
    "The name with which your mail server begins its Authentication-Results. "
    "Leave empty to believe the topmost of them."
)


class EmailChannel:
    """E-mail for one address. Reading and sending may each be left out by leaving its host empty."""

    kind: ClassVar[str] = "email"
    settings_fields: ClassVar[tuple[SettingField, ...]] = (
        SettingField(name="address", label=translatable("E-mail address"), required=True),
        SettingField(
            name="display_name",
            label=translatable("Name shown to people"),
            help=translatable("Stands before the address in what the desk sends."),
        ),
        SettingField(
            name="imap_host",
            label=translatable("Mailbox server (IMAP)"),
            help=translatable("Leave empty if mail is handed to the desk by SMTP or LMTP."),
        ),
        SettingField(
            name="imap_port",
            label=translatable("Mailbox port"),
            kind=SettingKind.NUMBER,
            default=993,
            minimum=1,
            maximum=65535,
        ),
        SettingField(
            name="imap_security",
            label=translatable("Mailbox security"),
            kind=SettingKind.CHOICE,
            choices=SECURITY_CHOICES,
            default=Security.TLS.value,
            help=_IN_THE_CLEAR,
        ),
        SettingField(
            name="imap_folder",
            label=translatable("Folders"),
            default="INBOX",
            help=translatable("Several with commas between them, such as INBOX, Junk."),
        ),
        SettingField(
            name="imap_sign_in",
            label=translatable("Signs in by"),
            kind=SettingKind.CHOICE,
            choices=SIGN_IN_CHOICES,
            default="password",
            help=translatable("Microsoft 365 and Google take no passwords from programs."),
        ),
        SettingField(name="imap_user", label=translatable("Mailbox user")),
        SettingField(
            name="imap_password", label=translatable("Mailbox password"), kind=SettingKind.SECRET
        ),
        *_READING,
        *_TOKENS,
        SettingField(
            name="smtp_host",
            label=translatable("Sending server (SMTP)"),
            help=translatable("Leave empty to keep what the desk sends on its page “Sent mail”."),
        ),
        SettingField(
            name="smtp_port",
            label=translatable("Sending port"),
            kind=SettingKind.NUMBER,
            default=465,
            minimum=1,
            maximum=65535,
        ),
        SettingField(
            name="smtp_security",
            label=translatable("Sending security"),
            kind=SettingKind.CHOICE,
            choices=SECURITY_CHOICES,
            default=Security.TLS.value,
            help=_IN_THE_CLEAR,
        ),
        SettingField(
            name="smtp_sign_in",
            label=translatable("Signs in for sending by"),
            kind=SettingKind.CHOICE,
            choices=(
                ("password", translatable("User and password below")),
                ("same", translatable("The same token as the mailbox")),
            ),
            default="password",
        ),
        SettingField(name="smtp_user", label=translatable("Sending user")),
        SettingField(
            name="smtp_password", label=translatable("Sending password"), kind=SettingKind.SECRET
        ),
        SettingField(
            name="checking_server",
            label=translatable("Server whose checks are believed"),
            help=_CHECKING_SERVER,
        ),
        SettingField(name="ca_file", label=translatable("CA file"), help=_CA_FILE),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        self.address = str(settings.get("address") or "")
        self._checking_server = str(settings.get("checking_server") or "")
        self.folders = folder_names(str(settings.get("imap_folder") or ""))
        self.read_whole_up_to = int(settings.get("imap_whole_up_to_mb") or 100) * 1_000_000
        self._smtp = _server("smtp", settings, secrets or {}, default_port=465)
        self._imap = _server("imap", settings, secrets or {}, default_port=993)
        self._reads_by_token = str(settings.get("imap_sign_in") or "password") != "password"
        self._sends_by_token = (
            self._reads_by_token and str(settings.get("smtp_sign_in") or "") == "same"
        )
        self._tokens: Callable[[], str] | None = None
        self._known_mailbox: Mailbox | None = None

    def use_tokens(self, source: Callable[[], str]) -> None:
        """Where an access token is to be had, at the moment when one is needed."""
        self._tokens = source

    def __repr__(self) -> str:
        return f"EmailChannel({self.address!r})"

    @property
    def can_fetch(self) -> bool:
        return self._imap is not None

    @property
    def can_send(self) -> bool:
        return self._smtp is not None

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [parse(raw.body, self._checking_server)]

    def fetch(self, limit: int, known: Ledger = nothing_known) -> Iterator[RawItem]:
        if self._imap is None:
            return iter(())
        return self._mailbox().fetch_due(known, limit)

    def acknowledge(self, remote_id: str) -> None:
        self.acknowledge_all([remote_id])

    def acknowledge_all(self, remote_ids: Sequence[str]) -> None:
        if self._imap is not None:
            self._mailbox().mark_kept(remote_ids)

    def reading(self) -> AbstractContextManager[FolderSession]:
        """One conversation with the mailbox. Raises ChannelError."""
        return self._mailbox().reading()

    def waiting(self) -> IdleLine:
        """A line that tells of new mail in the first folder. Raises NoIdle, ChannelError."""
        return open_line(self._mailbox().server, self.folders[0])

    def keep_copy(self, folder: str, body: bytes, external_id: str, at: datetime) -> None:
        """Lay a copy of a sent mail into a folder of the mailbox, once. Raises ChannelError."""
        with self._mailbox().reading() as session:
            session.keep_copy(folder, body, external_id, at)

    def send(self, message: OutboundMessage) -> Receipt:
        if self._smtp is None:
            raise ChannelError(f"No mail server is set for sending from {self.address}.")
        body = bytes(compose(message))
        envelope_from = message.envelope_from
        if envelope_from is None:
            envelope_from = message.from_.address
        return send(
            body,
            envelope_from=wire_address(envelope_from) if envelope_from else "",
            recipients=[wire_address(each) for each in envelope_recipients(message)],
            server=self.sending_server(),
            external_id=message.external_id,
        )

    def test_connection(self) -> str:
        """Try both servers. Raises ChannelError saying which one failed, why, and what to do."""
        said: list[str] = []
        if self._imap is not None:
            said.append(self._mailbox().test_connection())
        if self._smtp is not None:
            said.append(check_connection(self.sending_server()))
        return " ".join(said) or "No server is set, so there is nothing to connect to."

    def _mailbox(self) -> Mailbox:
        if self._imap is None:
            raise ChannelError(f"No mailbox server is set for {self.address}.")
        token = self._token() if self._reads_by_token else ""
        server = replace(self._imap, access_token=token, user=self._imap.user or self.address)
        if not token:
            server = replace(server, user=self._imap.user)
        if self._known_mailbox is None:
            first, *others = self.folders
            self._known_mailbox = Mailbox(server, first, tuple(others), self.read_whole_up_to)
        self._known_mailbox.server = server
        return self._known_mailbox

    def sending_server(self) -> Server:
        """The server that takes this address's mail, with a token that is good now. Raises ChannelError."""
        if self._smtp is None:
            raise ChannelError(f"No mail server is set for sending from {self.address}.")
        if not self._sends_by_token:
            return self._smtp
        return replace(self._smtp, access_token=self._token(), user=self._smtp.user or self.address)

    def _token(self) -> str:
        if self._tokens is None:
            raise ChannelError("Save the mailbox and connect it; then it can be tried.")
        return self._tokens()


def folder_names(text: str) -> tuple[str, ...]:
    """The folders that a setting names, with commas between them; a name with a comma stands in quotes."""
    row = next(iter(csv.reader([text], skipinitialspace=True)), [])
    return tuple(dict.fromkeys(name.strip() for name in row if name.strip())) or ("INBOX",)


def envelope_recipients(message: OutboundMessage) -> tuple[str, ...]:
    """Who gets this copy: as the message says, else everybody whom it is addressed to."""
    if message.envelope_to:
        return message.envelope_to
    everybody = (*message.to, *message.cc)
    return tuple({person.key: person.address for person in everybody}.values())


def _server(
    prefix: str, settings: Mapping[str, SettingValue], secrets: Mapping[str, str], default_port: int
) -> Server | None:
    host = str(settings.get(f"{prefix}_host") or "")
    if not host:
        return None
    try:
        security = Security(str(settings.get(f"{prefix}_security") or Security.TLS.value))
    except ValueError:
        raise ChannelError(
            f"“{settings.get(f'{prefix}_security')}” is no kind of security: choose tls, "
            "starttls or none.",
            permanent=True,
        ) from None
    return Server(
        host=host,
        port=int(settings.get(f"{prefix}_port") or default_port),
        security=security,
        user=str(settings.get(f"{prefix}_user") or ""),
        password=secrets.get(f"{prefix}_password", ""),
        ca_file=str(settings.get("ca_file") or "") or None,
    )
