"""`desk articles`: articles as files of Markdown, out and in, at a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk.cli.articles import export_articles, import_articles
from helpdesk.knowledge import queries
from tests.helpdesk.knowledge.shelf import make_article


def run(command: Any, **given: Any) -> None:
    command.callback.__wrapped__(**given)


def test_what_was_written_out_is_known_when_it_is_read_in(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_article("Bins", "On Tuesdays.")
    run(export_articles, folder=tmp_path)
    run(import_articles, folder=tmp_path, publish=True)
    assert capsys.readouterr().out.splitlines() == [
        "1 texts written.",
        "0 new, 0 changed, 1 as they were.",
    ]


def test_what_is_read_in_is_published_only_where_that_is_said(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article = make_article("Bins", "On Tuesdays.")
    run(export_articles, folder=tmp_path)
    file = tmp_path / "bins.en.md"
    file.write_text(file.read_text().replace("Tuesdays", "Fridays"))
    run(import_articles, folder=tmp_path, publish=False)
    assert queries.access_text(None, article.id, "en").body == "On Tuesdays."
    run(import_articles, folder=tmp_path, publish=True)
    assert queries.access_text(None, article.id, "en").body == "On Fridays."
    assert "0 new, 1 changed, 0 as they were." in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_taken_in(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bins.en.md").write_text("no head at all")
    with pytest.raises(SystemExit):
        run(import_articles, folder=tmp_path, publish=True)
    assert "bins" in capsys.readouterr().err
