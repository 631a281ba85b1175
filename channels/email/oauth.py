"""Tokens for mailboxes that take no passwords: refreshed, asked for by a code (RFC 8628), or by the desk's own key."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from channels.channel import ChannelError
from channels.email.web_call import Answer, post_form
from channels.settings import translatable

_TENANT = re.compile(r"[A-Za-z0-9.-]{1,100}")
_ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# When a provider does not say how long a token lives (RFC 6749, 5.1).
_SHORTEST_LIFE = timedelta(minutes=5)
_LONGEST_LIFE = timedelta(days=30)


class Provider(Enum):
    MICROSOFT = "microsoft"
    GOOGLE = "google"
    OTHER = "oauth"


class Flow(Enum):
    """How the desk gets its permission: a person grants it with a code, or the desk has a key of its own."""

    DEVICE = "device"
    KEY = "client"


SIGN_IN_CHOICES = (
    ("password", translatable("Password")),
    (Provider.MICROSOFT.value, translatable("Microsoft 365")),
    (Provider.GOOGLE.value, translatable("Google")),
    (Provider.OTHER.value, translatable("Another provider of tokens (OAuth 2.0)")),
)
FLOW_CHOICES = (
    (Flow.DEVICE.value, translatable("A person signs in once, with a code")),
    (Flow.KEY.value, translatable("The desk has a key of its own (client credentials)")),
)

# Where tokens come from, and what is asked for: by a person's permission, and by a key.
_PRESETS = {
    Provider.MICROSOFT: {
        "token_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "device_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
        Flow.DEVICE.value: "https://outlook.office.com/IMAP.AccessAsUser.All "
        "https://outlook.office.com/SMTP.Send offline_access",
        Flow.KEY.value: "https://outlook.office365.com/.default",
    },
    Provider.GOOGLE: {
        "token_url": "https://oauth2.googleapis.com/token",
        "device_url": "https://oauth2.googleapis.com/device/code",
        Flow.DEVICE.value: "https://mail.google.com/",
        Flow.KEY.value: "https://mail.google.com/",
    },
}


class PermissionEnded(ChannelError):
    """The permission lapsed or was taken back: a person has to connect the mailbox again."""


class NotYet(Exception):
    """The person has not agreed yet; `slower` when the provider wants to be asked less often (RFC 8628, 3.5)."""

    def __init__(self, slower: bool = False) -> None:
        super().__init__("The code was not entered yet.")
        self.slower = slower


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSource:
    """Who gives the tokens for a mailbox, and as whom we ask."""

    token_url: str
    device_url: str
    scope: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    service_key: str = field(default="", repr=False)
    user: str = ""
    flow: Flow = Flow.DEVICE
    ca_file: str | None = None

    @classmethod
    def of(cls, settings: Mapping[str, object], secrets: Mapping[str, str]) -> "TokenSource | None":
        """As a mailbox's settings say; None where it signs in by password. Raises ChannelError."""

        def given(name: str) -> str:
            return str(settings.get(name) or "").strip()

        way = given("imap_sign_in") or "password"
        if way == "password":
            return None
        provider, flow = Provider(way), Flow(given("oauth_flow") or Flow.DEVICE.value)
        preset = _PRESETS.get(provider, {})
        tenant = given("oauth_tenant") or "organizations"
        if not _TENANT.fullmatch(tenant):
            raise ChannelError(f"“{tenant}” is no tenant: give its id or its domain.", True)
        source = cls(
            token_url=given("oauth_token_url") or preset.get("token_url", ""),
            device_url=given("oauth_device_url") or preset.get("device_url", ""),
            scope=given("oauth_scope") or preset.get(flow.value, ""),
            client_id=given("oauth_client_id"),
            client_secret=secrets.get("oauth_client_secret", ""),
            service_key=secrets.get("oauth_service_key", ""),
            user=given("imap_user") or given("address"),
            flow=flow,
            ca_file=given("ca_file") or None,
        )
        return source._at(tenant)

    def _at(self, tenant: str) -> "TokenSource":
        return replace(
            self,
            token_url=self.token_url.replace("{tenant}", quote(tenant)),
            device_url=self.device_url.replace("{tenant}", quote(tenant)),
        )


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave: good for `lasting`; an empty refresh token means that the old one stays."""

    access_token: str = field(repr=False)
    lasting: timedelta
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types where; `device_code` is our own half and is shown to nobody."""

    device_code: str = field(repr=False)
    user_code: str
    link: str
    lasting: timedelta
    pause: timedelta


def refresh(source: TokenSource, refresh_token: str) -> Tokens:
    """A new access token for the permission that a person gave (RFC 6749, 6). Raises PermissionEnded."""
    asked = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "scope": source.scope,
    }
    return _tokens(source, _ask(source, source.token_url, asked))


