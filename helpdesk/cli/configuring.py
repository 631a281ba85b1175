"""`desk config`: the configuration as files: export, plan, apply, undo."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from helpdesk.cli.main import fail, say, with_app
from helpdesk.cli.showing_plans import show_plan
from helpdesk.configuration.applying import ChangedSincePlan, undoable
from helpdesk.configuration.applying import apply as apply_plan
from helpdesk.configuration.applying import undo as undo_run
from helpdesk.configuration.bundles import from_folder, write_file
from helpdesk.configuration.exporting import export_to, keep_all_names
from helpdesk.configuration.planning import plan as plan_of
from helpdesk.configuration.schemas import schema_files
from helpdesk.core.unit_of_work import unit_of_work

CAUSE = "desk config"
FOLDER = click.Path(path_type=Path, file_okay=False)
prune_option = click.option(
    "--prune",
    is_flag=True,
    help="Retire what stands on the desk and in no file; else it is left alone.",
)


@click.group()
def config() -> None:
    """The configuration as files: calendars, policies, lifecycles, rules, groups, channels, fields."""


@config.command()
@click.argument("folder", type=FOLDER)
@with_app
def export(folder: Path) -> None:
    """Write what stands into FOLDER, a file each; never a secret.

    Files that are there already keep their comments; one that says the same already is not touched.
    """
    with unit_of_work():
        keep_all_names()
    done = export_to(folder)
    say(f"{done.written} files written, {done.same} said the same already: {folder}")
    for stranger in done.strangers:
        say(f"In a file, and not on this desk: {stranger}")


@config.command()
@click.argument("folder", type=FOLDER)
@prune_option
@with_app
def plan(folder: Path, prune: bool) -> None:
    """Show what the files in FOLDER would change and what would come of it; changes nothing.

    Ends with 1 when a file has a fault.
    """
    made = plan_of(from_folder(folder), prune=prune)
    show_plan(made)
    if not made.is_sound:
        sys.exit(1)
    if made.steps:
        say(f"To apply exactly this: desk config apply {folder} --plan {made.digest[:12]}")


@config.command()
@click.argument("folder", type=FOLDER)
@prune_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--plan", "wanted", default="", help="Apply only the plan of this digest, as `plan` named it."
)
@click.option("--note", default="", help="Why, for whoever reads the versions later.")
@with_app
def apply(folder: Path, prune: bool, yes: bool, wanted: str, note: str) -> None:
    """Make the desk say what the files in FOLDER say: all of it, or nothing."""
    bundle = from_folder(folder)
    made = plan_of(bundle, prune=prune)
    show_plan(made)
    if not made.is_sound:
        fail("Nothing was applied.", "Put the files right first.")
    if not made.steps:
        return
    if wanted and not made.digest.startswith(wanted):
        fail(
            "Something was changed since that plan was made; nothing was applied.",
            "Run plan again.",
        )
    if not yes and not wanted:
        click.confirm("Apply this?", abort=True)
    try:
        with unit_of_work():
            run = apply_plan(
                bundle, digest=made.digest, actor=None, cause=CAUSE, note=note, prune=prune
            )
    except ChangedSincePlan as changed:
        fail(changed.title, changed.advice)
    say(f"Applied as run {run.id if run else '-'}. To take it back: desk config undo")


@config.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_app
def undo(yes: bool) -> None:
    """Bring back what stood before the last apply; refuses when it was changed since."""
    run = undoable()
    if run is None:
        fail("There is nothing to undo.", "Nothing was applied from files, or all of it is undone.")
        return
    say(f"Run {run.id} of {run.made_at:%Y-%m-%d %H:%M} wrote:")
    for each in run.steps:
        say(f"  {each['kind']} {each['name']}")
    if not yes:
        click.confirm("Bring back what stood before?", abort=True)
    with unit_of_work():
        back = undo_run(run.id, actor=None, cause=CAUSE)
    say(f"Undone as run {back.id}.")


@config.command()
@click.argument("folder", type=FOLDER)
def schema(folder: Path) -> None:
    """Write the schema of each kind of file into FOLDER, for editors and other programs."""
    for name, text in schema_files().items():
        write_file(folder, name, text)
    say(f"{len(schema_files())} schemas written: {folder}")


COMMANDS = (config,)
