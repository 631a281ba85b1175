"""All shelves, in the order in which their things are brought in; and everything that stands on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.configuration.items import CHANNEL, FIELD, GROUP, KINDS, VIEW, Key, Shelf, Standing
from helpdesk.configuration.shelf_channels import ChannelShelf, canonical_channel
from helpdesk.configuration.shelf_definitions import DefinitionShelf, standing_definitions
from helpdesk.configuration.shelf_fields import FieldShelf
from helpdesk.configuration.shelf_groups import GroupShelf
from helpdesk.configuration.shelf_views import USUAL, ViewShelf
from helpdesk.definitions.models import Kind

_OWN: dict[str, Shelf] = {
    GROUP: GroupShelf(),
    FIELD: FieldShelf(),
    CHANNEL: ChannelShelf(),
    VIEW: ViewShelf(),
}
# What a body says by saying nothing, beside being in use.
_BLANK: dict[str, dict[str, Any]] = {FIELD: {"position": 0}, VIEW: USUAL}
SHELVES: dict[str, Shelf] = {kind: _OWN.get(kind) or DefinitionShelf(kind) for kind in KINDS}


def all_standing() -> dict[Key, Standing]:
    """Everything that is in use now."""
    found = {
        Key(kind, name): standing
        for kind, shelf in _OWN.items()
        for name, standing in shelf.standing().items()
    }
    return {**found, **standing_definitions(*Kind)}


def canonical(key: Key, body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as `all_standing` would show it, for holding the two against each other."""
    if key.kind == CHANNEL:
        body = canonical_channel(key.name, body)
    if key.kind not in _OWN:
        return dict(body)
    blank = {"active": True, **_BLANK.get(key.kind, {})}
    return {
        name: value
        for name, value in body.items()
        if value not in (None, "", []) and (name not in blank or value != blank[name])
    }
