"""A Slack of our own: a workspace with people and channels that speaks the wire of the Web API, of files and of Socket Mode."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.slack.client import PAUSES
from channels.slack.completing import PROFILES
from channels.slack.manifest import SCOPES
from helpdesk.core import clock
from tests.servers.processes import HOST
from tests.servers.slack_sockets import Socket, shake_hands

BOT_TOKEN, APP_TOKEN = "xoxb-of-the-desk", "xapp-of-the-desk"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BOT, APP, TEAM = "U0BOT", "A0DESK", "T0BOROUGH"


@dataclass
class Workspace:
    """What stands in the workspace, and what the desk's app did there."""

    port: int
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    shared: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    # Errors that the next calls of a method get, one each: Slack's word, or a number of seconds to wait.
    refusals: dict[str, list[str | int]] = field(default_factory=dict)
    revoked: bool = False
    members_only: set[str] = field(default_factory=set)
    sockets: list[Socket] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    payloads: dict[str, dict[str, Any]] = field(default_factory=dict)
    stir: threading.Condition = field(default_factory=threading.Condition)
    count: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/api/"

    def add_user(self, id: str, name: str, email: str = "", **more: Any) -> str:
        profile = {"real_name": name, "display_name": name.split()[0].lower(), "email": email}
        self.users[id] = {"id": id, "team_id": TEAM, "profile": profile, **more}
        return id

    def write(self, channel: str, user: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody writes; returns the message."""
        self.count += 1
        ts = f"{int(clock.now().timestamp())}.{self.count:06d}"
        said = {"type": "message", "user": user, "text": text, "ts": ts, **more}
        self.messages.setdefault(channel, []).append(said)
        return said

    def event(self, event: dict[str, Any]) -> dict[str, Any]:
        """What Slack tells of it: the outer form, with an id of its own."""
        self.count += 1
        return {
            "token": "old-and-unused",
            "team_id": TEAM,
            "api_app_id": APP,
            "type": "event_callback",
            "event": event,
            "event_id": f"Ev{self.count:08d}",
            "event_time": int(clock.now().timestamp()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }

    def said(self, channel: str, user: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody writes, and Slack tells of it."""
        kind = "im" if channel.startswith("D") else "channel"
        message = self.write(channel, user, text, **more)
        return self.event({**message, "channel": channel, "channel_type": kind})

    def pressed(self, channel: str, user: str, name: str) -> dict[str, Any]:
        """Somebody presses a button below the newest message that offers it, and Slack tells of it."""
        self.count += 1
        message, button = next(
            (one, button)
            for one in reversed(self.by_app(channel))
            for block in one["blocks"]
            for button in block.get("elements", ())
            if button.get("value") == name
        )
        action = {**button, "block_id": "desk_choices", "action_ts": f"1700000000.{self.count:06d}"}
        return {
            "type": "block_actions",
            "trigger_id": "1.2",
            "user": {"id": user},
            "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel},
            "channel": {"id": channel, "name": "directmessage"},
            "message": message,
            "actions": [action],
        }

    def sent(self, view: dict[str, Any], user: str, **values: Any) -> dict[str, Any]:
        """Somebody sends a form with these values, the other fields of which stay blank; Slack tells of it."""
        self.count += 1
        return {
            "type": "view_submission",
            "user": {"id": user},
            "view": {**view, "id": f"V{self.count}", "state": {"values": _states(view, values)}},
        }

    def changed_form(self, view: dict[str, Any], user: str, **values: Any) -> dict[str, Any]:
        """Somebody answers a question of a form, or presses a button in it, and Slack tells of that."""
        said = self.sent(view, user, **values)
        told = {**said["view"], "hash": "156.abc"}
        block = next((one for one in view["blocks"] if one["block_id"] == values.get("press")), {})
        actions = [{**one, "block_id": block["block_id"]} for one in block.get("elements", ())]
        return {**said, "type": "block_actions", "view": told, "actions": actions}

    def add_file(self, name: str, kind: str, body: bytes) -> dict[str, Any]:
        self.files[name] = body
        url = f"http://localhost:{self.port}/files-pri/{name}"
        return {
            "id": f"F{name}",
            "name": name,
            "mimetype": kind,
            "size": len(body),
            "url_private_download": url,
        }

    def by_app(self, channel: str) -> list[dict[str, Any]]:
        """What the desk's app wrote in a channel."""
        return [one for one in self.messages.get(channel, []) if one.get("user") == BOT]

    def called(self, method: str) -> list[dict[str, Any]]:
        return [said for name, said in self.calls if name == method]

    def wait_for(self, what: Any, seconds: float = 20.0) -> None:
        """Until something has come about; the server says whenever anything has changed."""
        with self.stir:
            assert self.stir.wait_for(what, seconds), "it did not come about"

    def changed(self) -> None:
        with self.stir:
            self.stir.notify_all()


class Handler(BaseHTTPRequestHandler):
    """One call of the Web API, a file, or a line."""

    protocol_version = "HTTP/1.1"
    workspace: Workspace

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/link" and self.headers.get("Upgrade", "").lower() == "websocket":
            self._hold_line()
        elif parts.path.startswith("/files-pri/"):
            self._hand_out(parts.path.removeprefix("/files-pri/"))
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if path.startswith("/upload/"):
            self.workspace.uploads[path.removeprefix("/upload/")]["body"] = body
            self._answer(200, b"OK")
            return
        method = path.removeprefix("/api/")
        said = self._said(body)
        self.workspace.calls.append((method, said))
        self._reply(method, said)
        self.workspace.changed()

    def _said(self, body: bytes) -> dict[str, Any]:
        if "json" in self.headers.get("Content-Type", ""):
            found: dict[str, Any] = json.loads(body)
            return found
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}

    def _reply(self, method: str, said: dict[str, Any]) -> None:
        refusals = self.workspace.refusals.get(method) or []
        refusal = refusals.pop(0) if refusals else None
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        good = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if isinstance(refusal, int):
            words = json.dumps({"ok": False, "error": "ratelimited"}).encode()
            self._answer(429, words, {"Retry-After": str(refusal)})
        elif self.workspace.revoked or token != good:
            self._json({"ok": False, "error": "token_revoked" if token == good else "invalid_auth"})
        elif refusal is not None:
            self._json({"ok": False, "error": refusal, "needed": "users:read"})
        else:
            self._json({"ok": True, **METHODS[method](self.workspace, said)})

    def _json(self, said: dict[str, Any]) -> None:
        error = said.pop("error_instead", None)
        shown = {"ok": False, "error": error} if error else said
        scopes = {"X-OAuth-Scopes": ",".join(SCOPES)}
        self._answer(
            200, json.dumps(shown).encode(), {"Content-Type": "application/json", **scopes}
        )

    def _hand_out(self, name: str) -> None:
        if self.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            self._answer(200, b"<html>Sign in</html>", {"Content-Type": "text/html; charset=utf-8"})
            return
        self._answer(200, self.workspace.files[name], {"Content-Type": "application/octet-stream"})

    def _hold_line(self) -> None:
        shake_hands(self)
        socket = Socket(self.connection)
        socket.send({"type": "hello", "num_connections": 1})
        self.workspace.sockets.append(socket)
        self.workspace.changed()
        for said in socket.heard():
            self.workspace.payloads[said.get("envelope_id", "")] = said.get("payload", {})
            self.workspace.acknowledged.append(said.get("envelope_id", ""))
            self.workspace.changed()
        self.workspace.sockets.remove(socket)
        self.close_connection = True
        self.workspace.changed()

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _states(view: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """What stands in each field, in the form in which Slack tells of fields of its kind."""
    return {
        block["block_id"]: {"given": _state(block["element"], values.get(block["block_id"]))}
        for block in view["blocks"]
        if block["type"] == "input"
    }


def _state(element: dict[str, Any], value: Any) -> dict[str, Any]:
    kind, options = element["type"], element.get("options", [])
    said: dict[str, Any]
    if kind in ("checkboxes", "multi_static_select"):
        said = {"selected_options": [one for one in options if one["value"] in (value or ())]}
    elif options:
        chosen = (one for one in options if one["value"] == value)
        said = {"selected_option": next(chosen, None)}
    elif kind == "datepicker":
        said = {"selected_date": value}
    elif kind == "file_input":
        said = {"files": value or []}
    else:
        said = {"value": value}
    return {"type": kind, **said}


def _post(space: Workspace, said: dict[str, Any]) -> dict[str, Any]:
    channel = said["channel"]
    if channel in space.members_only:
        return {"error_instead": "not_in_channel"}
    # Whoever is written to has a conversation of their own with the app.
    channel = f"D{channel[1:]}" if channel.startswith("U") else channel
    kept = {name: said[name] for name in ("thread_ts", "blocks", "metadata") if name in said}
    message = space.write(channel, BOT, said["text"], bot_id="B0DESK", app_id=APP, **kept)
    return {"channel": channel, "ts": message["ts"], "message": message}


def _update(space: Workspace, said: dict[str, Any]) -> dict[str, Any]:
    for one in space.messages.get(said["channel"], []):
        if one["ts"] == said["ts"]:
            one["text"] = said["text"]
            return {"channel": said["channel"], "ts": said["ts"]}
    return {"error_instead": "message_not_found"}


def _history(space: Workspace, said: dict[str, Any], *, in_thread: bool) -> dict[str, Any]:
    oldest, latest = float(said.get("oldest") or 0), float(said.get("latest") or 10**11)
    found = [
        one
        for one in space.messages.get(said["channel"], [])
        if oldest <= float(one["ts"]) <= latest
        and in_thread == (one.get("thread_ts", one["ts"]) != one["ts"])
    ]
    return {"messages": found[: int(said.get("limit") or 100)]}


def _user(space: Workspace, said: dict[str, Any]) -> dict[str, Any]:
    user = space.users.get(said["user"])
    return {"user": user} if user else {"error_instead": "user_not_found"}


def _place(space: Workspace, said: dict[str, Any]) -> dict[str, Any]:
    id = f"F{len(space.uploads) + 1}"
    space.uploads[id] = {"name": said["filename"], "length": said["length"]}
    return {"file_id": id, "upload_url": f"http://localhost:{space.port}/upload/{id}"}


def _share(space: Workspace, said: dict[str, Any]) -> dict[str, Any]:
    space.shared.append(said)
    return {"files": json.loads(said["files"])}


def _join(space: Workspace, said: dict[str, Any]) -> dict[str, Any]:
    space.members_only.discard(said["channel"])
    return {}


def _view(space: Workspace, said: dict[str, Any]) -> dict[str, Any]:
    space.views.append(said)
    return {"view": {"id": "V1"}}


METHODS: dict[str, Any] = {
    "apps.connections.open": lambda space, said: {
        "url": f"ws://localhost:{space.port}/link?ticket=1"
    },
    "auth.test": lambda space, said: {"team": "Borough", "user": "desk", "user_id": BOT},
    "chat.postMessage": _post,
    "chat.update": _update,
    "conversations.history": lambda space, said: _history(space, said, in_thread=False),
    "conversations.replies": lambda space, said: _history(space, said, in_thread=True),
    "conversations.join": _join,
    "conversations.list": lambda space, said: {
        "channels": [
            {"id": id, "name": name, "is_member": id not in space.members_only}
            for id, name in space.channels.items()
        ]
    },
    "conversations.open": lambda space, said: {"channel": {"id": f"D{said['users'][1:]}"}},
    "files.completeUploadExternal": _share,
    "files.getUploadURLExternal": _place,
    "users.info": _user,
    "views.open": _view,
    "views.update": _view,
}


@pytest.fixture
def slack() -> Iterator[Workspace]:
    """A workspace on a free port; to call it, the desk has to allow localhost."""
    PROFILES.forget()
    PAUSES.forget()
    with ThreadingHTTPServer((HOST, 0), BaseHTTPRequestHandler) as server:
        server.daemon_threads = True
        space = Workspace(
            int(server.server_address[1]), channels={"C0HELP": "it-help", "C0TALK": "talk"}
        )
        space.add_user("U0ADA", "Ada Byrne", "ada@resident.example")
        space.add_user("U0BEN", "Ben Okafor", "ben@borough.example")
        server.RequestHandlerClass = type("OfWorkspace", (Handler,), {"workspace": space})
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield space
        for socket in [*space.sockets]:
            socket.close()
        server.shutdown()
        thread.join()
