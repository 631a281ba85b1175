"""manifest(): what Slack wants to know of an app, to be copied into its page instead of filled in by hand."""

from typing import Any

from channels.slack.settings import HTTP

# What each right is for stands in docs/slack.md.
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "reactions:read",
    "users:read",
    "users:read.email",
)
EVENTS = (
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "tokens_revoked",
)
COMMAND = "/desk"
SHORTCUT, FORM = "desk_open_ticket", "desk_form"


def manifest(*, name: str, way: str, url: str, words: dict[str, str]) -> dict[str, Any]:
    """The app for this desk; `words` are those of the command and the shortcuts, `url` is where Slack is to call."""
    called = way == HTTP
    address = {"request_url": url} if called else {}
    command = {"command": COMMAND, "description": words["command"], "should_escape": True}
    return {
        "display_information": {"name": name[:35], "description": words["about"][:140]},
        "features": {
            "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": name[:80], "always_online": True},
            "shortcuts": [
                _shortcut(words["form"], "global", FORM, words["about"]),
                _shortcut(words["message"], "message", SHORTCUT, words["about"]),
            ],
            "slash_commands": [{**command, **({"url": url} if called else {})}],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not called,
            "token_rotation_enabled": False,
        },
    }


def _shortcut(name: str, kind: str, id: str, about: str) -> dict[str, str]:
    return {"name": name[:24], "type": kind, "callback_id": id, "description": about[:150]}
