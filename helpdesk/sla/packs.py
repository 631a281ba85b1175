"""Packs of clocks that come with the desk; loaded, they are definitions like any other."""

from __future__ import annotations

from flask_babel import gettext as _

from helpdesk.core.errors import NotFound
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from workflows.statutory import nations, statutory_clocks

PREFIX = "uk-statutory"


def packs() -> dict[str, str]:
    """The packs by name, each with the part of the kingdom it is for."""
    return {PREFIX: "england-and-wales"} | {f"{PREFIX}-{nation}": nation for nation in nations()}


def load_pack(name: str, *, by: int | None, cause: str) -> list[str]:
    """Define the clocks of a pack that are not there yet; returns their names. Raises NotFound for no pack of ours.

    A clock of this name that somebody wrote or changed stays as it is.
    """
    nation = packs().get(name)
    if nation is None:
        raise NotFound(
            _("There is no pack of this name."),
            _("Choose one of: %(names)s.", names=", ".join(sorted(packs()))),
        )
    there = {version.name for version in store.current(Kind.CLOCK)}
    made = []
    for clock, body in statutory_clocks(nation).items():
        if clock not in there:
            store.save(Kind.CLOCK, clock, body, by=by, cause=cause)
            made.append(clock)
    return made
