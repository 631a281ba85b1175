"""`desk sla`: try a draft on the past, and prove that clocks say what their histories say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from helpdesk.cli.main import fail, say, with_app
from helpdesk.configuration.editing import read_body
from helpdesk.configuration.reading import Unreadable
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from helpdesk.sla import proving
from helpdesk.sla import what_if as runs
from helpdesk.sla.what_if_models import RunState, SlaWhatIf
from workflows.what_if import DIMENSIONS, Share, Tally, Verdict

# At a terminal, the flips that are shown; the page of the run has more.
SHOWN = 20
PORTION = 1000
_SIGNS = "-+"


@click.group()
def sla() -> None:
    """Service levels: edits on their way, drafts tried on the past, and what is done by hand."""


@sla.command("what-if")
@click.argument("kind", type=click.Choice([kind.value for kind in runs.KINDS]), required=False)
@click.argument("name", required=False)
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The draft.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Change what holds now, such as metrics.resolution.targets.p1=7200; may be given often.",
)
@click.option("--months", default=3, show_default=True, help="Over how many months.")
@click.option("--go-on", "run_id", type=int, help="Go on with this run instead.")
@click.option(
    "--processes", type=click.IntRange(0, 64), help="How many; by the cores when left out."
)
@with_app
def what_if(
    kind: str | None,
    name: str | None,
    path: Path | None,
    changes: tuple[str, ...],
    months: int,
    run_id: int | None,
    processes: int | None,
) -> None:
    """Say what would have been met if the KIND called NAME had said something else for the last months.

    Changes nothing. Ctrl-C stops it; --go-on goes on where it stopped.
    """
    if run_id is None:
        if kind is None or name is None:
            raise click.UsageError("Give a kind and a name, or --go-on.")
        body = _draft(Kind(kind), name, path, changes)
        with unit_of_work():
            run_id = runs.begin(Kind(kind), name, body, months=months, by=None).id
    else:
        with unit_of_work():
            runs.go_on(run_id)
    _show(_work(run_id, processes))


@sla.command()
@click.option("--all", "whole", is_flag=True, help="Look at every ticket, not at a sample.")
@click.option("--sample", default=1000, show_default=True, help="How many tickets.")
@with_app
def verify(whole: bool, sample: int) -> None:
    """Hold the clocks of tickets against a replay of their histories; ends with 1 when some differ."""
    looked_at = differing = 0
    for ids in _portions() if whole else [proving.sample(sample)]:
        for one in proving.prove(ids):
            differing += 1
            say(f"Ticket {one.ticket_id} differs: {', '.join(one.timers)}")
        looked_at += len(ids)
    if differing:
        fail(f"{differing:,} of {looked_at:,} tickets differ from their histories.")
    say(f"The clocks of {looked_at:,} tickets say what their histories say.")


def _portions() -> Iterator[list[int]]:
    last = 0
    while ids := proving.all_ids(last, PORTION):
        yield ids
        last = ids[-1]


def _draft(kind: Kind, name: str, path: Path | None, changes: tuple[str, ...]) -> dict[str, Any]:
    if path is not None:
        try:
            return dict(read_body(kind, name, path.read_text("utf-8")).body)
        except Unreadable as unreadable:
            lines = (f"{path}:{one.place.line}: {one.sentence}" for one in unreadable.complaints)
            fail("The draft cannot be used.", "\n".join(lines))
    if not changes:
        raise click.UsageError("Give the draft: --file or --set.")
    body: dict[str, Any] = _copy(store.find(kind, name).body)
    for change in changes:
        _change(body, change)
    return body


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(one) for key, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value


def _change(body: dict[str, Any], change: str) -> None:
    place, sign, written = change.partition("=")
    *above, last = place.split(".")
    if not sign or not last:
        raise click.UsageError(f"Write {change!r} as FIELD=VALUE.")
    for key in above:
        body = body.setdefault(key, {})
        if not isinstance(body, dict):
            raise click.UsageError(f"{key} in {place} has no fields.")
    value: Any = int(written) if written.lstrip("-").isdigit() else written
    body[last] = {"true": True, "false": False, "null": None}.get(written, value)


def _work(run_id: int, processes: int | None) -> SlaWhatIf:
    say(f"Run {run_id}. Ctrl-C stops it; desk sla what-if --go-on {run_id} goes on.")
    try:
        return runs.work(run_id, say=_progress, processes=processes)
    except KeyboardInterrupt:
        with unit_of_work():
            runs.stop(run_id)
        return runs.find(run_id)


def _progress(run: SlaWhatIf) -> None:
    click.echo(f"\r{run.done:,} of {run.of:,} tickets", nl=False, err=True)


def _show(run: SlaWhatIf) -> None:
    click.echo(err=True)
    tally = Tally.from_json(run.result)
    if run.state is not RunState.DONE:
        say(f"Stopped at {run.done:,} of {run.of:,} tickets; this is what was found so far.")
    say(
        f"{tally.tickets:,} tickets: {tally.worse:,} clocks would be late, {tally.better:,} would be in time instead."
    )
    if run.unread:
        say(f"{run.unread:,} tickets could not be counted and are left out.")
    for dimension in DIMENSIONS:
        lines = tally.lines(dimension)
        if not lines:
            continue
        say(
            f"\n{dimension:10} {'clock':16} {'before':>8} {'after':>8}  met, missed, open late: before > after"
        )
        for line in lines:
            say(
                f"{line.value or '-':10} {line.metric:16} {_percent(line.before):>8} {_percent(line.after):>8}  {_counts(line.before)} > {_counts(line.after)}"
            )
    _show_flips(run)


def _show_flips(run: SlaWhatIf) -> None:
    flips = runs.flips_of(run.id, SHOWN)
    if flips:
        say(f"\nVerdicts that would be others, the first {len(flips)} of {run.flips}:")
    for flip in flips:
        before, after = flip.data["before"], flip.data["after"]
        say(
            f"{_SIGNS[flip.gets_better]} ticket {flip.ticket_id} {flip.metric} {flip.cycle}: {before['verdict']} > {after['verdict']}, {before['elapsed']} of {before['target']} s > {after['elapsed']} of {after['target']} s"
        )


def _percent(share: Share) -> str:
    return "-" if share.attainment is None else f"{share.attainment:.1%}"


def _counts(share: Share) -> str:
    kinds = (Verdict.MET, Verdict.MISSED, Verdict.LATE)
    return ", ".join(f"{share.counts[kind]:,}" for kind in kinds)


COMMANDS = (sla,)
