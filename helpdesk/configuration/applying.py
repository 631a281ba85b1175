"""apply() and undo(): all of a plan or nothing, only on the ground it was made for, and back again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, text

from helpdesk.configuration.bundles import Bundle
from helpdesk.configuration.events import ConfigurationApplied, ConfigurationUndone
from helpdesk.configuration.items import Key, Standing, Work, rank_of
from helpdesk.configuration.models import ConfigurationRun
from helpdesk.configuration.planning import Act, Plan, Step, digest_of, plan
from helpdesk.configuration.reading import sentence_of
from helpdesk.configuration.shelves import SHELVES, all_standing
from helpdesk.core import clock
from helpdesk.core.db import db, is_postgresql
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.unit_of_work import react, record
from helpdesk.definitions.models import Definition
from helpdesk.people.access import Actor, Deed, id_of, require
from workflows.faults import Faulty

# One at a time over the whole desk; any number that nothing else locks.
_LOCK = 4_120_012
MOST_SHOWN = 100


class ChangedSincePlan(Conflict):
    """What stands is not what the plan was made for; `plan` is the new one."""

    def __init__(self, made: Plan) -> None:
        super().__init__(
            _("Something was changed since this plan was made."),
            _("Nothing was applied. Look at the new plan, then apply that."),
        )
        self.plan = made


class CannotUndo(Conflict):
    """A run cannot be undone, with the reason."""


def apply(
    bundle: Bundle,
    *,
    digest: str,
    actor: Actor | None,
    cause: str,
    note: str = "",
    prune: bool = False,
) -> ConfigurationRun | None:
    """Apply the plan of this digest; None when there is nothing to do. Inside a unit of work, which it fills.

    Raises ChangedSincePlan when what stands or what the files say is not what the plan was made of, and Invalid when
    the files have faults.
    """
    require(actor, Deed.MANAGE_SETTINGS)
    _alone()
    made = plan(bundle, prune=prune, with_effects=False)
    if made.complaints:
        raise Invalid(_("The files have faults, so nothing was applied."), str(made.complaints[0]))
    if made.digest != digest:
        raise ChangedSincePlan(made)
    if not made.steps:
        return None
    run = _run(made.digest, actor, cause, note)
    run.steps = _write(made.steps, Work(actor, cause, note))
    db.session.flush()
    record(ConfigurationApplied(**_told(run)))
    return run


def undo(run_id: int, *, actor: Actor | None, cause: str) -> ConfigurationRun:
    """Bring back what stood before a run, as new versions. Inside a unit of work.

    Raises CannotUndo when it is not the newest that stands, or when anything that it wrote was changed since.
    """
    require(actor, Deed.MANAGE_SETTINGS)
    _alone()
    run = run_of(run_id)
    newest = undoable()
    if newest is None or newest.id != run.id:
        raise CannotUndo(
            _("Only what was applied last can be undone."),
            _(
                "To go further back, apply the files of that time, or go back to a version of one thing."
            ),
        )
    standing = all_standing()
    _check_untouched(run, standing)
    steps = [_back(each, standing) for each in reversed(run.steps)]
    back = _run(digest_of(standing, steps), actor, cause, _("Undoes run %(number)s", number=run.id))
    back.undoes, run.undone_at = run.id, clock.now()
    back.steps = _write(steps, Work(actor, cause, back.note))
    db.session.flush()
    record(ConfigurationUndone(**_told(back)))
    return back


def undoable() -> ConfigurationRun | None:
    """The run that can be undone: the newest that is neither undone nor an undoing."""
    return db.session.scalars(
        select(ConfigurationRun)
        .where(ConfigurationRun.undone_at.is_(None), ConfigurationRun.undoes.is_(None))
        .order_by(ConfigurationRun.id.desc())
        .limit(1)
    ).first()


def runs() -> Sequence[ConfigurationRun]:
    """What was applied and undone, the newest first."""
    return db.session.scalars(
        select(ConfigurationRun).order_by(ConfigurationRun.id.desc()).limit(MOST_SHOWN)
    ).all()


def run_of(run_id: int) -> ConfigurationRun:
    """The run of this number. Raises NotFound."""
    found = db.session.get(ConfigurationRun, run_id)
    if found is None:
        raise NotFound(_("There is no such run."), _("Choose one of the list."))
    return found


def _alone() -> None:
    """Wait until nobody else applies, and hold every definition, so that the plan is made of what stays."""
    if is_postgresql():
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    db.session.execute(select(Definition.id).order_by(Definition.id).with_for_update()).all()


def _run(digest: str, actor: Actor | None, cause: str, note: str) -> ConfigurationRun:
    run = ConfigurationRun(
        made_at=clock.now(),
        made_by=id_of(actor),
        cause=cause,
        note=note[:500],
        digest=digest,
        steps=[],
    )
    db.session.add(run)
    db.session.flush()
    return run


def _write(steps: Sequence[Step], work: Work) -> list[dict[str, Any]]:
    told = []
    for step in steps:
        shelf = SHELVES[step.key.kind]
        number: int | None = None
        with _plainly(step):
            if step.after is None:
                shelf.retire(step.key.name, work)
            else:
                number = shelf.put(step.key.name, step.after, work)
        # A unit of work takes a hundred events; each thing brings a few.
        react()
        told.append(_kept(step, number))
    now = all_standing()
    for each in told:
        # As it stands now, so that undoing can tell whether somebody has changed it since.
        standing = now.get(Key(each["kind"], each["name"]))
        each["stands"] = _body_of(standing)
    return told


def _kept(step: Step, number: int | None) -> dict[str, Any]:
    return {
        "kind": step.key.kind,
        "name": step.key.name,
        "act": step.act.value,
        "before": dict(step.before) if step.before is not None else None,
        "after": dict(step.after) if step.after is not None else None,
        "before_version": step.standing.version if step.standing else None,
        "after_version": number,
    }


@contextmanager
def _plainly(step: Step) -> Iterator[None]:
    """A fault that only shows when it is written, such as a name that is taken."""
    try:
        yield
    except Faulty as faulty:
        said = "; ".join(sentence_of(one) for one in faulty.faults)
        raise Invalid(
            _("%(what)s cannot be written, so nothing was applied.", what=str(step.key)), said
        ) from faulty


def _check_untouched(run: ConfigurationRun, standing: Mapping[Key, Standing]) -> None:
    changed = []
    for each in run.steps:
        key = Key(each["kind"], each["name"])
        if _body_of(standing.get(key)) != each["stands"]:
            changed.append(str(key))
    if changed:
        raise CannotUndo(
            _(
                "This cannot be undone, since it was changed again: %(what)s.",
                what=", ".join(changed[:10]),
            ),
            _(
                "Go back to an earlier version of each on its own page, or apply the files of that time."
            ),
        )


def _body_of(standing: Standing | None) -> dict[str, Any] | None:
    return dict(standing.body) if standing is not None else None


def _back(each: Mapping[str, Any], standing: Mapping[Key, Standing]) -> Step:
    key = Key(each["kind"], each["name"])
    held = standing.get(key)
    before, after = _body_of(held), each["before"]
    if after is None:
        return Step(key, Act.RETIRE, before, None, standing=held)
    return Step(key, Act.CHANGE if held else Act.CREATE, before, after, standing=held)


def _told(run: ConfigurationRun) -> dict[str, Any]:
    wrote = sorted((Key(each["kind"], each["name"]) for each in run.steps), key=rank_of)
    return {
        "actor_id": run.made_by,
        "cause": run.cause,
        "subject_id": run.id,
        "after": {
            "digest": run.digest,
            "undoes": run.undoes,
            "wrote": [str(key) for key in wrote[:500]],
            "count": len(wrote),
        },
    }
