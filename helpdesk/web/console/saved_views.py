"""The pages of views: all that one may open, making one, changing it, and what it would show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectMultipleField, StringField, TextAreaField

from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people.access import Actor
from helpdesk.people.models import Right
from helpdesk.tickets.customizing import fields_in_use
from helpdesk.tickets.queries import Filters, Sort, list_tickets
from helpdesk.views import choosing, commands, store
from helpdesk.views.asking import Question, read_query, sql_of
from helpdesk.views.commands import Wanted, access_view, create_view, edit_view, remove_view
from helpdesk.views.models import Audience, Counting, SavedView
from helpdesk.views.own_fields import check_fields
from helpdesk.views.words import look_of
from helpdesk.web.admin.rule_words import said
from helpdesk.web.auth import current_actor
from helpdesk.web.console import added_columns, gone_words, list_words, menus, seen, view_met
from helpdesk.web.console.blueprint import console
from helpdesk.web.forms import Form, own_line
from workflows.condition_reading import BadCondition

MOST_SHOWN = 8
GROUP_PREFIX = "group-"
FIRST_QUERY = "is:open "


class ViewForm(Form):
    title = StringField(filters=[own_line])
    query = TextAreaField(filters=[own_line])
    audience = StringField(filters=[own_line])
    columns = SelectMultipleField(validate_choice=False)
    sort = StringField(filters=[own_line])
    grouping = StringField(filters=[own_line])
    density = StringField(filters=[own_line])
    letter = StringField(filters=[own_line])
    version = StringField(filters=[own_line])
    act = StringField(filters=[own_line])


class ArrangeForm(Form):
    move = StringField(filters=[own_line])


class Button(Form):
    """A button."""


@console.get("/views")
def saved_views() -> ResponseReturnValue:
    """Every view that one may open, in one's own order."""
    actor = current_actor()
    ordered = choosing.in_order(actor, store.read_views())
    return render_template(
        "console/views.html",
        views=[_line(actor, view, ordered) for view in ordered],
        may_share=_may_share_any(actor),
    )


@console.get("/views/rail")
def rail_views() -> ResponseReturnValue:
    """The views of the rail as they are now, and what became of the one that a page shows."""
    actor = current_actor()
    return render_template("console/_rail_views.html", news=view_met.news_of(actor, request.args))


@console.route("/views/new", methods=["GET", "POST"])
def new_view() -> ResponseReturnValue:
    """Make a view, from nothing, from a query, or from another view."""
    actor, form = current_actor(), ViewForm()
    if request.method == "GET":
        return _form_page(actor, form, _first(actor), None)
    wanted = _wanted_of(actor, form)
    if form.act.data == "preview" or wanted is None:
        return _form_page(actor, form, form.values, None), 422 if form.complaints else 200
    try:
        with unit_of_work():
            made = create_view(wanted, actor=actor)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _form_page(actor, form, form.values, None), error.status
    flash(_("The view “%(title)s” is made.", title=made.title), "ok")
    return redirect(url_for("console.tickets", view=store.view_of(made).key), code=303)


@console.route("/views/<int:view_id>/edit", methods=["GET", "POST"])
def edit_view_page(view_id: int) -> ResponseReturnValue:
    """Change a view; what was typed for one that somebody deleted meanwhile can be saved as a new one."""
    actor, form = current_actor(), ViewForm()
    try:
        row = access_view(actor, view_id, to="edit")
    except NotFound as error:
        if request.method == "GET":
            raise
        form.complain("", _("This view was deleted meanwhile. Save what you typed as a new one."))
        return _form_page(actor, form, form.values, None), error.status
    if request.method == "GET":
        return _form_page(actor, form, _values(row), row)
    wanted = _wanted_of(actor, form, position=row.position)
    if form.act.data == "preview" or wanted is None:
        return _form_page(actor, form, form.values, row), 422 if form.complaints else 200
    return _save(actor, form, wanted, view_id)


def _save(actor: Actor, form: ViewForm, wanted: Wanted, view_id: int) -> ResponseReturnValue:
    try:
        with unit_of_work():
            held = access_view(actor, view_id, to="edit")
            if form.version.data != str(held.version):
                raise _changed_meanwhile()
            edit_view(held, wanted, actor=actor)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        row = access_view(actor, view_id, to="edit")
        return _form_page(actor, form, form.values, row), error.status
    flash(_("Saved."), "ok")
    return redirect(url_for("console.tickets", view=store.view_of(held).key), code=303)


