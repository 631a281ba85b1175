"""The link by which a screen without a keyboard shows a wallboard: signed, for the groups of whoever made it."""

from __future__ import annotations

from flask import url_for

from helpdesk.people.access import Actor
from helpdesk.routing.boards import token_for


def link_for(actor: Actor) -> str:
    """A link to the wallboard of the groups that this person leads; void once they sign in with another password."""
    return url_for("wallboard.by_link", token=token_for(actor), _external=True)
