"""The checker of pages runs, and tells what is wrong and where."""

from __future__ import annotations

import pytest

from tests.pages import check_page
from tests.servers.nu import errors_of, why_missing
from tests.servers.processes import server_missing

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title></head>
<body><main><h1>A page</h1>
{}
</main></body></html>
"""


@pytest.fixture(autouse=True)
def _needs_the_checker() -> None:
    missing = why_missing()
    if missing:
        server_missing("The Nu HTML checker", missing)


def test_a_good_page_passes() -> None:
    assert errors_of(PAGE.format("<p>Good.</p>")) == []


def test_an_error_is_told_with_its_place() -> None:
    [found] = errors_of(PAGE.format("<p>Two<span>\n<div>parts</div></span></p>"))[:1]
    assert found.line >= 4
    assert "div" in str(found)


def test_a_page_with_an_error_fails_whoever_fetched_it() -> None:
    with pytest.raises(AssertionError, match="ul"):
        check_page(PAGE.format("<ul><p>No item.</p></ul>"))
