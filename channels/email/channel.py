"""EmailChannel: a mailbox to read, a server to send by, and the settings of both."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from channels.channel import ChannelError, Ledger, RawItem, nothing_known
from channels.email.compose import compose, wire_address
from channels.email.connection import SECURITY_CHOICES, Security, Server
from channels.email.imap import Mailbox
from channels.email.parse import parse
from channels.email.smtp import check_connection, send
from channels.message import InboundMessage, OutboundMessage, Receipt
from channels.settings import SettingField, SettingKind, SettingValue, translatable

_IN_THE_CLEAR = translatable(
    "TLS is checked against the certificate. Choose none only for a server on this machine."
)
_CA_FILE = translatable(
    "Only if the servers' certificates come from an authority of your own: the path of its file."
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
        SettingField(name="imap_folder", label=translatable("Folder"), default="INBOX"),
        SettingField(name="imap_user", label=translatable("Mailbox user")),
        SettingField(
            name="imap_password", label=translatable("Mailbox password"), kind=SettingKind.SECRET
        ),
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
        SettingField(name="smtp_user", label=translatable("Sending user")),
        SettingField(
            name="smtp_password", label=translatable("Sending password"), kind=SettingKind.SECRET
        ),
        SettingField(name="ca_file", label=translatable("CA file"), help=_CA_FILE),
    )

    def __init__(
        self, settings: Mapping[str, SettingValue], secrets: Mapping[str, str] | None = None
    ) -> None:
        self.address = str(settings.get("address") or "")
        self._mailbox: Mailbox | None = None
        self._smtp = _server("smtp", settings, secrets or {}, default_port=465)
        imap = _server("imap", settings, secrets or {}, default_port=993)
        if imap is not None:
            self._mailbox = Mailbox(imap, str(settings.get("imap_folder") or "INBOX"))

    def __repr__(self) -> str:
        return f"EmailChannel({self.address!r})"

    @property
    def can_fetch(self) -> bool:
        return self._mailbox is not None

    @property
    def can_send(self) -> bool:
        return self._smtp is not None

    def parse(self, raw: RawItem) -> list[InboundMessage]:
        return [parse(raw.body)]

    def fetch(self, limit: int, known: Ledger = nothing_known) -> Iterator[RawItem]:
        if self._mailbox is None:
            return iter(())
        return self._mailbox.fetch_due(known, limit)

    def acknowledge(self, remote_id: str) -> None:
        self.acknowledge_all([remote_id])

    def acknowledge_all(self, remote_ids: Sequence[str]) -> None:
        if self._mailbox is not None:
            self._mailbox.mark_kept(remote_ids)

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
            server=self._smtp,
            external_id=message.external_id,
        )

    def test_connection(self) -> str:
        """Try both servers. Raises ChannelError saying which one failed, why, and what to do."""
        said: list[str] = []
        if self._mailbox is not None:
            said.append(self._mailbox.test_connection())
        if self._smtp is not None:
            said.append(check_connection(self._smtp))
        return " ".join(said) or "No server is set, so there is nothing to connect to."


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
