"""Channels as files: never a secret, only where it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.configuration.exporting import export_bundle
from helpdesk.configuration.planning import plan
from helpdesk.core import vault
from helpdesk.core.db import db
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.journal.models import Entry
from helpdesk.messaging import accounts
from helpdesk.messaging.models import ChannelAccount
from tests.helpdesk.configuration.files import GROUP, apply_all, told, undo_last

pytestmark = pytest.mark.usefixtures("app")

SECRET = "hunter2-and-more"
PATH = "channels/help.yaml"
CHANNEL = """\
kind: channel
name: help
title: Help desk
type: email
group: water
settings:
  address: help@borough.example
  imap_host: imap.borough.example
  imap_user: help
  smtp_host: smtp.borough.example
secrets:
  imap_password: env:DESK_CHANNEL_HELP
"""
FILES = {PATH: CHANNEL, "groups/water.yaml": GROUP}


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_CHANNEL_HELP", SECRET)


def account() -> ChannelAccount:
    return db.session.scalars(select(ChannelAccount)).one()


def complaints(text: str) -> list[str]:
    return [str(one) for one in plan({**FILES, PATH: text}).complaints]


@pytest.mark.usefixtures("variable")
def test_a_secret_comes_from_a_variable_and_is_sealed() -> None:
    apply_all(FILES)
    row = account()
    assert vault.unseal(row.secrets)["imap_password"] == SECRET
    assert (row.name, row.settings["imap_host"]) == ("Help desk", "imap.borough.example")
    assert row.group is not None
    assert row.group.name == "Water"
    assert plan(FILES).steps == []


@pytest.mark.usefixtures("variable")
def test_no_secret_leaves_in_a_file_a_plan_a_run_or_the_journal() -> None:
    run = apply_all(FILES)
    with unit_of_work():
        held = db.session.get_one(ChannelAccount, account().id)
        held.secrets = vault.seal({"imap_password": SECRET, "oauth_refresh": "token-of-a-provider"})
    exported = export_bundle()
    assert "imap_password: vault" in exported[PATH]
    changed = {**FILES, PATH: CHANNEL.replace("smtp.borough", "out.borough")}
    second = apply_all(changed)
    entries = [(one.before, one.after) for one in db.session.scalars(select(Entry))]
    steps = [one.steps for one in (run, second) if one is not None]
    for text in (str(exported), str(plan(FILES)), str(steps), str(entries)):
        assert SECRET not in text
        assert "token-of-a-provider" not in text


@pytest.mark.usefixtures("variable")
def test_a_secret_that_a_file_leaves_in_the_vault_stays_what_it_is() -> None:
    apply_all(FILES)
    text = CHANNEL.replace("env:DESK_CHANNEL_HELP", "vault").replace("imap.borough", "in.borough")
    apply_all({**FILES, PATH: text})
    row = account()
    assert vault.unseal(row.secrets)["imap_password"] == SECRET
    assert row.settings["imap_host"] == "in.borough.example"


def test_a_secret_in_a_file_is_refused_and_not_repeated() -> None:
    found = complaints(CHANNEL.replace("env:DESK_CHANNEL_HELP", SECRET))
    assert found == [
        f"{PATH}:12: secrets.imap_password: Write vault, or the name of a variable: env:DESK_CHANNEL_PASSWORD."
    ]
    found = complaints(CHANNEL.replace("  imap_user: help", f"  imap_password: {SECRET}"))
    assert any(one.startswith(f"{PATH}:9: settings.imap_password: A secret never") for one in found)
    assert not any(SECRET in one for one in found)


@pytest.mark.parametrize("name", ["DESK_VAULT_KEY", "DESK_SECRET_KEY", "HOME", "DESK_CHANNEL_"])
def test_no_file_asks_for_a_variable_that_is_not_for_channels(name: str) -> None:
    assert complaints(CHANNEL.replace("DESK_CHANNEL_HELP", name))


def test_a_variable_that_is_not_set_is_told_before_anything_is_written() -> None:
    assert complaints(CHANNEL) == [
        f"{PATH}:12: secrets.imap_password: The variable DESK_CHANNEL_HELP is not set where the desk runs."
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("type: email", "type: pigeon", 4),
        ("group: water", "group: fire", 5),
        ("imap_host: imap.borough.example", "imap_hots: x", 8),
        ("imap_user: help", "imap_port: many", 9),
        ("title: Help desk", "title: ''", 3),
    ],
)
@pytest.mark.usefixtures("variable")
def test_what_the_channel_cannot_take_is_named_at_its_line(old: str, new: str, line: int) -> None:
    found = complaints(CHANNEL.replace(old, new))
    assert [one.split(":")[1] for one in found] == [str(line)], found


@pytest.mark.usefixtures("variable")
def test_pruning_switches_a_channel_off_and_undo_brings_it_back() -> None:
    apply_all(FILES)
    run = apply_all({"groups/water.yaml": GROUP}, prune=True)
    assert not account().is_active
    assert plan({"groups/water.yaml": GROUP}, prune=True).steps == []
    undo_last(run)
    db.session.expire_all()
    assert account().is_active
    assert vault.unseal(account().secrets)["imap_password"] == SECRET


def test_a_mailbox_made_on_a_page_has_a_file_too(cast: Any) -> None:
    with unit_of_work():
        accounts.create_account(
            name="Höhere Gewalt & Co",
            values={"address": "a@borough.example", "imap_host": "imap.borough.example"},
            actor=cast.actor("eve"),
        )
    assert "channels/hohere-gewalt-co.yaml" in export_bundle()
    assert told(plan(export_bundle())) == []
