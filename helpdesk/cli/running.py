"""`desk run`, `web`, `worker`, `scheduler`: the processes of the desk."""

from __future__ import annotations

import os
import socket
import threading
import time
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from waitress.server import create_server

from config import Config
from helpdesk import migrating
from helpdesk.cli.footing import warn_when_weak
from helpdesk.cli.main import fail, make_app, say
from helpdesk.cli.stopping import stop_event
from helpdesk.core import outbox
from helpdesk.core.db import is_postgresql
from helpdesk.core.queue import ThreadRunner
from helpdesk.demo.loading import DEMO_LOG_INS, is_empty, load_demo
from helpdesk.demo.site import DemoSite
from helpdesk.jobs import crews_for
from helpdesk.live.serving import LiveServer, open_port
from helpdesk.messaging.hasty import empty_later
from helpdesk.messaging.lines import Lines
from helpdesk.messaging.listening import make_listener
from helpdesk.messaging.presence import MAIL_DOOR, Presence
from helpdesk.messaging.watching import Watch
from helpdesk.schedule import Scheduler
from helpdesk.working import Worker

WEB_THREADS = 8


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address the pages are served at."
)
@click.option("--port", default=8000, show_default=True, type=int, help="The port of the pages.")
@click.option(
    "--demo/--empty",
    default=True,
    help="Fill an empty desk with the demo council (default), or not.",
)
def run(host: str, port: int, demo: bool) -> None:
    """Start the whole desk in this terminal: pages, background work, schedule and the mail door."""
    began = time.monotonic()
    stopping = stop_event()
    config = Config.from_environment()
    mail_host, mail_port = split_address(config.smtp_listen)
    for name, where, number in (("pages", host, port), ("mail", mail_host, mail_port)):
        refuse_taken(name, where, number)
    app = make_app(reached_at(config, host, port))
    live = LiveServer(app, free_port(host, port + 1))
    if not config.live_url:
        # Pages and lines are served at two ports here; in production a proxy puts both at one address.
        app.config["DESK_LIVE_URL"] = url_of(host, live.port)
    with app.app_context():
        prepare(demo)
    warn_when_weak(app)
    if not stopping.is_set():
        serve(app, host, port, began, stopping, live)


def reached_at(config: Config, host: str, port: int) -> Config:
    """The settings with the address the pages are served at, unless the operator named another."""
    if os.environ.get("DESK_BASE_URL"):
        return config
    return replace(config, base_url=url_of(host, port))


def url_of(host: str, port: int) -> str:
    """The address of what is served there."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def free_port(host: str, port: int) -> socket.socket:
    """A socket at this port, or at any other that is free."""
    try:
        return open_port(host, port)
    except (OSError, OverflowError):
        return open_port(host, 0)


def prepare(demo: bool) -> None:
    """Bring the database up to date, and fill an empty one with the demo council."""
    if not migrating.is_current():
        say("Making the database ...")
        migrating.upgrade()
    if not is_postgresql():
        # A desk in one file has one process that works; what it held when it was killed is free again.
        outbox.release_all()
    if demo and is_empty():
        say("Loading the demo council ...")
        load_demo(say)


def serve(
    app: Flask, host: str, port: int, began: float, stopping: threading.Event, live: LiveServer
) -> None:
    """Start every part, wait for Ctrl-C, and stop them in turn."""
    runner, scheduler = ThreadRunner(app, crews_for(app)), Scheduler(app)
    mail_host, mail_port = split_address(str(app.config["DESK_SMTP_LISTEN"]))
    listener = make_listener(app, mail_host, mail_port)
    door, watch, lines = Presence(app, MAIL_DOOR), Watch(app), Lines(app)
    site = DemoSite.for_desk(app, lambda: free_port(host, port + 2))
    server = create_server(app, host=host, port=port, threads=WEB_THREADS, ident="Commondesk")
    runner.start()
    scheduler.start()
    listener.start()
    door.start()
    watch.start()
    live.start()
    if site is not None:
        site.start()
    lines.start()
    pages = threading.Thread(target=server.run, name="pages", daemon=True)
    pages.start()
    greet(host, port, mail_host, mail_port, time.monotonic() - began)
    if site is not None:
        say(f"  A council's website with the chat on it:  {site.url}\n")
    stopping.wait()
    say("\nStopping ...")
    listener.stop()
    door.stop()
    watch.stop()
    if site is not None:
        site.stop()
    live.stop()
    lines.stop()
    # The requests in hand come first, since their threads need the server until they are answered.
    server.task_dispatcher.shutdown()
    # Its own thread closes it; two threads that close the same sockets trip over each other.
    server.trigger.pull_trigger(server.close)
    scheduler.stop()
    runner.stop()
    say("Stopped. Nothing was lost; `make run` goes on where this ended.")


def greet(host: str, port: int, mail_host: str, mail_port: int, seconds: float) -> None:
    """Say where everything is, and who can sign in."""
    say("")
    say(f"  The desk is open after {seconds:.1f} s:  http://{host}:{port}")
    say(f"  Send it a mail over SMTP:    {mail_host}:{mail_port}")
    say(f"  Staff sign in:               http://{host}:{port}/sign-in")
    for role, address, password in DEMO_LOG_INS:
        say(f"  Sign in as {role:14} {address}   {password}")
    say("  Ctrl-C stops everything.")
    say("")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--workers", default=2, show_default=True, type=int, help="Processes.")
@click.option("--threads", default=8, show_default=True, type=int, help="Threads of each process.")
def web(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages with gunicorn, for production; put a proxy with TLS before it."""
    refuse_taken("pages", host, port)
    warn_when_weak(make_app())
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": 60,
        "graceful_timeout": 30,
        "accesslog": None,
        "proc_name": "desk-web",
    }
    gunicorn(options).run()


