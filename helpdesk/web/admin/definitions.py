"""The generic pages of definitions: lists, versions with their differences, editing as text, retiring and reviving."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.answers.web_source import Trouble, troubles
from helpdesk.configuration.differences import lines
from helpdesk.configuration.editing import ChangedMeanwhile, retire, text_of
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.kinds import parse
from helpdesk.definitions.models import Definition, DefinitionVersion, Kind
from helpdesk.definitions.queries import find_definition, in_force, listed, lock_last
from helpdesk.people.queries import names_of
from helpdesk.web.admin import kinds
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.navigation import entry_of
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.faults import Faulty

CAUSE = "an administrator's page"


class Button(Form):
    """A button."""


class VersionButton(Form):
    seen = StringField(filters=[own_line])


def kind_in(slug: str) -> Kind:
    """The kind that an address names. Raises NotFound."""
    try:
        return Kind(slug)
    except ValueError:
        raise NotFound(
            _("There is nothing here."), _("Choose from the list of settings.")
        ) from None


@admin.get("/definitions/<kind>")
def definitions(kind: str) -> ResponseReturnValue:
    """All of a kind, those that are retired below."""
    chosen = kind_in(kind)
    found = listed(chosen)
    return render_template(
        "admin/definitions.html",
        kind=chosen,
        entry=entry_of(chosen.value),
        used=[one for one in found if one.retired_at is None],
        retired=[one for one in found if one.retired_at is not None],
        troubles=_troubles(chosen),
    )


@admin.get("/definitions/<kind>/<name>")
def definition(kind: str, name: str) -> ResponseReturnValue:
    """What a definition says now, in words and as text, and every version it had."""
    chosen = kind_in(kind)
    found = find_definition(chosen, name)
    versions = store.versions_of(chosen, name)
    now = clock.now()
    current = in_force(versions, now)
    shown = current or versions[-1]
    return render_template(
        "admin/definition.html",
        kind=chosen,
        definition=found,
        title=str(shown.body.get("title") or name),
        shown=shown,
        current=current,
        planned=[one for one in versions if one.effective_at > now],
        words=_words(found, shown),
        text=text_of(shown.body),
        versions=versions,
        names=names_of({one.made_by for one in versions if one.made_by is not None}),
        pages=kinds.pages_of(chosen, name),
        singular=kinds.SINGULAR[chosen],
        entry=entry_of(chosen.value),
        trouble=_troubles(chosen).get(name),
    )


def _troubles(kind: Kind) -> Mapping[str, Trouble]:
    """The services that fail now; of no other kind is anything asked elsewhere."""
    return troubles() if kind is Kind.SERVICE else {}


def _words(found: Definition, shown: DefinitionVersion) -> list[str]:
    """In words, unless what was written once can no longer be read."""
    try:
        parse(found.kind, shown.body)
        return list(kinds.words_of(store.version_by_id(shown.id)))
    except Faulty:
        return []


@admin.get("/definitions/<kind>/<name>/versions/<int:number>")
def definition_version(kind: str, name: str, number: int) -> ResponseReturnValue:
    """One version: what it changed, and how it differs from what holds now."""
    chosen = kind_in(kind)
    found = find_definition(chosen, name)
    versions = store.versions_of(chosen, name)
    shown = _numbered(versions, number)
    before = next((one for one in versions if one.number < number), None)
    current = in_force(versions, clock.now())
    return render_template(
        "admin/version.html",
        kind=chosen,
        definition=found,
        shown=shown,
        before=before,
        current=current,
        newest=versions[0],
        changed=lines(before.body, shown.body) if before else [],
        since=lines(shown.body, current.body) if current and current.id != shown.id else [],
        text=text_of(shown.body),
        names=names_of({shown.made_by} if shown.made_by is not None else set()),
    )


@admin.post("/definitions/<kind>/<name>/versions/<int:number>")
def go_back_to_version(kind: str, name: str, number: int) -> ResponseReturnValue:
    """Make what an earlier version says the newest one; what came between stays in the list."""
    chosen = kind_in(kind)
    form = VersionButton()
    _check(form)
    with unit_of_work():
        last = lock_last(chosen, name)
        if last is not None and str(last.number) != form.seen.data:
            raise ChangedMeanwhile(last)
        shown = _numbered(store.versions_of(chosen, name), number)
        try:
            made = store.save(
                chosen,
                name,
                shown.body,
                by=current_actor().person_id,
                cause=CAUSE,
                note=_("As version %(number)s", number=number),
            )
        except Faulty as faulty:
            raise Invalid(
                _("This version cannot be used any more."), str(faulty.faults[0])
            ) from faulty
    flash(
        _(
            "What version %(old)s said holds again, as version %(new)s.",
            old=number,
            new=made.number,
        ),
        "ok",
    )
    return redirect(url_for(".definition", kind=kind, name=name), code=303)


@admin.post("/definitions/<kind>/<name>/retire")
def retire_definition(kind: str, name: str) -> ResponseReturnValue:
    """End its use, unless something else needs it."""
    chosen = kind_in(kind)
    _check(Button())
    try:
        with unit_of_work():
            retire(chosen, name, by=current_actor().person_id, cause=CAUSE)
    except Conflict as refusal:
        flash(f"{refusal.title} {refusal.advice}", "warn")
    else:
        flash(_("%(name)s is not used any more. Its versions stay.", name=name), "ok")
    return redirect(url_for(".definition", kind=kind, name=name), code=303)


@admin.post("/definitions/<kind>/<name>/revive")
def revive_definition(kind: str, name: str) -> ResponseReturnValue:
    """Use it again, as its newest version says."""
    chosen = kind_in(kind)
    _check(Button())
    with unit_of_work():
        newest = store.versions_of(chosen, name)[0]
        try:
            store.save(
                chosen,
                name,
                newest.body,
                by=current_actor().person_id,
                cause=CAUSE,
                note=_("Used again"),
            )
        except Faulty as faulty:
            raise Invalid(
                _("What it said last cannot be used any more."), str(faulty.faults[0])
            ) from faulty
    flash(_("%(name)s is used again.", name=name), "ok")
    return redirect(url_for(".definition", kind=kind, name=name), code=303)


def _numbered(versions: list[DefinitionVersion], number: int) -> DefinitionVersion:
    for one in versions:
        if one.number == number:
            return one
    raise NotFound(_("There is no such version."), _("Choose one of the list."))


def _check(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
