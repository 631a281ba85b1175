"""Forms as Slack's modals: opened, changed while somebody fills them in, and answered when they are sent."""

import json
from typing import Any

from channels.forms import FormAnswer, FormField, FormFieldKind, FormFilled, FormWanted, ShownForm
from channels.slack.calls import FORM, GIVEN
from channels.slack.client import Refused, SlackClient
from channels.slack.markup import plain_text

# What Slack allows: blocks of a form, buttons to choose from, entries of a list, characters of a text.
MOST_BLOCKS = 100
_MOST_BUTTONS, _MOST_ENTRIES = 10, 100
_LINE, _AREA, _OPTION, _LABEL, _NOTE = 300, 3_000, 75, 2_000, 3_000
# Somebody changed it again, sent it or closed it meanwhile: what we would have shown is of no use any more.
_TOO_LATE = frozenset({"hash_conflict", "not_found", "expired_trigger_id"})


def show_form(wanted: FormWanted, form: ShownForm, client: SlackClient) -> None:
    """Open the form before whoever asked for it; Slack allows three seconds for that. Raises ChannelError."""
    client.views_open(trigger_id=wanted.ticket, view=_view(form))


def change_form(filled: FormFilled, form: ShownForm, client: SlackClient) -> None:
    """Show it anew; Slack keeps what stands in blocks of the same name. Raises ChannelError."""
    try:
        client.views_update(view_id=filled.place, hash=filled.stamp or None, view=_view(form))
    except Refused as refused:
        if refused.code not in _TOO_LATE:
            raise


def answer_form(filled: FormFilled, answer: FormAnswer) -> bytes:
    """What is said to Slack when a form is sent; a form that leads to another lies below it, and can be gone back to."""
    if answer.errors:
        said: dict[str, Any] = {"response_action": "errors", "errors": dict(answer.errors)}
    elif answer.onward is not None:
        way = "update" if answer.onward.name == filled.name else "push"
        said = {"response_action": way, "view": _view(answer.onward)}
    else:
        said = {"response_action": "clear"}
    return json.dumps(said).encode()


def _view(form: ShownForm) -> dict[str, Any]:
    cancel = {"close": plain_text(form.cancel, 24)} if form.cancel else {}
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps({"form": form.name, "note": form.note})[:_NOTE],
        "title": plain_text(form.title, 24),
        "submit": plain_text(form.send, 24),
        **cancel,
        "blocks": [_block(field) for field in form.fields[:MOST_BLOCKS]],
    }


def _block(field: FormField) -> dict[str, Any]:
    if field.kind is FormFieldKind.NOTE:
        return {
            "type": "section",
            "block_id": field.name,
            "text": plain_text(field.label, _AREA),
        }
    if field.kind is FormFieldKind.MORE:
        button = {"type": "button", "action_id": GIVEN, "value": field.name}
        elements = [{**button, "text": plain_text(field.label, _OPTION)}]
        return {"type": "actions", "block_id": field.name, "elements": elements}
    block = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label, _LABEL),
        "element": {"action_id": GIVEN, **_element(field)},
        "optional": not field.required,
        "dispatch_action": field.changes,
    }
    return {**block, "hint": plain_text(field.hint, _LABEL)} if field.hint else block


def _element(field: FormField) -> dict[str, Any]:
    if field.kind in (FormFieldKind.CHOICE, FormFieldKind.SEVERAL):
        return _choice(field)
    if field.kind is FormFieldKind.DATE:
        return {"type": "datepicker"}
    if field.kind is FormFieldKind.FILES:
        return {"type": "file_input", "max_files": min(max(field.most, 1), 10)}
    words = {"initial_value": field.words[:_LINE]} if field.words else {}
    if field.kind is FormFieldKind.EMAIL:
        return {"type": "email_text_input", **words}
    if field.kind is FormFieldKind.TEXT:
        words = {"initial_value": field.words[:_AREA]} if field.words else {}
        return {"type": "plain_text_input", "multiline": True, "max_length": _AREA, **words}
    return {"type": "plain_text_input", "max_length": _LINE, **words}


def _choice(field: FormField) -> dict[str, Any]:
    options = [
        {"text": plain_text(label, _OPTION), "value": value[:_OPTION]}
        for value, label in field.choices[:_MOST_ENTRIES]
    ]
    several, few = field.kind is FormFieldKind.SEVERAL, len(options) <= _MOST_BUTTONS
    if few:
        return {"type": "checkboxes" if several else "radio_buttons", "options": options}
    return {"type": "multi_static_select" if several else "static_select", "options": options}
