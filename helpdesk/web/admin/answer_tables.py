"""Tables of answers: the list, a new one, an upload with what is wrong and what would change, and what is live."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_wtf.file import FileField
from wtforms import StringField

from helpdesk.answers import tables
from helpdesk.answers.csv_reading import ENCODINGS, LARGEST_FILE, read_table
from helpdesk.answers.models import AnswerTable, WhenOld
from helpdesk.answers.tables import Settings
from helpdesk.core import clock
from helpdesk.core.errors import Conflict, DomainError, Invalid
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.people.queries import names_of
from helpdesk.web.admin.blueprint import admin
from helpdesk.web.admin.definitions import CAUSE
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, own_line
from workflows.faults import Faulty
from workflows.service_fields import tidy
from workflows.services import FieldKind, FromTable

KEY_KINDS = [
    ("postcode", _lazy("a postcode")),
    ("text", _lazy("words, such as a street")),
    ("number", _lazy("a number, such as a UPRN")),
    ("reference", _lazy("a reference, letters and digits")),
]


class TableForm(Form):
    title = StringField(filters=[own_line])
    name = StringField(filters=[own_line])
    key_column = StringField(filters=[own_line])
    key_kind = StringField(filters=[own_line])
    max_age_days = StringField(filters=[own_line])
    when_old = StringField(filters=[own_line])


class UploadForm(Form):
    file = FileField()
    as_of = StringField(filters=[own_line])
    encoding = StringField(filters=[own_line])


class PublishForm(Form):
    seen = StringField(filters=[own_line])


@admin.get("/answers/tables")
def answer_tables() -> ResponseReturnValue:
    """Every table, what is live of it, and how old that is."""
    found = tables.all_tables()
    live = {one.id: tables.live_version(one) for one in found}
    return render_template(
        "admin/answer_tables.html",
        tables=[
            {"row": one, "live": version, "is_old": bool(version and tables.is_old(one, version))}
            for one in found
            for version in [live[one.id]]
        ],
    )


@admin.route("/answers/tables/new", methods=["GET", "POST"])
def new_answer_table() -> ResponseReturnValue:
    """A table without rows yet."""
    if request.method == "GET":
        return _form(None, {"key_kind": "postcode", "when_old": "say"}, {})
    return _saved(None)


@admin.route("/answers/tables/<name>/settings", methods=["GET", "POST"])
def edit_answer_table(name: str) -> ResponseReturnValue:
    """What is said of a table: its title, its key, and for how long its facts are good."""
    table = tables.find_table(name)
    if request.method == "GET":
        values = {
            "title": table.title,
            "key_column": table.key_column,
            "key_kind": table.key_kind,
            "max_age_days": table.max_age_days or "",
            "when_old": table.when_old.value,
        }
        return _form(table, values, {})
    return _saved(table)


def _saved(table: AnswerTable | None) -> ResponseReturnValue:
    form = TableForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        settings = _settings(form)
        by = current_actor().person_id
        with unit_of_work():
            if table is None:
                made = tables.create(form.name.data or "", settings, by=by, cause=CAUSE)
                name = made.name
            else:
                name = table.name
                tables.change(tables.lock(table.id), settings, by=by, cause=CAUSE)
    except Invalid as error:
        form.refuse(error)
        return _form(table, form.values, form.complaints), error.status
    flash(_("The table was saved."), "ok")
    return redirect(url_for(".answer_table", name=name), code=303)


def _settings(form: TableForm) -> Settings:
    days = (form.max_age_days.data or "").strip()
    if days and not (days.isascii() and days.isdigit() and len(days) < 5):
        raise Invalid(_("Write a number of days from 1 to 3650."), field="max_age_days")
    try:
        kind, old = FieldKind(form.key_kind.data or ""), WhenOld(form.when_old.data or "say")
        return Settings(
            form.title.data or "",
            form.key_column.data or "",
            kind,
            int(days) if days else None,
            old,
        )
    except ValueError:
        raise Invalid(_("Choose one of the list."), field="key_kind") from None


def _form(table: AnswerTable | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "admin/answer_table_form.html",
        table=table,
        values=values,
        errors=errors,
        kinds=KEY_KINDS,
        when_old=[
            ("say", _("tell it, with the day it was right")),
            ("withhold", _("do not tell it; a person answers")),
        ],
    )


@admin.get("/answers/tables/<name>")
def answer_table(name: str) -> ResponseReturnValue:
    """A table: what is live, its versions, an upload, and a look-up to try."""
    return _table_page(tables.find_table(name), {}, {})


@admin.post("/answers/tables/<name>")
def upload_answer_table(name: str) -> ResponseReturnValue:
    """Take a file in as the next version, and show what it would change."""
    table = tables.find_table(name)
    form = UploadForm()
    try:
        if not form.is_valid():
            raise Invalid(next(iter(form.complaints.values())))
        number = _uploaded(table, form)
    except Faulty as faulty:
        said = " ".join(_(one.text, **one.values) for one in faulty.faults)
        form.complain("encoding" if faulty.faults[0].path[:1] == ("encoding",) else "file", said)
    except DomainError as error:
        form.refuse(error)
    else:
        return redirect(url_for(".answer_version", name=name, number=number), code=303)
    values = {"as_of": form.as_of.data, "encoding": form.encoding.data}
    return _table_page(table, values, form.complaints), 422


def _uploaded(table: AnswerTable, form: UploadForm) -> int:
    upload = request.files.get("file")
    body = upload.read(LARGEST_FILE + 1) if upload is not None else b""
    if upload is None or not upload.filename:
        raise Invalid(_("Choose a file."), field="file")
    try:
        as_of = date.fromisoformat(form.as_of.data or "")
    except ValueError:
        raise Invalid(_("Write the day, such as 2027-03-27."), field="as_of") from None
    kind = FieldKind(table.key_kind)
    read = read_table(
        body, key_column=table.key_column, key_kind=kind, encoding=form.encoding.data or ""
    )
    with unit_of_work():
        version = tables.upload(
            table,
            read,
            as_of=as_of,
            file_name=upload.filename,
            by=current_actor().person_id,
            cause=CAUSE,
        )
        return version.number


@admin.get("/answers/tables/<name>/<int:number>")
def answer_version(name: str, number: int) -> ResponseReturnValue:
    """One version: what is wrong with it, how it differs from what is live, and the button that puts it live."""
    table = tables.find_table(name)
    with unit_of_work():
        version = tables.access_version(table, number)
        tables.compare_again(table, version)
    return render_template(
        "admin/answer_version.html",
        table=table,
        version=version,
        rows=tables.first_rows(version),
        faults=[(line, _(text, **values)) for line, text, values in version.faults],
        used_by=used_by(table.name),
        names=_names([version]),
    )


@admin.post("/answers/tables/<name>/<int:number>")
def publish_answer_version(name: str, number: int) -> ResponseReturnValue:
    """Put a version live, an earlier one too."""
    form = PublishForm()
    if not form.is_valid():
        raise Invalid(next(iter(form.complaints.values())))
    seen = form.seen.data or ""
    try:
        with unit_of_work():
            tables.publish(
                tables.find_table(name),
                number,
                seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1,
                by=current_actor().person_id,
                cause=CAUSE,
            )
    except (Conflict, Invalid) as refusal:
        flash(f"{refusal.title} {refusal.advice}", "warn")
        return redirect(url_for(".answer_version", name=name, number=number), code=303)
    flash(_("Version %(number)s is live. It answers from now on.", number=number), "ok")
    return redirect(url_for(".answer_table", name=name), code=303)


def _table_page(table: AnswerTable, values: dict[str, Any], errors: dict[str, str]) -> str:
    versions, live = tables.versions_of(table), tables.live_version(table)
    tried = request.args.get("key", "").strip()[:120]
    return render_template(
        "admin/answer_table.html",
        table=table,
        key_kind=dict(KEY_KINDS).get(table.key_kind, table.key_kind),
        live=live,
        is_old=bool(live and tables.is_old(table, live)),
        versions=versions,
        names=_names(versions),
        used_by=used_by(table.name),
        values={"as_of": clock.now().date().isoformat(), **values},
        errors=errors,
        encodings=[("", _("find out")), *((one, one) for one in ENCODINGS)],
        tried=tried,
        found=_tried(table, tried),
    )


def _tried(table: AnswerTable, key: str) -> list[dict[str, str]] | None:
    """The rows of a key that somebody tries; None where nothing was tried, or cannot be a key."""
    if not key:
        return None
    try:
        found = tables.look_up(table.name, tidy(FieldKind(table.key_kind), key))
    except Faulty:
        return []
    return list(found.rows) if found else []


def used_by(name: str) -> list[tuple[str, str]]:
    """The services that are answered from a table, by name and title."""
    return [
        (one.name, one.title)
        for one in store.current(Kind.SERVICE)
        if isinstance(one.value.source, FromTable) and one.value.source.table == name
    ]


def _names(versions: Any) -> dict[int, str]:
    return names_of({one.made_by for one in versions if one.made_by is not None})
