"""`desk check` and `desk verify`: whether all is well, and whether the journal proves it."""

from __future__ import annotations

import sys

import click

from helpdesk.checking.books import check_books
from helpdesk.checking.desk import check_desk
from helpdesk.checking.finding import Finding
from helpdesk.cli.main import say, with_app
from helpdesk.tickets.verifying import verify_all


@click.command()
@with_app
def check() -> None:
    """Look at every part of the desk; ends with 1 when something is wrong.

    For each mailbox it prints: fetched = done + duplicate + rejected + quarantined + waiting,
    and whether the books of mail balance.
    """
    findings = [*check_desk(), *check_books()]
    for finding in findings:
        show(finding)
    wrong = sum(not finding.is_well for finding in findings)
    say("All is well." if not wrong else f"{wrong} of {len(findings)} things need somebody.")
    sys.exit(1 if wrong else 0)


@click.command()
@with_app
def verify() -> None:
    """Prove the journal: each ticket's chain, and that its state is what the entries say.

    Names every difference; ends with 1 when there is one.
    """
    flaws = 0
    shown = click.progressbar(length=1, label="Verifying", file=sys.stderr)
    with shown as bar:

        def report(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        for flaw in verify_all(report):
            flaws += 1
            say(f"{flaw.subject}: {flaw.what}" + (f" (entry {flaw.seq})" if flaw.seq else ""))
    say("The journal holds." if not flaws else f"{flaws} differences.")
    sys.exit(1 if flaws else 0)


def show(finding: Finding) -> None:
    """One line of the check, and under it what to do."""
    mark = click.style("ok  ", fg="green") if finding.is_well else click.style("look", fg="red")
    say(f"{mark}  {finding.what}")
    if finding.advice:
        say(f"      {finding.advice}")


COMMANDS = (check, verify)
