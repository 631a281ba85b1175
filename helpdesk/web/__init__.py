"""The pages: what all of them share, and the blueprints of the audiences."""

from __future__ import annotations

from flask import Flask

from helpdesk.live.consoles import COUNTING
from helpdesk.web.admin import admin
from helpdesk.web.answers import answers
from helpdesk.web.auth import init_auth
from helpdesk.web.chat import chat
from helpdesk.web.console import console
from helpdesk.web.console.keyboard import init_keyboard
from helpdesk.web.console.live_counts import counts_of_all
from helpdesk.web.door import auth
from helpdesk.web.errors import init_errors
from helpdesk.web.fetching import fetching
from helpdesk.web.filters import register_filters
from helpdesk.web.help import help_pages
from helpdesk.web.portal import portal
from helpdesk.web.security import init_security
from helpdesk.web.viewer import init_viewer, viewer_locale, viewer_time_zone
from helpdesk.web.wallboard import wallboard

__all__ = ["init_web", "viewer_locale", "viewer_time_zone"]


def init_web(app: Flask) -> None:
    """Put the pages and their guards on an application that has Babel and a database.

    `access_table.check_access_table(app)` comes after the last blueprint.
    """
    init_errors(app)
    init_security(app)
    init_auth(app)
    init_viewer(app)
    init_keyboard(app)
    register_filters(app)
    app.register_blueprint(auth)
    app.register_blueprint(portal)
    app.register_blueprint(help_pages)
    app.register_blueprint(answers)
    app.register_blueprint(chat)
    app.register_blueprint(console)
    app.register_blueprint(admin)
    app.register_blueprint(fetching)
    app.register_blueprint(wallboard)
    app.extensions[COUNTING] = counts_of_all
