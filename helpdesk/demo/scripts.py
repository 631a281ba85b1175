"""The words of the demo desk, read from the TOML files in `content/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

FOLDER = "content"


class BadContent(ValueError):
    """A file of the demo desk says something that cannot be; the text names it."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who works at the desk; `works`, `leads` and `reads` are keys of groups."""

    key: str
    name: str
    email: str
    phone: str = ""
    is_admin: bool = False
    works: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who writes to the desk; `kind` is resident, tenant, staff or business, `style` how they write."""

    name: str
    email: str
    phone: str
    style: str
    kind: str
    organisation: str = ""
    more_emails: tuple[str, ...] = ()
    more_phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One later entry of a conversation; see `content/README.md`."""

    by: str
    after: str
    text: str
    then: str = ""
    agent: str = ""
    by_role: str = ""
    channel: str = ""
    files: tuple[str, ...] = ()
    fails: str = ""
    sent_to: str = ""
    chance: float = 1.0
    chance_of: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One ticket of a script."""

    via: str
    subject: str
    text: str
    person: str
    kind: str
    group: str
    type: str
    priority: str
    files: tuple[str, ...]
    fields: Mapping[str, Any]
    values: Mapping[str, str]
    html: str
    raw: bool


@dataclass(frozen=True, slots=True)
class Script:
    """A kind of conversation, with its cases and the turns that follow each of them."""

    id: str
    tags: tuple[str, ...]
    language: str
    is_live: bool
    is_recent: bool
    days_ago: float | None
    cases: tuple[Case, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The council: its departments, groups, agents, hours, organisations and fields."""

    council: str
    password: str
    agencies: tuple[Mapping[str, str], ...]
    groups: tuple[Mapping[str, str], ...]
    agents: tuple[Agent, ...]
    hours: Mapping[str, Any]
    organisations: tuple[Mapping[str, str], ...]
    fields: tuple[Mapping[str, Any], ...]

    def agent(self, key: str) -> Agent:
        """The agent with this key."""
        return next(agent for agent in self.agents if agent.key == key)

    def agents_of(self, group: str) -> tuple[Agent, ...]:
        """Those who answer the tickets of a group, without its leads."""
        return tuple(agent for agent in self.agents if group in agent.works)

    def lead_of(self, group: str) -> Agent:
        """Who leads a group."""
        return next(agent for agent in self.agents if group in agent.leads)


@cache
def load_desk() -> Desk:
    """The council of the demo desk."""
    read = _read("desk.toml")
    return Desk(
        council=read["council"],
        password=read["password"],
        agencies=tuple(read["agency"]),
        groups=tuple(read["group"]),
        agents=tuple(_agent(entry) for entry in read["agent"]),
        hours=read["hours"],
        organisations=tuple(read["organisation"]),
        fields=tuple(read["field"]),
    )


@cache
def load_people() -> tuple[Contact, ...]:
    """Everybody who writes to the demo desk."""
    read = _read("people.toml")
    more = {entry["name"]: entry for entry in read.get("more", [])}
    people = [
        _contact(line, kind, "council" if kind == "staff" else "", more)
        for kind in ("resident", "tenant", "staff")
        for line in read[kind]
    ]
    for business in read["business"]:
        people += [
            _contact(line, "business", business["organisation"], more)
            for line in business["people"]
        ]
    return tuple(people)


@cache
def load_scripts() -> tuple[Script, ...]:
    """Every script, in the order of the file names."""
    folder = resources.files(__package__) / FOLDER / "scripts"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    scripts: list[Script] = []
    for name in names:
        read = _read(f"scripts/{name}")
        scripts += [_script(entry, read) for entry in read["script"]]
    return tuple(scripts)


def _read(name: str) -> dict[str, Any]:
    file = resources.files(__package__).joinpath(FOLDER, *name.split("/"))
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _agent(entry: dict[str, Any]) -> Agent:
    return Agent(
        key=entry["key"],
        name=entry["name"],
        email=entry["email"],
        phone=entry.get("phone", ""),
        is_admin=entry.get("admin", False),
        works=tuple(entry.get("works", ())),
        leads=tuple(entry.get("leads", ())),
        reads=tuple(entry.get("reads", ())),
    )


def _contact(line: list[str], kind: str, organisation: str, more: dict[str, Any]) -> Contact:
    name, email, phone, style = line
    further = more.get(name, {})
    return Contact(
        name=name,
        email=email,
        phone=phone,
        style=style,
        kind=kind,
        organisation=organisation,
        more_emails=tuple(further.get("emails", ())),
        more_phones=tuple(further.get("phones", ())),
    )


def _script(entry: dict[str, Any], file: dict[str, Any]) -> Script:
    return Script(
        id=entry["id"],
        tags=tuple(entry["tags"]),
        language=entry.get("language", "en"),
        is_live=file.get("live", False),
        is_recent=file.get("recent", False),
        days_ago=entry.get("days_ago"),
        cases=tuple(_case(case, {**_defaults(file), **entry}) for case in entry["case"]),
        turns=tuple(_turn(turn, entry["id"]) for turn in entry.get("turn", ())),
    )


def _defaults(file: dict[str, Any]) -> dict[str, Any]:
    return {"from": "resident", **{key: file[key] for key in ("group", "from") if key in file}}


def _case(case: dict[str, Any], script: dict[str, Any]) -> Case:
    unknown = set(case) - {
        *("via", "subject", "text", "person", "from", "group", "type", "priority"),
        *("files", "fields", "v", "html", "raw"),
    }
    if unknown:
        raise BadContent(f"{script['id']}: a case has {sorted(unknown)}.")
    return Case(
        via=case["via"],
        subject=case["subject"],
        text=case["text"].strip(),
        person=case.get("person", ""),
        kind=case.get("from", script["from"]),
        group=case.get("group", script["group"]),
        type=case.get("type", script["type"]),
        priority=case.get("priority", script["priority"]),
        files=tuple(case.get("files", ())),
        fields=case.get("fields", {}),
        values=case.get("v", {}),
        html=case.get("html", ""),
        raw=case.get("raw", False),
    )


def _turn(turn: dict[str, Any], script: str) -> Turn:
    try:
        given = {**turn, "files": tuple(turn.get("files", ()))}
        made = Turn(**given)
    except TypeError as error:
        raise BadContent(f"{script}: {error}") from None
    if made.by not in ("agent", "requester", "note"):
        raise BadContent(f"{script}: a turn is by {made.by!r}.")
    return made
