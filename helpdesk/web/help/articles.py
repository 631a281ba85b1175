"""The front page of the help, a category, an article, its files, and the list for search engines."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from helpdesk.core import files
from helpdesk.core.errors import NotFound
from helpdesk.core.raster import is_picture, plain_type
from helpdesk.knowledge import feedback, languages, markup, queries
from helpdesk.knowledge.access import access_file
from helpdesk.knowledge.models import ArticleText, Audience
from helpdesk.knowledge.queries import Viewer
from helpdesk.web.console.downloads import download
from helpdesk.web.help.blueprint import address_of, help_pages, resolver, viewer
from helpdesk.web.help.helping import given_by
from helpdesk.web.languages import public_language

SHOWN_ON_A_SHELF = 5
# An outline of fewer headings says nothing that the page does not show at once.
LEAST_HEADINGS = 3


@help_pages.get("")
def home() -> ResponseReturnValue:
    """Every category with what stands in it first."""
    shelves = queries.shelves(viewer(), public_language())
    return render_template("help/home.html", shelves=shelves, shown=SHOWN_ON_A_SHELF)


@help_pages.get("/category/<int:category_id>")
def category(category_id: int) -> ResponseReturnValue:
    """All articles of one category; one with nothing for this reader is as one that is not there."""
    for shelf in queries.shelves(viewer(), public_language()):
        if shelf.id == category_id:
            return render_template("help/category.html", shelf=shelf)
    raise NotFound(_("There is no such page."), _("Search the help, or ask us."))


@help_pages.get("/<int:article_id>", defaults={"slug": ""})
@help_pages.get("/<int:article_id>-<slug>")
def article(article_id: int, slug: str) -> ResponseReturnValue:
    """One article, in the language that was asked for, else the reader's, else its own."""
    reader, wanted = viewer(), request.args.get("language", "")
    asked = wanted if wanted in languages.NAMES else public_language()
    text = queries.access_text(reader, article_id, asked)
    if slug != text.slug and not wanted:
        return redirect(address_of(article_id, text.slug), code=301)
    if reader is None or not reader.is_staff:
        feedback.count_view(text.id)
    return render_template("help/article.html", **_shown(text, reader))


def _shown(text: ArticleText, reader: Viewer) -> dict[str, Any]:
    rendered = markup.render(text.body, resolver(text, reader))
    spoken = queries.languages_of(reader, text.article_id)
    reviewed = text.article.reviewed_on
    return {
        "text": text,
        # Cleaned by the one function for articles; nothing else of a text is shown unescaped.
        "body": Markup(rendered.html),  # noqa: S704 - cleaned by markup.render
        "headings": rendered.headings if len(rendered.headings) >= LEAST_HEADINGS else (),
        "category_name": queries.in_language(text.article.category.names, public_language()),
        "direction": "rtl" if text.language in languages.RIGHT_TO_LEFT else "ltr",
        "others": [(one, languages.NAMES[one]) for one in spoken if one != text.language],
        "is_foreign": text.language != public_language(),
        "language_name": languages.NAMES[text.language],
        "reviewed": format_date(reviewed, "d MMMM y") if reviewed else "",
        "related": queries.related(text, reader),
        "canonical": address_of(text.article_id, text.slug, whole=True),
        "alternates": [
            (one, address_of(text.article_id, text.slug, one, whole=True)) for one in spoken
        ],
        "is_public": text.article.audience is Audience.PUBLIC,
        "given": given_by(text),
    }


@help_pages.get("/files/<key>")
def file(key: str) -> ResponseReturnValue:
    """A file of an article, for who may read that: a picture in its place, anything else to be saved (S03)."""
    found = access_file(viewer(), key)
    try:
        body = files.open_file(found.digest).read()
    except files.FileDamaged:
        raise NotFound(_("There is no such page."), _("Search the help, or ask us.")) from None
    shown = is_picture(found.content_type, body)
    kind = plain_type(found.content_type) if shown else "application/octet-stream"
    return download(body, found.name, kind=kind, inline=shown)


@help_pages.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """What search engines may list: public articles only, whoever asks."""
    addresses = [url_for("help.home", _external=True)]
    lines = queries.every_line(None, "en")
    page = render_template(
        "help/sitemap.xml",
        addresses=addresses,
        articles=[(address_of(line.article_id, line.slug, whole=True), line) for line in lines],
    )
    return Response(page, content_type="application/xml; charset=utf-8")
