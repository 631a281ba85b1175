"""Tokens: asked for by a code, by a key, refreshed; and a provider that does not play by the rules."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels.channel import ChannelError
from channels.email import oauth
from channels.email.oauth import Flow, NotYet, PermissionEnded, TokenSource
from channels.email.web_call import post_form
from tests.servers.token_server import SECRET, TokenServer

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def source_of(server: TokenServer, **more: str) -> TokenSource:
    settings = {**server.settings(), "ca_file": server.ca_file, "imap_user": "desk@example.org"}
    found = TokenSource.of({**settings, **more}, {"oauth_client_secret": SECRET})
    assert found is not None
    return found


def test_a_code_is_shown_and_becomes_tokens_once_it_is_typed(token_server: TokenServer) -> None:
    source = source_of(token_server)
    code = oauth.ask_for_code(source)
    assert (code.user_code, code.link) == ("WDJB-MJHT", "https://provider.example/device")
    assert code.pause == timedelta(seconds=5)
    with pytest.raises(NotYet):
        oauth.ask_for_tokens(source, code.device_code)
    token_server.verdict = "slow_down"
    with pytest.raises(NotYet) as not_yet:
        oauth.ask_for_tokens(source, code.device_code)
    assert not_yet.value.slower
    token_server.agree()
    tokens = oauth.ask_for_tokens(source, code.device_code)
    assert tokens.access_token in token_server.good
    assert tokens.refresh_token in token_server.refresh_tokens


@pytest.mark.parametrize("verdict", ["access_denied", "expired_token"])
def test_a_code_that_was_refused_is_over(token_server: TokenServer, verdict: str) -> None:
    token_server.verdict = verdict
    with pytest.raises(PermissionEnded):
        oauth.ask_for_tokens(source_of(token_server), "device-1")


def test_a_refresh_token_is_good_once_and_gives_the_next(token_server: TokenServer) -> None:
    token_server.refresh_tokens.add("first")
    source = source_of(token_server)
    tokens = oauth.refresh(source, "first")
    assert tokens.lasting == timedelta(hours=1)
    assert oauth.refresh(source, tokens.refresh_token).access_token in token_server.good
    with pytest.raises(PermissionEnded, match="Connect the mailbox again"):
        oauth.refresh(source, "first")


def test_a_key_of_the_desk_gives_tokens_without_a_person(token_server: TokenServer) -> None:
    source = source_of(token_server, oauth_flow=Flow.KEY.value)
    assert oauth.by_key(source, NOW).access_token in token_server.good
    asked = token_server.asked[-1]
    assert (asked["grant_type"], asked["client_secret"]) == ("client_credentials", SECRET)


def test_a_wrong_key_is_said_in_the_provider_s_words(token_server: TokenServer) -> None:
    settings = {**token_server.settings(oauth_flow="client"), "ca_file": token_server.ca_file}
    source = TokenSource.of(settings, {"oauth_client_secret": "wrong"})
    assert source is not None
    with pytest.raises(ChannelError, match="Unknown key") as refused:
        oauth.by_key(source, NOW)
    assert refused.value.permanent


def test_a_service_account_signs_for_the_mailbox_s_user(token_server: TokenServer) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = json.dumps({"client_email": "robot@project.example", "private_key": pem.decode()})
    settings = {
        **token_server.settings(oauth_flow="client"),
        "ca_file": token_server.ca_file,
        "imap_user": "desk@example.org",
    }
    source = TokenSource.of(settings, {"oauth_service_key": file})
    assert source is not None
    oauth.by_key(source, NOW)
    _head, claims, _signature = token_server.asked[-1]["assertion"].split(".")
    told = json.loads(urlsafe_b64decode(claims + "=="))
    assert (told["iss"], told["sub"]) == ("robot@project.example", "desk@example.org")
    assert told["aud"] == token_server.token_url


def test_the_presets_name_the_providers_own_addresses() -> None:
    microsoft = TokenSource.of({"imap_sign_in": "microsoft", "oauth_tenant": "borough.example"}, {})
    google = TokenSource.of({"imap_sign_in": "google"}, {})
    assert microsoft is not None
    assert google is not None
    assert microsoft.token_url == (
        "https://login.microsoftonline.com/borough.example/oauth2/v2.0/token"
    )
    assert "offline_access" in microsoft.scope
    assert google.scope == "https://mail.google.com/"
    assert TokenSource.of({"imap_sign_in": "password"}, {}) is None


@pytest.mark.parametrize("tenant", ["../evil", "a b", "x/y", "t?z=1"])
def test_a_tenant_that_is_none_is_refused(tenant: str) -> None:
    with pytest.raises(ChannelError, match="no tenant"):
        TokenSource.of({"imap_sign_in": "microsoft", "oauth_tenant": tenant}, {})


@pytest.mark.parametrize("url", ["http://localhost/token", "file:///etc/passwd", "https://a@b/x"])
def test_only_a_safe_address_is_called(url: str) -> None:
    with pytest.raises(ChannelError, match="no safe address"):
        post_form(url, {})


def test_a_redirect_is_not_followed(token_server: TokenServer) -> None:
    def elsewhere(answer: BaseHTTPRequestHandler) -> None:
        answer.send_response(307)
        answer.send_header("Location", "https://localhost:1/other")
        answer.send_header("Content-Length", "0")
        answer.end_headers()

    token_server.answer = elsewhere
    with pytest.raises(ChannelError, match="we do not follow"):
        oauth.refresh(source_of(token_server), "first")
    assert len(token_server.asked) == 1


def test_an_endless_answer_is_not_read(token_server: TokenServer) -> None:
    def endless(answer: BaseHTTPRequestHandler) -> None:
        answer.send_response(200)
        answer.send_header("Content-Length", "100000000")
        answer.end_headers()
        answer.wfile.write(b"{" * 1_000_000)
        answer.close_connection = True

    token_server.answer = endless
    with pytest.raises(ChannelError, match="more than we read"):
        oauth.refresh(source_of(token_server), "first")


@pytest.mark.parametrize("said", [b"", b"[]", b"{" * 50_000, b'{"access_token": 7, "x": {}}'])
def test_rubbish_from_a_provider_is_a_channel_error(token_server: TokenServer, said: bytes) -> None:
    def rubbish(answer: BaseHTTPRequestHandler) -> None:
        answer.send_response(500)
        answer.send_header("Content-Length", str(len(said)))
        answer.end_headers()
        answer.wfile.write(said)

    token_server.answer = rubbish
    with pytest.raises(ChannelError, match="gave no token"):
        oauth.refresh(source_of(token_server), "first")


def test_a_provider_nobody_vouches_for_is_not_trusted(token_server: TokenServer) -> None:
    with pytest.raises(ChannelError, match="not trusted"):
        oauth.refresh(source_of(token_server, ca_file=""), "first")


def test_no_secret_is_shown(token_server: TokenServer) -> None:
    source = source_of(token_server)
    code = oauth.ask_for_code(source)
    assert SECRET not in repr(source)
    assert code.device_code not in repr(code)