def gunicorn(options: dict[str, Any]) -> Any:
    """Gunicorn around our application, made anew in each worker process."""
    from gunicorn.app.base import (
        BaseApplication,  # Only production needs it, and it does not run on every system.
    )

    class Pages(BaseApplication):  # type: ignore[misc]  # Gunicorn ships no types.
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            app = make_app()
            # What services handed over while the database was late, should this have been stopped meanwhile.
            empty_later(app)
            return app

    return Pages()


@click.command()
@click.option(
    "--lane", "lanes", multiple=True, help="A lane to serve; may be given again. All when left out."
)
def worker(lanes: tuple[str, ...]) -> None:
    """Do the background work: through RQ when DESK_REDIS_URL is set, else by looking into the database."""
    app = make_app()
    refuse_old_database(app)
    warn_when_weak(app)
    say("Working. Ctrl-C stops after the job in hand.")
    Worker(app, lanes or None).run(stop_event())


@click.command()
def scheduler() -> None:
    """Keep the schedule: mailboxes, retries, nightly care. A second one started by mistake does nothing twice."""
    app = make_app()
    refuse_old_database(app)
    warn_when_weak(app)
    say("Keeping the schedule. Ctrl-C stops.")
    keeper = Scheduler(app)
    keeper.start()
    stop_event().wait()
    keeper.stop()


@click.command()
@click.option("--host", default="", help="The address; that of DESK_LIVE_LISTEN when left out.")
@click.option(
    "--port", default=-1, type=int, help="The port; that of DESK_LIVE_LISTEN if left out."
)
def live(host: str, port: int) -> None:
    """Hold the open lines of chat widgets and consoles; the proxy leads /live here."""
    app = make_app()
    refuse_old_database(app)
    warn_when_weak(app)
    own_host, own_port = split_address(str(app.config["DESK_LIVE_LISTEN"]), "DESK_LIVE_LISTEN")
    host, port = host or own_host, own_port if port < 0 else port
    refuse_taken("live", host, port)
    server = LiveServer(app, open_port(host, port))
    server.start()
    say(f"Holding lines at {host}:{server.port}. Ctrl-C stops.")
    stop_event().wait()
    server.stop()


def refuse_taken(name: str, host: str, port: int) -> None:
    """End with advice when a port cannot be had."""
    with socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM
    ) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            option = "--port" if name == "pages" else "DESK_SMTP_LISTEN=127.0.0.1:2526"
            fail(
                f"Port {port} at {host}, for {name}, cannot be had: {error.strerror}.",
                "Another program, perhaps another desk, holds it. Stop that one, or choose another port: "
                + ('make run ARGS="--port 8001".' if option == "--port" else f"{option} make run."),
            )


def refuse_old_database(app: Flask) -> None:
    """End with advice when the database has not the form of this version."""
    with app.app_context():
        if not migrating.is_current():
            fail("The database is not up to date.", "Call `desk init` first.")


def split_address(address: str, setting: str = "DESK_SMTP_LISTEN") -> tuple[str, int]:
    """Host and port out of "127.0.0.1:2525"."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        fail(
            f"{setting} is {address!r}.",
            "It must be an address and a port, such as 127.0.0.1:2525.",
        )
    return host.strip("[]"), int(port)


COMMANDS = (run, web, live, worker, scheduler)
