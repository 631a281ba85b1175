"""Rules that broke are set aside, and rings of rules are noted; each is told to the administrators once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from helpdesk.automation.events import RulePutBack, RuleSetAside
from helpdesk.automation.models import RuleTrouble
from helpdesk.core import clock
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.unit_of_work import owe, record
from helpdesk.definitions.models import Kind
from helpdesk.definitions.store import Version
from helpdesk.people.access import Actor, Deed, id_of, require

TELL_JOB = "tell_of_trouble"
LONGEST_TEXT = 2000


def set_aside(version: Version, why: BaseException, ticket_id: int) -> None:
    """Let a rule that broke run no more in this version, and tell the administrators."""
    text = f"{type(why).__name__}: {why}"[:LONGEST_TEXT]
    trouble = _note(f"broken:{version.id}", version, text, ticket_id, is_set_aside=True)
    if trouble is None:
        return
    record(
        RuleSetAside(
            cause="rules",
            subject_id=version.definition_id,
            after={"rule": version.name, "version": version.number, "set_aside": True},
            personal={"why": text},
        )
    )


def note_ring(versions: Sequence[Version], chain: str, ticket_id: int) -> None:
    """Tell the administrators of rules that set each other off; the rules run on, each once a cycle."""
    ids = ",".join(str(version.id) for version in versions)
    digest = hashlib.sha256(f"{ids}|{chain}".encode()).hexdigest()
    _note(f"ring:{digest}", versions[0], chain[:LONGEST_TEXT], ticket_id, is_set_aside=False)


def set_aside_of(versions: Collection[Version]) -> frozenset[int]:
    """The ids of those versions that are set aside."""
    if not versions:
        return frozenset()
    rows = db.session.scalars(
        select(RuleTrouble.version_id).where(
            RuleTrouble.is_set_aside, RuleTrouble.settled_at.is_(None)
        )
    )
    return frozenset(one for one in rows if one is not None)


def troubles() -> Sequence[RuleTrouble]:
    """What is wrong with rules now and is not settled, the newest first."""
    return db.session.scalars(
        select(RuleTrouble)
        .where(RuleTrouble.settled_at.is_(None))
        .order_by(RuleTrouble.id.desc())
        .limit(200)
    ).all()


def settle(trouble_id: int, *, actor: Actor | None) -> None:
    """Put a rule back that was set aside, or take note of a ring. Raises NotFound."""
    require(actor, Deed.MANAGE_SETTINGS)
    trouble = db.session.get(RuleTrouble, trouble_id, with_for_update=True)
    if trouble is None:
        raise NotFound(_("There is no such trouble."), _("Look at the list again."))
    if trouble.settled_at is not None:
        return
    trouble.settled_at = clock.now()
    trouble.key = f"{trouble.key}:{trouble.id}"
    if trouble.is_set_aside and trouble.version_id is not None:
        record(
            RulePutBack(
                actor_id=id_of(actor),
                cause="rules",
                subject_id=trouble.version_id,
                subject_kind="definition_version",
                before={"set_aside": True},
                after={"rule": trouble.name, "set_aside": False},
            )
        )


def _note(
    key: str, version: Version, text: str, ticket_id: int, *, is_set_aside: bool
) -> RuleTrouble | None:
    """The row of a trouble that is new; None for one that is known."""
    if db.session.scalar(select(RuleTrouble.id).where(RuleTrouble.key == key)) is not None:
        return None
    trouble = RuleTrouble(
        key=key,
        kind=Kind(version.kind),
        name=version.name,
        version_id=version.id,
        is_set_aside=is_set_aside,
        text=text,
        ticket_id=ticket_id,
        at=clock.now(),
    )
    db.session.add(trouble)
    db.session.flush()
    owe(TELL_JOB, trouble.id)
    return trouble
