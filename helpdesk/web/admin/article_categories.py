"""What administrators say of articles as a whole: their categories, and who may write and publish them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.knowledge import arranging, languages, queries
from helpdesk.knowledge.access import Holder, rights
from helpdesk.knowledge.models import ArticleCategory
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.auth import current_actor
from helpdesk.web.console.fields import id_in, member_in
from helpdesk.web.forms import Form, own_line

# The languages of the public pages; the others are written more rarely.
FIRST = ("en", "cy")


class CategoryForm(Form):
    """A name and a sentence in each language: `name_en`, `summary_en` and so on."""


for _code in languages.NAMES:
    setattr(CategoryForm, f"name_{_code}", StringField(filters=[own_line]))
    setattr(CategoryForm, f"summary_{_code}", StringField(filters=[own_line]))


class RightsForm(Form):
    write = StringField(filters=[own_line])
    publish = StringField(filters=[own_line])


class MoveForm(Form):
    to = StringField(filters=[own_line])


@admin.get("/articles")
def article_categories() -> ResponseReturnValue:
    """The categories in their order, and who may write and publish."""
    return _list_page({deed: holder.value for deed, holder in rights().items()}, {})


@admin.post("/articles/rights")
def choose_article_rights() -> ResponseReturnValue:
    """Say who may write and who may publish."""
    form = RightsForm()
    try:
        _check(form)
        chosen = {}
        for deed in ("write", "publish"):
            holder = member_in(Holder, form.values[deed], field=deed)
            if holder is None:
                raise Invalid(_("Choose who may."), field=deed)
            chosen[deed] = holder
        with unit_of_work():
            arranging.choose_rights(chosen, actor=current_actor())
    except Invalid as error:
        form.refuse(error)
        return _list_page(form.values, form.complaints), error.status
    flash(_("Saved."), "ok")
    return _to_list()


@admin.route("/articles/categories/new", methods=["GET", "POST"])
def new_article_category() -> ResponseReturnValue:
    """Add a category."""
    if request.method == "GET":
        return _form_page(None, {}, {})
    form = CategoryForm()
    try:
        _check(form)
        with unit_of_work():
            arranging.add_category(
                _texts(form, "name"), _texts(form, "summary"), actor=current_actor()
            )
    except Invalid as error:
        form.refuse(error)
        return _form_page(None, form.values, form.complaints), error.status
    flash(_("The category was added."), "ok")
    return _to_list()


@admin.route("/articles/categories/<int:category_id>", methods=["GET", "POST"])
def edit_article_category(category_id: int) -> ResponseReturnValue:
    """Change how a category is called."""
    found = arranging.access_category(category_id)
    if request.method == "GET":
        return _form_page(found, _values(found), {})
    form = CategoryForm()
    try:
        _check(form)
        with unit_of_work():
            arranging.edit_category(
                found,
                _texts(form, "name"),
                _texts(form, "summary"),
                position=found.position,
                actor=current_actor(),
            )
    except Invalid as error:
        form.refuse(error)
        return _form_page(found, form.values, form.complaints), error.status
    flash(_("Saved."), "ok")
    return _to_list()


@admin.post("/articles/categories/<int:category_id>/move")
def move_article_category(category_id: int) -> ResponseReturnValue:
    """Move a category up or down."""
    form = MoveForm()
    _check(form)
    if form.to.data not in ("up", "down"):
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        found = arranging.access_category(category_id)
        arranging.move_category(found, up=form.to.data == "up", actor=current_actor())
    return _to_list()


@admin.post("/articles/categories/<int:category_id>/retire")
def retire_article_category(category_id: int) -> ResponseReturnValue:
    """Take a category away, and put what stands in it into another one."""
    form = MoveForm()
    try:
        _check(form)
        to_id = id_in(form.to.data, field="to")
        with unit_of_work():
            found = arranging.access_category(category_id)
            to = arranging.access_category(to_id) if to_id is not None else None
            arranging.remove_category(found, to=to, actor=current_actor())
    except Invalid as error:
        form.refuse(error)
        found = arranging.access_category(category_id)
        values = {**_values(found), "to": form.to.data}
        return _form_page(found, values, form.complaints), error.status
    flash(_("The category was taken away."), "ok")
    return _to_list()


def _list_page(values: dict[str, Any], errors: dict[str, str]) -> str:
    found = queries.categories()
    held = queries.articles_in(one.id for one in found)
    return render_template(
        "admin/article_categories.html",
        categories=[
            {
                "id": one.id,
                "name": queries.in_language(one.names, "en"),
                "summary": queries.in_language(one.summaries, "en"),
                "languages": [
                    name for code, name in languages.NAMES.items() if one.names.get(code)
                ],
                "articles": held.get(one.id, 0),
            }
            for one in found
        ],
        holders=[
            (Holder.AGENTS.value, _("Every agent")),
            (Holder.LEADS.value, _("Leads of a group, and administrators")),
            (Holder.ADMINS.value, _("Administrators only")),
        ],
        values=values,
        errors=errors,
    )


def _form_page(
    found: ArticleCategory | None, values: dict[str, Any], errors: dict[str, str]
) -> str:
    others = [one for one in queries.categories() if found is not None and one.id != found.id]
    rest = [code for code in languages.NAMES if code not in FIRST]
    return render_template(
        "admin/article_category.html",
        category=found,
        title=queries.in_language(found.names, "en") if found else "",
        articles=queries.articles_in([found.id]).get(found.id, 0) if found else 0,
        others=[
            ("", _("Choose one")),
            *((str(one.id), queries.in_language(one.names, "en")) for one in others),
        ],
        first=[(code, languages.NAMES[code]) for code in FIRST],
        rest=[(code, languages.NAMES[code]) for code in rest],
        rest_open=any(
            values.get(f"{part}_{code}") for part in ("name", "summary") for code in rest
        ),
        values=values,
        errors=errors,
    )


def _values(found: ArticleCategory) -> dict[str, Any]:
    names = {f"name_{code}": found.names.get(code, "") for code in languages.NAMES}
    return names | {f"summary_{code}": found.summaries.get(code, "") for code in languages.NAMES}


def _texts(form: Form, part: str) -> dict[str, str]:
    return {code: form.values[f"{part}_{code}"] or "" for code in languages.NAMES}


def _check(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))


def _to_list() -> ResponseReturnValue:
    return redirect(url_for(".article_categories"), code=303)
