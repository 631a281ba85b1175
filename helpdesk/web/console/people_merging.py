"""Two people who are one: looked at side by side, merged, parted again, or found to be two."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from helpdesk.core.errors import Conflict, DomainError, Invalid, Refused
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.identity import merging, suggesting
from helpdesk.identity.details import NEED, Difference, Side
from helpdesk.identity.previewing import Preview, preview
from helpdesk.operations import people as operations
from helpdesk.operations.undoing import part_people as part_people_of
from helpdesk.people.access import Actor
from helpdesk.people.bond_models import NeedKind
from helpdesk.people.models import Person
from helpdesk.people.queries import access_person, search_people
from helpdesk.web.auth import current_actor
from helpdesk.web.console.bare import require_bare_form
from helpdesk.web.console.blueprint import console
from helpdesk.web.console.done import flash_done
from helpdesk.web.console.fields import id_in, member_in
from helpdesk.web.console.need_words import need_value_words, need_word
from helpdesk.web.forms import Form, own_line

CHOICE = "choice_"
MOST_FOUND = 8
DETAILS = ("name", "organisation", "note", "locale", *(NEED + kind.value for kind in NeedKind))


class OtherForm(Form):
    other = StringField(filters=[own_line])


class MergeForm(OtherForm):
    mark = StringField(filters=[own_line])


# A field for each detail in which two people may differ.
ChoosingForm: type[MergeForm] = type(
    "ChoosingForm",
    (MergeForm,),
    {CHOICE + name: StringField(filters=[own_line]) for name in DETAILS},
)


@console.get("/people/<int:person_id>/merge")
def choose_merge(person_id: int) -> ResponseReturnValue:
    """Choose who else this person is, and look at what merging the two would do."""
    actor = current_actor()
    kept = access_person(actor, person_id)
    other = id_in(request.args.get("other"), field="other")
    if other is None:
        return _choosing(actor, kept)
    return _preview(actor, kept, other)


@console.post("/people/<int:person_id>/merge")
def merge_people(person_id: int) -> ResponseReturnValue:
    """Merge another person into this one, as it was looked at."""
    actor = current_actor()
    kept = access_person(actor, person_id)
    form = ChoosingForm()
    other = _other(form)
    try:
        choices = {
            name: side
            for name in DETAILS
            if (side := member_in(Side, form[CHOICE + name].data, field=name)) is not None
        }
        with unit_of_work():
            made, done = operations.merge(
                kept.id,
                other,
                choices=choices,
                seen=form.mark.data or "",
                actor=actor,
            )
            kept_id = made.kept_id
    except (Conflict, Invalid, Refused) as error:
        return _preview(actor, access_person(actor, person_id), other, error)
    said = _("They are one person now. Undo stands on this page for as long as it is needed.")
    flash_done(said, done)
    return redirect(url_for(".person", person_id=kept_id), code=303)


@console.post("/people/<int:person_id>/merges/<int:merge_id>/undo")
def part_people(person_id: int, merge_id: int) -> ResponseReturnValue:
    """Take back a merge; what came since stays."""
    actor = current_actor()
    kept = access_person(actor, person_id)
    require_bare_form()
    made = merging.access_merge(merge_id)
    if made.kept_id != kept.id:
        raise Conflict(
            _("These people were merged with others since."), _("Undo the later merge first.")
        )
    with unit_of_work():
        part_people_of(merge_id, actor=actor)
    flash(_("They are two people again. What came since the merge stayed here."), "ok")
    return redirect(url_for(".person", person_id=person_id), code=303)


@console.post("/people/<int:person_id>/distinct")
def find_distinct(person_id: int) -> ResponseReturnValue:
    """Note that somebody looked, and that these are two people; it is not suggested again."""
    actor = current_actor()
    found = access_person(actor, person_id)
    other = access_person(actor, _other(OtherForm()))
    with unit_of_work():
        suggesting.dismiss(found.id, other.id, actor=actor)
    flash(_("Noted: %(one)s and %(other)s are two people.", one=found.name, other=other.name), "ok")
    return redirect(url_for(".person", person_id=found.id), code=303)


def _choosing(actor: Actor, kept: Person) -> str:
    asked = " ".join(request.args.get("q", "").split())[:200]
    found = [one for one in search_people(actor, asked, limit=MOST_FOUND + 1) if one.id != kept.id]
    return render_template(
        "console/person_merge_choose.html",
        person=kept,
        q=asked,
        found=[_brief(one) for one in found[:MOST_FOUND]],
        suggestions=suggesting.suggestions_for(kept.id, actor),
    )


def _preview(
    actor: Actor, kept: Person, other: int, error: DomainError | None = None
) -> ResponseReturnValue:
    try:
        shown = preview(actor, kept.id, other)
    except (Invalid, Refused) as unfit:
        said = {"": " ".join(part for part in (unfit.title, unfit.advice) if part)}
        page = render_template(
            "console/person_merge_choose.html",
            person=kept,
            q="",
            found=[],
            suggestions=[],
            errors=said,
        )
        return page, unfit.status
    page = render_template(
        "console/person_merge.html",
        errors={"": f"{error.title} {error.advice}"} if error else {},
        **_shown(shown),
    )
    return (page, error.status) if error else page


def _shown(shown: Preview) -> dict[str, Any]:
    return {
        "preview": shown,
        "kept": _brief(shown.kept),
        "gone": _brief(shown.gone),
        "conflicts": [_conflict(one) for one in shown.conflicts],
        "unproven": [point.value for point in shown.contact_points if not point.is_proven],
    }


def _conflict(one: Difference) -> dict[str, Any]:
    values = {Side.KEPT: one.kept, Side.GONE: one.gone, Side.BOTH: _("Both, one below the other")}
    words = need_value_words(one.name.removeprefix(NEED)) if one.name.startswith(NEED) else {}
    return {
        "field": CHOICE + one.name,
        "label": _label(one.name),
        "choices": [
            (side.value, words.get(values[side], values[side]) or "–") for side in one.sides
        ],
        "chosen": one.sides[0].value,
    }


def _label(name: str) -> str:
    if name.startswith(NEED):
        return need_word(name.removeprefix(NEED))
    known = {
        "name": _("Name"),
        "organisation": _("Organisation"),
        "note": _("Note"),
        "locale": _("Language of our mails and pages"),
    }
    return known[name]


def _brief(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "points": person.contact_points,
        "organisation": person.organisation.name if person.organisation else None,
        "since": person.created_at,
    }


def _other(form: OtherForm) -> int:
    _require(form)
    other = id_in(form.other.data, field="other")
    if other is None:
        raise Invalid(_("Say who the other person is."), field="other")
    return other


def _require(form: Form) -> None:
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
