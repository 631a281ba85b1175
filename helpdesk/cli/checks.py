"""`desk check` and `desk verify`: whether all is well, and whether the journal proves it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from helpdesk.checking.books import check_books
from helpdesk.checking.desk import check_desk
from helpdesk.checking.files import check_files
from helpdesk.checking.finding import Finding
from helpdesk.cli.main import say, with_app
from helpdesk.tickets.verifying import verify_all


@click.command()
@click.option("--files", "with_files", is_flag=True, help="Also read every file; takes long.")
@with_app
def check(with_files: bool) -> None:
    """Look at every part of the desk; ends with 1 when something is wrong.

    For each mailbox it prints: fetched = done + duplicate + rejected + quarantined + waiting,
    and whether the books of mail balance.
    """
    findings = [*check_desk(), *check_books()]
    for finding in findings:
        show(finding)
    wrong = sum(not finding.is_well for finding in findings)
    if with_files:
        wrong += show_damage()
    say("All is well." if not wrong else f"{wrong} things need somebody.")
    sys.exit(1 if wrong else 0)


@click.command()
@with_app
def verify() -> None:
    """Prove the journal: each ticket's chain, and that its state is what the entries say.

    Names every difference; ends with 1 when there is one.
    """
    flaws = 0
    with progress("Verifying") as report:
        for flaw in verify_all(report):
            flaws += 1
            say(f"{flaw.subject}: {flaw.what}" + (f" (entry {flaw.seq})" if flaw.seq else ""))
    say("The journal holds." if not flaws else f"{flaws} differences.")
    sys.exit(1 if flaws else 0)


def show_damage() -> int:
    """Read every file and name each that is not what was kept; returns how many."""
    count = 0
    with progress("Reading the files") as report:
        for damage in check_files(report):
            count += 1
            of = f" It belongs to {', '.join(damage.tickets)}." if damage.tickets else ""
            say(f"{damage.what}{of}")
    say(f"{count} files are damaged." if count else "Every file is what was kept.")
    return count


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar at the terminal, and what moves it: so many done of so many."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def report(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield report


def show(finding: Finding) -> None:
    """One line of the check, and under it what to do."""
    mark = click.style("ok  ", fg="green") if finding.is_well else click.style("look", fg="red")
    say(f"{mark}  {finding.what}")
    if finding.advice:
        say(f"      {finding.advice}")


COMMANDS = (check, verify)
