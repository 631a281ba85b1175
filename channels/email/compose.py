"""compose(): an OutboundMessage as an e-mail, with threading and loop-breaking headers."""

import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime

from channels.channel import ChannelError
from channels.email.idn import ascii_domain
from channels.message import Address, File, OutboundMessage

LOOP_HEADER = "X-Desk-Loop"
AUTO_SUBMITTED = (None, "auto-generated", "auto-replied")

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_MESSAGE_ID = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
# The local part may have letters beyond ASCII (RFC 6531); the server that takes them says so itself.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\uffef\U00010000-\U000e00ff-]+@[A-Za-z0-9.\[\]:_-]+"
)
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_REFERENCES_KEPT = 20


class _Prefolded(EmailPolicy):
    """The modern policy, but ids and addresses are folded between, never inside, each other.

    The library would put an id longer than a line into an encoded word, where
    no mail program looks for it, and drops the quotes of some long names.
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _PREFOLDED:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _PREFOLDED:
            # Only an address for SMTPUTF8 (RFC 6532) is more than ASCII here.
            return self.fold(name, value).encode("utf-8")
        return super().fold_binary(name, value)

    def header_store_parse(self, name: str, value: object) -> tuple[str, str]:
        if name.lower() in _PREFOLDED:
            return name, str(value)
        return super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: str) -> str:
        if name.lower() in _PREFOLDED:
            return value.replace("\r\n", "")
        return str(super().header_fetch_parse(name, value))


_PREFOLDED = frozenset({"from", "to", "cc", "reply-to", "message-id", "in-reply-to", "references"})
_POLICY = _Prefolded(linesep=SMTP.linesep, cte_type="7bit", raise_on_defect=True)


def compose(message: OutboundMessage) -> EmailMessage:
    """The message as it goes on the wire: `bytes(compose(…))` has CRLF line ends.

    Raises ChannelError (permanent) for a line break or a control character in
    any header field, and for an address that is none.
    """
    mail = EmailMessage(policy=_POLICY)
    _write_people(mail, message)
    mail["Subject"] = _header_text(message.subject, "subject")
    mail["Date"] = format_datetime(message.sent_at)
    _write_thread(mail, message)
    _write_automation(mail, message)
    _write_body(mail, message)
    for file in message.files:
        if not _is_inline(file, message):
            _attach(mail, file)
    return mail


def _write_people(mail: EmailMessage, message: OutboundMessage) -> None:
    if not message.to and not message.cc:
        raise _refused("a message needs a recipient")
    mail["From"] = _mailboxes((message.from_,))
    for name, people in (("To", message.to), ("Cc", message.cc)):
        if people:
            mail[name] = _mailboxes(people)
    if message.reply_to:
        mail["Reply-To"] = _mailboxes((message.reply_to,))


def _write_thread(mail: EmailMessage, message: OutboundMessage) -> None:
    mail["Message-ID"] = _id(message.external_id)
    if message.in_reply_to:
        mail["In-Reply-To"] = _id(message.in_reply_to)
    references = list(dict.fromkeys(message.references))
    if len(references) > _REFERENCES_KEPT:
        # The first names the thread and the last ones the place in it (RFC 5322, 3.6.4).
        references = references[:1] + references[1 - _REFERENCES_KEPT :]
    if references:
        mail["References"] = "\r\n ".join(_id(reference) for reference in references)


def _write_automation(mail: EmailMessage, message: OutboundMessage) -> None:
    if message.auto_submitted not in AUTO_SUBMITTED:
        raise _refused(f"“{message.auto_submitted}” is no value of Auto-Submitted")
    if message.auto_submitted:
        mail["Auto-Submitted"] = message.auto_submitted
        mail["X-Auto-Response-Suppress"] = "All"
    if message.loop_mark:
        mail[LOOP_HEADER] = _header_text(message.loop_mark, "loop mark")


def _write_body(mail: EmailMessage, message: OutboundMessage) -> None:
    mail.set_content(_body_text(message.text))
    if message.html is None:
        return
    mail.add_alternative(_body_text(message.html), subtype="html")
    # The library's stubs do not know that parts of an EmailMessage are EmailMessages.
    html = list(mail.iter_parts())[-1]
    assert isinstance(html, EmailMessage)
    for file in message.files:
        if _is_inline(file, message):
            main, sub = _content_type(file)
            html.add_related(
                file.body,
                maintype=main,
                subtype=sub,
                cid=f"<{_header_text(file.content_id or '', 'content id')}>",
                filename=_header_text(file.name, "file name") or None,
                disposition="inline",
            )


def _is_inline(file: File, message: OutboundMessage) -> bool:
    return file.inline and file.content_id is not None and message.html is not None


def _attach(mail: EmailMessage, file: File) -> None:
    main, sub = _content_type(file)
    name = _header_text(file.name, "file name") or "attachment"
    mail.add_attachment(file.body, maintype=main, subtype=sub, filename=name)


def _content_type(file: File) -> tuple[str, str]:
    kind = file.content_type.partition(";")[0].strip().lower()
    _header_text(kind, "content type")
    # A message or multipart must not be encoded (RFC 2046, 5.2.1), and our bytes must not change.
    if not _CONTENT_TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    main, _, sub = kind.partition("/")
    return main, sub


def _mailboxes(people: tuple[Address, ...]) -> str:
    return ",\r\n ".join(_mailbox(person) for person in people)


def _mailbox(person: Address) -> str:
    address = wire_address(person.address)
    name = _header_text(person.name, "name")
    if not name:
        return address
    if not name.isascii():
        words = Header(name, "utf-8", maxlinelen=74, header_name="Reply-To")
        return f"{words.encode(linesep=chr(13) + chr(10))} <{address}>"
    if not _PLAIN_PHRASE.fullmatch(name) or "=?" in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{name} <{address}>"


def wire_address(address: str) -> str:
    """An address as SMTP takes it, an international domain in its ASCII form. Raises ChannelError."""
    _header_text(address, "address")
    local, _, domain = address.rpartition("@")
    try:
        domain = ascii_domain(domain)
    except ValueError:
        raise _refused(f"“{address}” is not an address we can write to") from None
    if not _ADDRESS.fullmatch(f"{local}@{domain}"):
        raise _refused(f"“{address}” is not an address we can write to")
    return f"{local}@{domain}"


def _id(external_id: str) -> str:
    _header_text(external_id, "message id")
    if not _MESSAGE_ID.fullmatch(external_id) or not external_id.isascii():
        raise _refused(f"“{external_id}” is not a message id")
    return f"<{external_id}>"


def _header_text(text: str, what: str) -> str:
    if _CONTROL.search(text):
        raise _refused(f"the {what} contains a line break or control character")
    return _encodable(text)


def _body_text(text: str) -> str:
    return _encodable(text.replace("\x00", ""))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _refused(why: str) -> ChannelError:
    return ChannelError(f"This message cannot be sent: {why}.", permanent=True)