def by_key(source: TokenSource, at: datetime) -> Tokens:
    """An access token for the desk's own key: client credentials, or a service account (RFC 7523)."""
    if source.service_key:
        asked = {"grant_type": _ASSERTION, "assertion": _assertion(source, at)}
    else:
        asked = {"grant_type": "client_credentials", "scope": source.scope}
    return _tokens(source, _ask(source, source.token_url, asked))


def ask_for_code(source: TokenSource) -> DeviceCode:
    """Begin to connect a mailbox: what the person is to type, and where (RFC 8628, 3.1)."""
    answer = _ask(source, source.device_url, {"scope": source.scope})
    said = answer.values
    link = said.get("verification_uri") or said.get("verification_url") or ""
    if answer.status != 200 or not (said.get("device_code") and said.get("user_code")):
        raise ChannelError(_refusal(answer, "gave no code"))
    if not link.startswith("https://"):
        raise ChannelError(_refusal(answer, "gave no safe link to type the code at"))
    return DeviceCode(
        device_code=said["device_code"],
        user_code=said["user_code"][:40],
        link=link[:300],
        lasting=_seconds(said.get("expires_in"), timedelta(minutes=15)),
        pause=max(_seconds(said.get("interval"), timedelta(seconds=5)), timedelta(seconds=1)),
    )


def ask_for_tokens(source: TokenSource, device_code: str) -> Tokens:
    """The tokens of a code, once the person has typed it. Raises NotYet, PermissionEnded, ChannelError."""
    asked = {"grant_type": _DEVICE_GRANT, "device_code": device_code}
    answer = _ask(source, source.token_url, asked)
    error = answer.values.get("error")
    if error in ("authorization_pending", "slow_down"):
        raise NotYet(slower=error == "slow_down")
    if error in ("access_denied", "authorization_declined"):
        raise PermissionEnded("The permission was refused where the code was typed.", True)
    if error in ("expired_token", "bad_verification_code"):
        raise PermissionEnded("The code was not typed in time. Begin again.", True)
    return _tokens(source, answer)


def _ask(source: TokenSource, url: str, asked: dict[str, str]) -> Answer:
    if not url:
        raise ChannelError("No address for tokens is set; fill it in for this provider.", True)
    form = {"client_id": source.client_id, "client_secret": source.client_secret, **asked}
    return post_form(url, {name: value for name, value in form.items() if value}, source.ca_file)


def _tokens(source: TokenSource, answer: Answer) -> Tokens:
    said = answer.values
    if said.get("error") in ("invalid_grant", "interaction_required", "consent_required"):
        raise PermissionEnded(
            f"The permission to read this mailbox has ended: {_reason(answer)}. "
            "Connect the mailbox again.",
            permanent=True,
        )
    if answer.status != 200 or not said.get("access_token"):
        raise ChannelError(
            _refusal(answer, "gave no token"),
            permanent=said.get("error") in ("invalid_client", "unauthorized_client"),
        )
    if any(sign.isspace() or ord(sign) < 32 for sign in said["access_token"]):
        raise ChannelError(_refusal(answer, "gave a token that cannot be used"))
    lasting = min(_seconds(said.get("expires_in"), _SHORTEST_LIFE), _LONGEST_LIFE)
    return Tokens(said["access_token"], lasting, said.get("refresh_token", ""))


def _refusal(answer: Answer, what: str) -> str:
    return (
        f"{answer.host} {what}: {_reason(answer)}. Check the client's id, its secret and the tenant, "
        "and what the provider's own pages say of this application."
    )


def _reason(answer: Answer) -> str:
    said = answer.values.get("error_description") or answer.values.get("error") or ""
    # Microsoft adds lines of numbers for its own support.
    first = said.splitlines()[0] if said else f"status {answer.status}"
    return "".join(sign for sign in first if sign.isprintable())[:300].rstrip(". ")


def _seconds(said: str | None, otherwise: timedelta) -> timedelta:
    return timedelta(seconds=int(said)) if said and said.isdigit() and int(said) else otherwise


def _assertion(source: TokenSource, at: datetime) -> str:
    """A signed word of a service account that it acts for the mailbox's user (RFC 7523; RS256)."""
    try:
        told = json.loads(source.service_key)
        key = serialization.load_pem_private_key(told["private_key"].encode(), password=None)
        email = str(told["client_email"])
    except (ValueError, KeyError, TypeError, AttributeError) as unfit:
        raise ChannelError(
            "The key of the service account cannot be read. Paste the whole JSON file.", True
        ) from unfit
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ChannelError("The key of the service account must be an RSA key.", True)
    issued = int(at.timestamp())
    claims = {
        "iss": email,
        "sub": source.user,
        "scope": source.scope,
        "aud": source.token_url,
        "iat": issued,
        "exp": issued + 3600,
    }
    text = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    signature = key.sign(text.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{_url_safe(signature)}"


def _part(content: Mapping[str, object]) -> str:
    return _url_safe(json.dumps(content, separators=(",", ":")).encode())


def _url_safe(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
