"""What Slack tells us, by a call or on a line: one form for both, and what of it is the desk's business."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from channels.channel import RawItem, WebhookReply
from channels.forms import FormFilled, FormWanted
from channels.slack.settings import Chosen

JSON = "application/json"
# Kinds of messages that are somebody's words; all others are Slack's own news of a channel.
SAID = frozenset({"", "file_share", "thread_broadcast", "me_message", "bot_message"})
EDITED, DELETED = "message_changed", "message_deleted"
# What is kept, with what was asked for it later.
COMPLETED = "completed"
# The buttons below a message of ours.
CHOICES = "desk_choices"
# What our forms are called at Slack, and the one field of each block in them.
FORM, GIVEN = "desk_form", "given"
_ENDED = {
    "tokens_revoked": "Slack says that the app's token was revoked. Install the app again, and paste the new token.",
    "app_uninstalled": "The app was removed from the Slack workspace. Install it again, and paste the new token.",
}
_MOST_FIELDS = 50
# Slack shows a hundred blocks at most.
_MOST_STATES = 100


def read_call(body: bytes, content_type: str) -> dict[str, Any]:
    """The JSON of a call, out of a form too, since Slack sends what people press as one; {} for what is neither."""
    if "json" in content_type:
        return _object(body)
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    if "payload" in fields:
        return _object(fields["payload"][0].encode())
    if "command" in fields:
        return {"type": "slash_command", **{name: values[0] for name, values in fields.items()}}
    return {}


def answer(said: Mapping[str, Any], chosen: Chosen) -> WebhookReply:
    """What to keep of it, and what to say to Slack at once."""
    kind = text_at(said, "type")
    if kind == "url_verification":
        challenge = text_at(said, "challenge")[:200]
        return WebhookReply(body=json.dumps({"challenge": challenge}).encode(), content_type=JSON)
    if kind == "event_callback":
        ended = _ENDED.get(text_at(said, "event", "type"), "")
        items = (_item(said, text_at(said, "event_id")),) if is_ours(said, chosen) else ()
        return WebhookReply(items=items, ended=ended)
    if kind in ("slash_command", "shortcut"):
        wanted = FormWanted(text_at(said, "trigger_id"), words=text_at(said, "text")[:500])
        return WebhookReply(form=wanted)
    if kind == "message_action":
        return WebhookReply(items=(_item(said, f"shortcut-{text_at(said, 'action_ts')}"),))
    if kind == "view_submission":
        name = f"form-{text_at(said, 'view', 'id')}"
        return WebhookReply(items=(_item(said, name),), filled=filled_in(said))
    if kind == "block_actions" and text_at(said, "view", "callback_id") == FORM:
        return WebhookReply(filled=filled_in(said))
    if kind == "block_actions" and pressed(said):
        name = f"press-{text_at(said, 'container', 'message_ts')}-{text_at(pressed(said), 'action_ts')}"
        return WebhookReply(items=(_item(said, name),))
    return WebhookReply()


def pressed(said: Mapping[str, Any]) -> dict[str, Any]:
    """The button of ours that was pressed; {} for none."""
    found = (one for one in rows(said.get("actions")) if text_at(one, "block_id") == CHOICES)
    return next(found, {})


def filled_in(said: Mapping[str, Any]) -> FormFilled:
    """A form of ours as far as somebody filled it in."""
    view = part(said, "view")
    noted = _object(text_at(view, "private_metadata").encode())
    buttons = (one for one in rows(said.get("actions")) if text_at(one, "type") == "button")
    return FormFilled(
        name=text_at(noted, "form"),
        note=text_at(noted, "note"),
        typed={name: given(state) for name, state in states_in(view)},
        sends=text_at(said, "type") == "view_submission",
        pressed=text_at(next(buttons, {}), "value"),
        place=text_at(view, "id"),
        stamp=text_at(view, "hash"),
    )


def states_in(view: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What stands in each field of a form, in order."""
    values = part(part(view, "state"), "values")
    return [
        (str(block), state)
        for block, actions in list(values.items())[:_MOST_STATES]
        for state in (actions.values() if isinstance(actions, dict) else ())
        if isinstance(state, dict)
    ]


def given(state: Mapping[str, Any]) -> tuple[str, ...]:
    """What stands in a field, as values; of files their names."""
    chosen = [text_at(one, "value") for one in rows(state.get("selected_options"))]
    files = [text_at(one, "name") or "file" for one in rows(state.get("files"))]
    one = (
        text_at(state, "value").strip()
        or text_at(state, "selected_option", "value")
        or text_at(state, "selected_date")
    )
    return tuple(filter(None, [one, *chosen, *files]))


def is_ours(said: Mapping[str, Any], chosen: Chosen) -> bool:
    """Whether an event may be the desk's business; what is not is never kept."""
    event = part(said, "event")
    kind = text_at(event, "type")
    if kind == "reaction_added":
        on_message = text_at(event, "item", "type") == "message"
        return on_message and text_at(event, "reaction").split("::")[0] in chosen.emoji
    if kind == "app_mention":
        return not by_app(said, event)
    return kind == "message" and _is_our_message(said, event, chosen)


def by_app(said: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    """Whether a program wrote it, ours among them: nobody should be answered who is none."""
    bots = {
        text_at(one, "user_id")
        for one in rows(said.get("authorizations"))
        if one.get("is_bot") is True
    }
    return bool(message.get("bot_id") or message.get("app_id")) or text_at(message, "user") in bots


def opens(event: Mapping[str, Any], chosen: Chosen) -> bool:
    """Whether a message that nobody marked opens a ticket where its conversation has none."""
    if text_at(event, "channel_type") == "im" or text_at(event, "type") == "app_mention":
        return True
    return chosen.every and text_at(event, "channel") in chosen.channels


def part(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object inside; {} when there is none."""
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text_at(said: Mapping[str, Any], *path: str) -> str:
    """The text at a place; "" when nothing fit is there."""
    here: Any = said
    for name in path:
        here = here.get(name) if isinstance(here, dict) else None
    fit = here if isinstance(here, str) else ""
    # JSON can say halves of characters, which nothing can store.
    return fit.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _is_our_message(said: Mapping[str, Any], event: Mapping[str, Any], chosen: Chosen) -> bool:
    subtype = text_at(event, "subtype")
    if subtype == EDITED:
        now, before = part(event, "message"), part(event, "previous_message")
        # A link that got a preview, or a thread that got an answer, "changes" a message too.
        return now.get("text") != before.get("text") and not by_app(said, now)
    if subtype == DELETED:
        return not by_app(said, part(event, "previous_message"))
    if subtype not in SAID or by_app(said, event):
        return False
    return opens(event, chosen) or bool(event.get("thread_ts"))


def _item(said: Mapping[str, Any], remote_id: str) -> RawItem:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return RawItem(remote_id or hashlib.sha256(body).hexdigest(), body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