def _changed_meanwhile() -> Conflict:
    return Conflict(
        _("Somebody changed this view meanwhile."),
        _("See below how, then save yours over it or leave the page."),
    )


@console.post("/views/<int:view_id>/delete")
def delete_view(view_id: int) -> ResponseReturnValue:
    """Delete a view; its tickets stay."""
    actor = current_actor()
    access_view(actor, view_id, to="edit")
    _require(Button())
    with unit_of_work():
        row = access_view(actor, view_id, to="edit")
        title = row.title
        remove_view(row, actor=actor)
    flash(_("The view “%(title)s” is gone; its tickets are where they were.", title=title), "ok")
    return redirect(url_for(".saved_views"), code=303)


@console.post("/views/<int:view_id>/arrange")
def arrange_view(view_id: int) -> ResponseReturnValue:
    """Move a view in one's own rail, or take it out of it."""
    actor, form = current_actor(), ArrangeForm()
    access_view(actor, view_id)
    _require(form)
    move = next((one for one in choosing.MOVES if one == form.move.data), None)
    if move is None:
        raise Invalid(_("The form is not whole."), _("Open the page again."))
    with unit_of_work():
        choosing.arrange(actor, store.read_views(), view_id, move)
    return redirect(url_for(".saved_views", _anchor=f"view-{view_id}"), code=303)


@console.get("/views/preview")
def preview_view() -> ResponseReturnValue:
    """What a query would show, as it is typed."""
    actor = current_actor()
    query = request.args.get("query", "")[: commands.LONGEST_QUERY + 1]
    audience = request.args.get("audience", Audience.OWN)
    return render_template("console/_view_preview.html", preview=preview_of(actor, query, audience))


def preview_of(actor: Actor, query: str, audience: str) -> dict[str, Any]:
    """A query in plain words with its first tickets, or what is wrong with it and where."""
    try:
        question = read_query(query, is_own=audience == Audience.OWN)
        check_fields(question, query)
    except BadCondition as bad:
        return {"problem": sentence_of(bad), **_place(query, bad)}
    look = look_of(actor, only_open=question.is_open)
    page = list_tickets(
        actor,
        Filters(is_open=True if question.is_open else None),
        sort=Sort.ACTIVITY,
        limit=MOST_SHOWN,
        where=sql_of(question.condition.part, actor.person_id, look),
    )
    return {
        "problem": "",
        "gone": gone_words.of_query(question, query),
        "words": question.condition.words(said) if not question.condition.is_always else "",
        "rows": page.rows,
        "has_more": page.older is not None,
        "counting": " ".join([_counting_words(question), *look.limits]),
    }


def sentence_of(bad: BadCondition) -> str:
    """What is wrong with a query, in the reader's words, and at which character."""
    fault = bad.faults[0]
    sentence = said(fault.text)
    sentence = sentence % fault.values if fault.values else sentence
    return _("Character %(place)s: %(said)s", place=bad.position, said=sentence)


def _place(query: str, bad: BadCondition) -> dict[str, str]:
    start = min(bad.position - 1, len(query))
    end = min(start + bad.length, len(query))
    return {"before": query[:start], "bad": query[start:end] or "…", "after": query[end:]}


def _counting_words(question: Question) -> str:
    return {
        Counting.KEPT: _("Its number in the menu changes as tickets do."),
        Counting.TIMED: _("Its number in the menu is at most a minute old, since time changes it."),
        Counting.SWEPT: _("Its number in the menu is at most a minute old."),
        Counting.NEVER: _(
            "It has no number in the menu: only views of open tickets are counted, by what is the same for all readers."
        ),
    }[question.counting]


def _form_page(
    actor: Actor, form: ViewForm, values: Mapping[str, Any], row: SavedView | None
) -> str:
    query, audience = str(values.get("query") or ""), str(values.get("audience") or "")
    fields = fields_in_use()
    options = {
        "audience": _audiences(actor),
        "columns": [*list_words.columns(), *added_columns.choices(fields)],
        "sort": [*menus.sorts(), *added_columns.orders(fields)],
        "grouping": list_words.groupings(),
        "density": [("", _("As the reader has it")), *list_words.densities()],
    }
    met = view_met.met(_values(row), values, options) if row else []
    return render_template(
        "console/view_form.html",
        view=row,
        values={**values, "version": row.version} if row else values,
        met=met,
        errors=form.complaints,
        preview=preview_of(actor, query, audience),
        options=options,
        added=added_columns.choices(fields),
        is_shared=audience != Audience.OWN,
    )


