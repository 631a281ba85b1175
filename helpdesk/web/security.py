"""What every request passes before a view sees it, and what every answer carries."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, Forbidden, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from helpdesk.core.own_hosts import own_hosts, own_origins, without_default_port
from helpdesk.web.access_table import Who, row_of

MEGABYTE = 1024 * 1024
LARGEST_BODY = 40 * MEGABYTE
# What somebody who has not signed in may send; our forms for them are short.
LARGEST_PUBLIC_BODY = 64 * 1024
LARGEST_PUBLIC_FILES = 24 * MEGABYTE
MOST_PUBLIC_PARTS = 200
LARGEST_FIELDS = 4 * MEGABYTE
MOST_PARTS = 1000

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

csrf = CSRFProtect()


class UnknownHost(BadRequest):
    """The request names a host that is not ours (S34)."""

    description = "This desk is not known under that address."


class UnfitCharacter(BadRequest):
    """A field holds a NUL character."""

    description = "A field holds a character that cannot be stored. Take it out and send it again."


class ForeignForm(Forbidden):
    """A form was sent from another site, or without the token of our page (S24)."""


def init_security(app: Flask) -> None:
    """Set the limits and cookies, and put the checks in front of every view."""
    _configure(app)
    csrf.init_app(app)
    app.before_request(_check_host)
    app.before_request(_limit_body)
    app.before_request(_check_form)
    app.before_request(_refuse_nul)
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    proxies = int(app.config.get("DESK_PROXIES", 0))
    if proxies:
        # The host is never taken from a forwarded header, whoever sends it.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
        )


def _configure(app: Flask) -> None:
    on_https = is_on_https(app)
    app.config.update(
        SESSION_COOKIE_NAME="__Host-desk" if on_https else "desk",
        SESSION_COOKIE_SECURE=on_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_DOMAIN=None,
        MAX_CONTENT_LENGTH=app.config.get("MAX_CONTENT_LENGTH") or LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_FIELDS,
        MAX_FORM_PARTS=MOST_PARTS,
        # The token lives as long as the session, so that a text typed over lunch is not refused after it.
        WTF_CSRF_TIME_LIMIT=None,
        # `_check_form` calls the check itself, after the host; it also looks at Origin, which is stricter than Referer.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
    )


def is_on_https(app: Flask) -> bool:
    """Whether people reach the desk over HTTPS, as its configured address says."""
    return str(app.config["DESK_BASE_URL"]).startswith("https://")


def _check_host() -> None:
    # A load balancer asks by the address of the machine; the answer makes no link and holds nothing private.
    if request.endpoint == "api.healthz":
        return
    scheme = urlsplit(str(current_app.config["DESK_BASE_URL"])).scheme
    if without_default_port(request.host.lower(), scheme) not in own_hosts(current_app):
        raise UnknownHost


def _limit_body() -> None:
    row = row_of(request.endpoint)
    if row is not None and row.who is Who.PUBLIC:
        request.max_content_length = LARGEST_PUBLIC_FILES if row.files else LARGEST_PUBLIC_BODY
        request.max_form_parts = MOST_PUBLIC_PARTS
        # Where files are taken long texts are too, and a letter may take nine bytes on its way.
        request.max_form_memory_size = LARGEST_PUBLIC_BODY * (4 if row.files else 1)


def _check_form() -> None:
    row = row_of(request.endpoint)
    if request.method in SAFE_METHODS or row is None or row.who is Who.TOKEN:
        return
    if not comes_from_us():
        raise ForeignForm
    csrf.protect()


def _refuse_nul() -> None:
    """Refuse a character that no person types and that PostgreSQL cannot store."""
    row = row_of(request.endpoint)
    # A link for those who are not signed in answers for itself: every wrong one gets the same refusal (S33).
    if "\0" in request.path and (row is None or row.who is not Who.PUBLIC):
        raise NotFound
    # A program's body is read by its view: what is signed is the bytes, and reading a form would use them up.
    short = request.method in SAFE_METHODS or (row is not None and row.who is Who.TOKEN)
    fields = [request.args] if short else [request.args, request.form]
    if any("\0" in value for field in fields for values in field.lists() for value in values[1]):
        raise UnfitCharacter


def comes_from_us() -> bool:
    """Whether the browser says that our own page sent this; one that says nothing has only the token to show."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin.lower() in _our_origins()


def _our_origins() -> frozenset[str]:
    return own_origins(current_app) | {f"{request.scheme}://{request.host}".lower()}


def csp_nonce() -> str:
    """The nonce of this answer, for a script element in one of our templates."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def live_url() -> str:
    """Where pages open lines; on the desk's own address unless the operator says otherwise."""
    return str(current_app.config.get("DESK_LIVE_URL") or current_app.config["DESK_BASE_URL"])


def live_sources() -> str:
    """The same, as a content policy names it."""
    parts = urlsplit(live_url())
    socket = "wss" if parts.scheme == "https" else "ws"
    return f"{parts.scheme}://{parts.netloc} {socket}://{parts.netloc}"


def content_policy() -> str:
    """What our pages may load and do (S01)."""
    script = f"'self' 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'self'"
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {script}",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {live_sources()}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def add_headers(response: Response) -> Response:
    """Add what every answer carries; a view that has set a header itself is left its own."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    )
    if is_on_https(current_app):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static":
        _let_be_kept(response)
    else:
        # Pages are for one person: no cache between may keep them (S50).
        headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    return response


def _let_be_kept(response: Response) -> None:
    """A built file whose address names its version never changes; any other is asked for anew."""
    if response.status_code == 200 and request.args.get("v"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
