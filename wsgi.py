"""The application for a web server: `gunicorn wsgi:app`."""

from config import Config
from helpdesk.app import create_app

app = create_app(Config.from_environment().flask_settings())
