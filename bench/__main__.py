"""`make bench`: measure, show a table, write JSON."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path

from bench import (
    backlog,
    breaches,
    calendars,
    chats,
    consoles,
    forms,
    ingest,
    large,
    pages,
    palette,
    parsing,
    starting,
    timers,
    views,
    what_if,
)
from bench.desks import postgres, sqlite
from bench.report import Figure, show, write

PARTS = (
    *("ingest", "backlog", "parse", "large", "pages", "start"),
    *(
        "calendar",
        "timers",
        "what-if",
        "breaches",
        "chats",
        "consoles",
        "forms",
        "palette",
        "views",
    ),
)


def main() -> None:
    """Measure what was asked for; a part that was stopped half-way leaves the figures of those before it."""
    asked = arguments()
    logging.getLogger("waitress").setLevel(logging.ERROR)
    figures: list[Figure] = []
    try:
        for part in asked.parts or PARTS:
            figures += measure(part, asked)
    except KeyboardInterrupt:
        print("Stopped; this is what was measured so far.", file=sys.stderr)
    show(figures)
    print(f"Written to {write(figures)}.")


def measure(part: str, asked: argparse.Namespace) -> list[Figure]:
    """The figures of one part."""
    if part == "start":
        progress("start: starting the embedded desk twice")
        return starting.measure()
    if part == "calendar":
        progress("calendar: asking a calendar")
        return calendars.measure()
    if part == "timers":
        progress("timers: carrying timers on")
        return timers.measure()
    if part == "parse":
        progress("parse: reading the corpus")
        return parsing.measure(progress)
    if part == "large":
        progress("large: parsing a mail with a file of 25 MB")
        return large.measure()
    figures: list[Figure] = []
    for name, cluster in (("postgres", postgres), ("sqlite", sqlite)):
        if asked.database not in (name, "both"):
            continue
        with cluster(asked.keep) as fresh:
            progress(f"{part} on {name}")
            if part == "ingest":
                figures += ingest.measure(name, fresh)
            elif part == "breaches":
                figures += breaches.measure(name, fresh, progress)
            elif part == "chats":
                figures += chats.measure(name, fresh, progress)
            elif part == "consoles":
                figures += consoles.measure(name, fresh, progress)
            elif part == "forms":
                figures += forms.measure(name, fresh, asked.seconds)
            elif part == "backlog":
                figures += backlog.measure(name, fresh, asked.mails, progress)
            elif part == "palette":
                figures += palette.measure(name, fresh, asked.sizes, progress)
            elif part == "views":
                figures += views.measure(name, fresh, asked.sizes, progress)
            elif part == "what-if":
                figures += what_if.measure(name, fresh, asked.tickets, progress)
            else:
                figures += pages.measure(name, fresh, asked.sizes, progress)
    return figures


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], help="which parts; all when left out"
    )
    parser.add_argument("--database", choices=("postgres", "sqlite", "both"), default="both")
    parser.add_argument(
        "--keep",
        type=lambda folder: Path(folder).resolve(),
        help="a folder in which the filled desks stay for the next time",
    )
    parser.add_argument("--mails", type=int, default=10_000, help="mails of the backlog")
    parser.add_argument("--seconds", type=int, default=60, help="how long forms are sent")
    parser.add_argument("--tickets", type=int, default=100_000, help="tickets of the what-if")
    parser.add_argument(
        "--sizes", type=sizes, default=[1_000, 10_000, 100_000], help="tickets, such as 1000,10000"
    )
    return parser.parse_args()


def sizes(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


began = time.monotonic()


def progress(what: str) -> None:
    """A line of progress, with the minutes so far."""
    print(f"{(time.monotonic() - began) / 60:6.1f} min  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
