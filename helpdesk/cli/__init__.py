"""The command line: `desk`. Stands on the top floor, since it starts everything."""

from helpdesk.cli.main import main

__all__ = ["main"]
