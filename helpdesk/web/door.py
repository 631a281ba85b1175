"""The door: the pages to sign in and out, and to choose a password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo

from helpdesk.core import settings
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, Invalid, NotFound, TooMany
from helpdesk.core.own_hosts import LOOPBACK
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.people import authentication, passwords
from helpdesk.people.commands import end_sessions
from helpdesk.people.models import Person, TokenPurpose
from helpdesk.people.sessions import end_session
from helpdesk.people.tokens import live_token
from helpdesk.web.auth import current_actor, current_actor_or_none, enter, leave, source_address
from helpdesk.web.forms import Form, own_line
from helpdesk.web.navigation import first_page, own_path

auth = Blueprint("auth", __name__)
# Where the demo desk tells the sign-in page its people: [{name, sign_in_name, password, words}].
DEMO_SIGN_INS = "demo.sign_ins"


class SignInForm(Form):
    sign_in_name = StringField(filters=[own_line], validators=[DataRequired()])
    password = PasswordField(validators=[DataRequired()])
    next = StringField()


class ForgotForm(Form):
    address = StringField(filters=[own_line], validators=[DataRequired()])


class PasswordForm(Form):
    password = PasswordField(validators=[DataRequired()])


class ConfirmForm(PasswordForm):
    next = StringField()


class NewPasswordForm(PasswordForm):
    """A new password, typed twice."""

    again = PasswordField(validators=[EqualTo("password")])


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(validators=[DataRequired()])


@auth.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Sign in, and go to the page that was asked for."""
    if request.method == "POST":
        return _try_sign_in()
    target = own_path(request.args.get("next"))
    if current_actor_or_none() is not None:
        return redirect(target or first_page(), code=303)
    return _sign_in_page({"sign_in_name": ""}, {}, target or "")


def _try_sign_in() -> ResponseReturnValue:
    form = SignInForm()
    target = own_path(form.next.data) or ""
    if not _is_filled(form):
        return _sign_in_page(form.values, form.complaints, target), 422
    try:
        _person, token = authentication.sign_in(
            form.sign_in_name.data or "", form.password.data or "", source_address()
        )
    except DomainError as error:
        form.refuse(error)
        return _sign_in_page(form.values, form.complaints, target), error.status, _wait(error)
    enter(token)
    return redirect(target or first_page(), code=303)


def _sign_in_page(values: dict[str, Any], errors: dict[str, str], target: str) -> str:
    return render_template(
        "auth/sign_in.html", values=values, errors=errors, next=target, demo=_demo_sign_ins()
    )


def _demo_sign_ins() -> list[dict[str, str]]:
    """The people of the demo desk; shown on a machine of one's own and nowhere else."""
    if request.host.lower() not in LOOPBACK and request.host.rpartition(":")[0] not in LOOPBACK:
        return []
    found: list[dict[str, str]] = settings.read(DEMO_SIGN_INS, [])
    return found


def _is_filled(form: Form) -> bool:
    """Whether all fields have something in them, with a sentence of ours for each that has not."""
    valid = form.is_valid()
    words = {
        "sign_in_name": _("Enter your e-mail address."),
        "address": _("Enter your e-mail address."),
        "password": _("Enter a password."),
        "current": _("Enter your present password."),
        "again": _("The two are not the same. Type the new password again."),
    }
    for name, field in form._fields.items():
        if field.errors and name in words:
            field.errors = [words[name]]
    return valid


@auth.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        with unit_of_work():
            end_session(current_user.token)
    leave()
    flash(_("You are signed out."), "ok")
    return redirect(url_for("auth.sign_in"), code=303)


@auth.post("/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the person, on every computer."""
    actor = current_actor()
    with unit_of_work():
        end_sessions(db.session.get_one(Person, actor.person_id))
    leave()
    flash(_("You are signed out on every computer."), "ok")
    return redirect(url_for("auth.sign_in"), code=303)


@auth.route("/forgot", methods=["GET", "POST"])
def forgot() -> ResponseReturnValue:
    """Ask for a link to choose a new password; the answer is the same for every address (S35)."""
    form = ForgotForm()
    if request.method == "GET":
        return render_template("auth/forgot.html", values={"address": ""}, errors={}, sent=False)
    if not _is_filled(form):
        return render_template(
            "auth/forgot.html", values=form.values, errors=form.complaints, sent=False
        ), 422
    try:
        authentication.start_reset(form.address.data or "", source_address())
    except DomainError as error:
        form.refuse(error)
        page = render_template(
            "auth/forgot.html", values=form.values, errors=form.complaints, sent=False
        )
        return page, error.status, _wait(error)
    return render_template("auth/forgot.html", values=form.values, errors={}, sent=True)


@auth.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    """Choose a password by a link from an invitation or a reset."""
    form = NewPasswordForm()
    try:
        authentication.check_token(token, source_address())
        if request.method == "GET":
            return _reset_page(token, {})
        if not _is_filled(form):
            return _reset_page(token, form.complaints), 422
        authentication.use_token(token, form.password.data or "", source_address())
    except Invalid as error:
        form.refuse(error)
        return _reset_page(token, form.complaints), 422
    except NotFound:
        return render_template(
            "auth/reset.html", usable=False, token="", purpose="reset", errors={}, rules=""
        ), 404
    leave()
    flash(_("Your password is set. Sign in with it."), "ok")
    return redirect(url_for("auth.sign_in"), code=303)


def _reset_page(text: str, errors: dict[str, str]) -> str:
    token = live_token(text)
    purpose = token.purpose.value if token else TokenPurpose.RESET.value
    return render_template(
        "auth/reset.html",
        usable=True,
        token=text,
        errors=errors,
        purpose=purpose,
        rules=passwords.rules(),
    )


@auth.route("/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Change one's own password; every other session of the person ends."""
    form = ChangePasswordForm()
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if _is_filled(form):
            person = db.session.get_one(Person, current_actor().person_id)
            try:
                token = authentication.change_password(
                    person, form.current.data or "", form.password.data or "", source_address()
                )
            except DomainError as error:
                form.refuse(error)
                status, headers = error.status, _wait(error)
            else:
                enter(token)
                flash(_("Your password is changed. You are signed out everywhere else."), "ok")
                return redirect(first_page(), code=303)
    page = render_template(
        "auth/change_password.html", errors=form.complaints, rules=passwords.rules()
    )
    return page, status, headers


@auth.route("/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """Type the password again before a weighty change (S30)."""
    form = ConfirmForm()
    target = own_path(request.values.get("next")) or ""
    status, headers = 200, {}
    if request.method == "POST":
        status = 422
        if _is_filled(form):
            person = db.session.get_one(Person, current_actor().person_id)
            try:
                authentication.confirm_password(
                    person, current_user.session_id, form.password.data or "", source_address()
                )
            except DomainError as error:
                form.refuse(error)
                status, headers = error.status, _wait(error)
            else:
                return redirect(target or first_page(), code=303)
    return (
        render_template("auth/confirm.html", errors=form.complaints, next=target),
        status,
        headers,
    )


def _wait(error: DomainError) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
