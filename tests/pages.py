"""A client whose every page is checked: valid HTML, one title, one h1, labels, no duplicate id, no inline style."""

from __future__ import annotations

import os
import secrets
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tests.cast import PASSWORD
from tests.markup import check_tags, skeleton_of, tags_of
from tests.servers.nu import errors_of


class Browser(FlaskClient):
    """A test client whose every request has a context of its own, as under a server.

    The tests stand in an application context; without this, `g` and the database session would live from one request
    to the next, and hide what a page really reads.
    """

    def open(self, *args: Any, **more: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **more)


class PageClient:
    """Fetches and posts; HTML pages are checked, forms carry their token."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.raw: FlaskClient = Browser(app, app.response_class, use_cookies=True)
        self.last: TestResponse | None = None

    def get(self, path: str, *, status: int = 200, **more: Any) -> TestResponse:
        return self._checked(self.raw.get(path, base_url=self._base(), **more), status)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        status: int = 303,
        token: bool = True,
        **more: Any,
    ) -> TestResponse:
        """Post a form as the page would: with the token of the session, from our own origin."""
        fields = dict(data or {})
        if token:
            fields.setdefault("csrf_token", self.token())
        headers = {"Origin": self._base(), **more.pop("headers", {})}
        answer = self.raw.post(path, data=fields, base_url=self._base(), headers=headers, **more)
        return self._checked(answer, status)

    def sign_in(self, address: str, password: str = PASSWORD) -> None:
        """Sign in as a person of the cast."""
        self.post("/sign-in", {"sign_in_name": address, "password": password})

    def token(self) -> str:
        """The anti-forgery token of this session, as a page with a form would carry it."""
        with self.raw.session_transaction(base_url=self._base()) as session:
            kept = session.setdefault("csrf_token", secrets.token_hex(20))
        signed = URLSafeTimedSerializer(self._app.secret_key or "", salt="wtf-csrf-token")
        return str(signed.dumps(kept))

    def _base(self) -> str:
        return str(self._app.config["DESK_BASE_URL"])

    def _checked(self, answer: TestResponse, status: int) -> TestResponse:
        self.last = answer
        assert answer.status_code == status, (
            f"{answer.status_code}: {answer.get_data(as_text=True)[:2000]}"
        )
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            check_page(answer.get_data(as_text=True))
        return answer


# What was found good in this process; the same page with other words and more rows is as good.
_found_good: set[bytes] = set()


def check_page(html: str) -> None:
    """Hold a page against what every page must be; fragments without a doctype are left to their pages.

    The run on the second database does not look again: it draws the same pages.
    """
    if not html.lstrip().lower().startswith("<!doctype") or only_the_database():
        return
    tags = tags_of(html)
    check_tags(tags)
    skeleton = skeleton_of(tags)
    if skeleton not in _found_good:
        errors = errors_of(html)
        assert not errors, "The page is not valid.\n" + "\n".join(map(str, errors))
        _found_good.add(skeleton)


def only_the_database() -> bool:
    """Whether another run has tested what has nothing to do with the database."""
    return os.environ.get("DESK_TEST_ONLY") == "database"
