"""The command line: `desk`. Stands on the top floor, since it starts everything."""

import warnings

# Whoosh 2.7.4 is older than Python's complaints about its literals; they come once, when it is compiled.
warnings.filterwarnings("ignore", category=SyntaxWarning)

from helpdesk.cli.main import main  # noqa: E402  (the filter has to stand before Whoosh is imported)

__all__ = ["main"]
