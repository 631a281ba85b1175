"""The application factory: the only file that knows every part."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk import models
from helpdesk.answers import receipts
from helpdesk.api import api
from helpdesk.contact_forms.windows import Windows
from helpdesk.core import files, outbox, push
from helpdesk.core.db import db
from helpdesk.core.queue import RqRunner
from helpdesk.core.unit_of_work import install
from helpdesk.jobs import JOBS
from helpdesk.knowledge.indexing import SOURCE as ARTICLES
from helpdesk.messaging import asking, parsing, suggesting
from helpdesk.reactions import REACTIONS
from helpdesk.search import indexing, sources
from helpdesk.web import init_web, languages, viewer_locale, viewer_time_zone
from helpdesk.web.access_table import check_access_table
from helpdesk.web.translating import init_translating

# A mail of 25 MB with its overhead; larger uploads are refused before they are read.
LARGEST_UPLOAD = 32 * 1024 * 1024

__all__ = ["create_app", "models"]


def create_app(settings: Mapping[str, Any]) -> Flask:
    """The desk as a Flask application, from settings such as `Config.flask_settings()` gives."""
    app = Flask(
        "helpdesk",
        static_folder="web/static",
        static_url_path="/static",
        template_folder="web/templates",
    )
    app.config.from_mapping(
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        BABEL_TRANSLATION_DIRECTORIES=languages.catalogues(Path(app.root_path)),
    )
    app.config.from_mapping(settings)
    db.init_app(app)
    Babel(app, locale_selector=viewer_locale, timezone_selector=viewer_time_zone)
    init_translating(app)
    _put_files(app)
    install(REACTIONS, outbox.store_owed)
    outbox.install_jobs(JOBS)
    _put_bell(app)
    sources.install(ARTICLES)
    indexing.init_search(app)
    parsing.init_parser(app)
    suggesting.install(receipts.suggestion_for)
    asking.install(Windows())
    init_web(app)
    app.register_blueprint(api)
    check_access_table(app)
    return app


def _put_files(app: Flask) -> None:
    if app.config["DESK_S3_BUCKET"]:
        store: files.FileStore = files.s3_store(
            app.config["DESK_S3_BUCKET"], app.config["DESK_S3_ENDPOINT"]
        )
    else:
        store = files.DiskStore(Path(app.config["DESK_DATA_DIR"]) / "files")
    app.extensions["desk_files"] = store


def _put_bell(app: Flask) -> None:
    outbox.install_bell(None)
    push.connect(None)
    if app.config["DESK_REDIS_URL"]:
        redis = Redis.from_url(
            app.config["DESK_REDIS_URL"],
            socket_timeout=2,
            socket_connect_timeout=2,
            # A line that broke is opened anew, once; who rings must not wait for more.
            retry=Retry(NoBackoff(), 1),
        )
        push.connect(redis)
        runner = RqRunner(redis)
        app.extensions["desk_runner"] = runner
        outbox.install_bell(runner.ring)