def _first(actor: Actor) -> dict[str, Any]:
    """What a new view begins as: another one, a query that came with the address, or open tickets."""
    copied = request.args.get("copy", "")
    if copied.isascii() and copied.isdigit() and len(copied) < 16:
        row = access_view(actor, int(copied))
        title = _("Copy of %(title)s", title=row.title)[: commands.LONGEST_TITLE]
        return {**_values(row), "title": title, "audience": Audience.OWN.value, "letter": ""}
    return {
        "title": request.args.get("title", "")[: commands.LONGEST_TITLE],
        "query": request.args.get("query", "")[: commands.LONGEST_QUERY] or FIRST_QUERY,
        "audience": Audience.OWN.value,
        "columns": [],
        "sort": Sort.ACTIVITY.value,
        "grouping": "",
        "density": "",
        "letter": "",
    }


def _values(row: SavedView) -> dict[str, Any]:
    audience = f"{GROUP_PREFIX}{row.group_id}" if row.group_id else row.audience.value
    return {
        "title": row.title,
        "query": row.query,
        "audience": audience,
        "columns": list(row.columns),
        "sort": row.sort,
        "grouping": row.grouping,
        "density": row.density,
        "letter": row.letter,
        "version": row.version,
    }


def _wanted_of(actor: Actor, form: ViewForm, *, position: int = 0) -> Wanted | None:
    """What was typed, as a view; None when something of it cannot be used, which the form then says."""
    if not form.is_valid():
        return None
    chosen = form.audience.data or Audience.OWN.value
    if chosen not in {value for value, _label in _audiences(actor)}:
        form.complain("audience", _("You may not share a view with these people."))
    is_group = chosen.startswith(GROUP_PREFIX)
    audience = Audience.GROUP if is_group else Audience.OWN
    if not is_group and chosen in list(Audience):
        audience = Audience(chosen)
    try:
        query = form.query.data or ""
        check_fields(read_query(query, is_own=audience is Audience.OWN), query)
    except BadCondition as bad:
        form.complain("query", sentence_of(bad))
    if form.complaints:
        return None
    return Wanted(
        title=form.title.data or "",
        query=form.query.data or "",
        audience=audience,
        group_id=int(chosen.removeprefix(GROUP_PREFIX)) if is_group else None,
        columns=tuple(form.columns.data or ()),
        sort=form.sort.data or Sort.ACTIVITY.value,
        grouping=form.grouping.data or "",
        density=form.density.data or "",
        letter=form.letter.data or "",
        position=position,
    )


def _audiences(actor: Actor) -> list[tuple[str, str]]:
    """With whom this person may share a view."""
    found = [(Audience.OWN.value, _("Only me"))]
    if actor.is_admin:
        found += [
            (Audience.ALL.value, _("Everybody")),
            (Audience.LEADS.value, _("Leads")),
            (Audience.ADMINISTRATORS.value, _("Administrators")),
        ]
    return [
        *found,
        *(
            (f"{GROUP_PREFIX}{group.id}", _("Members of %(group)s", group=group.name))
            for group in seen.groups()
            if group.is_active and actor.holds(group.id, Right.LEAD)
        ),
    ]


def _may_share_any(actor: Actor) -> bool:
    return actor.is_admin or Right.LEAD in actor.groups.values()


def _line(actor: Actor, view: store.View, ordered: list[store.View]) -> dict[str, Any]:
    return {
        "view": view,
        "url": url_for("console.tickets", view=view.key),
        "words": view.question.condition.words(said) if view.question else "",
        "for": _audience_word(view),
        "is_hidden": choosing.is_hidden(actor, view),
        "is_for_me": store.is_for(actor, view),
        "may_edit": commands.may_edit(actor, view),
        "is_first": view is ordered[0],
        "is_last": view is ordered[-1],
    }


def _audience_word(view: store.View) -> str:
    if view.audience is Audience.GROUP:
        return _("Members of %(group)s", group=seen.group_name(view.group_id) or "")
    return {
        Audience.OWN: _("Only me"),
        Audience.ALL: _("Everybody"),
        Audience.LEADS: _("Leads"),
        Audience.ADMINISTRATORS: _("Administrators"),
    }[view.audience]


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(_("The form is not whole."), _("Open the page again."))
