"""A client whose every page is checked: valid HTML, one title, one h1, labels, no duplicate id, no inline style."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import PASSWORD

XHTML = "{http://www.w3.org/1999/xhtml}"
LABELLED = ("input", "select", "textarea")
NEED_NO_LABEL = ("hidden", "submit", "button", "reset", "image")


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
        """The anti-forgery token of this session, read from a page that has a form."""
        page = self.raw.get("/sign-in", base_url=self._base(), follow_redirects=True).get_data(
            as_text=True
        )
        marker = 'name="csrf_token"'
        assert marker in page, "No form on the page."
        start = page.index('value="', page.index(marker)) + len('value="')
        return page[start : page.index('"', start)]

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


def check_page(html: str) -> None:
    """Hold a page against what every page must be; fragments without a doctype are left to their pages."""
    if not html.lstrip().lower().startswith("<!doctype"):
        return
    root: Element = html5lib.HTMLParser(strict=True).parse(html)
    elements = list(root.iter())
    titles = [one for one in elements if one.tag == XHTML + "title" and (one.text or "").strip()]
    assert len(titles) >= 1, "The page has no title."
    headings = [one for one in elements if one.tag == XHTML + "h1"]
    assert len(headings) == 1, f"The page has {len(headings)} h1."
    ids = [one.attrib["id"] for one in elements if "id" in one.attrib]
    assert len(ids) == len(set(ids)), (
        f"Twice the same id: {sorted({one for one in ids if ids.count(one) > 1})}."
    )
    assert not [one for one in elements if "style" in one.attrib], (
        "A style attribute; the policy forbids it."
    )
    assert not [key for one in elements for key in one.attrib if key.startswith("on")], (
        "An inline handler."
    )
    assert root.attrib.get("lang"), "The page has no language."
    check_labels(elements)


def check_labels(elements: list[Element]) -> None:
    """Each field has a name for those who do not see it."""
    labelled = {one.attrib.get("for") for one in elements if one.tag == XHTML + "label"}
    inside = {id(child) for one in elements if one.tag == XHTML + "label" for child in one.iter()}
    for one in elements:
        kind = one.tag.removeprefix(XHTML) if isinstance(one.tag, str) else ""
        if kind not in LABELLED or one.attrib.get("type") in NEED_NO_LABEL:
            continue
        named = one.attrib.get("id") in labelled or id(one) in inside
        assert named or "aria-label" in one.attrib or "aria-labelledby" in one.attrib, (
            f"No label: {one.attrib}"
        )
