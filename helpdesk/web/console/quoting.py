"""An article in a reply: its text or its address, in the language of who asked; never one that is for staff only."""

from __future__ import annotations

from flask import request, url_for

from helpdesk.knowledge import markup, queries
from helpdesk.knowledge.models import ArticleText, Audience
from helpdesk.people.access import Actor
from helpdesk.tickets.models import Ticket


def quoted_article(actor: Actor, ticket: Ticket) -> str:
    """What the address of a ticket's page asks to begin the reply with; nothing most of the time."""
    asked = request.args.get("article", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 12):
        return ""
    found = queries.access_by_ids(actor, [int(asked)], ticket.requester.locale).get(int(asked))
    # What is for staff must not leave by a link that somebody clicked in a hurry (S12).
    if found is None or found.article.audience is Audience.INTERNAL:
        return ""
    if request.args.get("how") == "link":
        return f"{found.title}\n{_address(found)}\n"
    return markup.plain(found.body, lambda _kind, _name: None)


def _address(text: ArticleText) -> str:
    return url_for("help.article", article_id=text.article_id, slug=text.slug, _external=True)
