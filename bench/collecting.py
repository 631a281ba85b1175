"""A process of the backlog: reads a mailbox into the ledger until nothing is left in it, as the watch of `desk mail` does."""

from __future__ import annotations

import sys

from config import Config
from helpdesk.app import create_app
from helpdesk.messaging.collecting import look_into


def main(account_id: int) -> None:
    """Say when it is ready, wait for the word, and read; a long backlog takes more looks than one."""
    app = create_app(Config.from_environment().flask_settings())
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        while True:
            look = look_into(account_id)
            if not look.is_well:
                raise SystemExit("The mailbox could not be read.")
            if not look.more:
                break
    print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
