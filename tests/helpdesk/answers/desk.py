"""A desk that answers: services and tables as the tests need them."""

from __future__ import annotations

from datetime import date
from typing import Any

from helpdesk.answers import tables
from helpdesk.answers.csv_reading import read_table
from helpdesk.answers.models import AnswerTable, WhenOld
from helpdesk.core import clock
from helpdesk.core.unit_of_work import unit_of_work
from helpdesk.definitions import store
from helpdesk.definitions.models import Kind
from workflows.services import FieldKind

BINS = b"""Postcode,Address,Round,Day
SW1A 1AA,1 Palace Road,North,Monday
SW1A 2AA,10 Downing Lane,South,Tuesday
SW1A 2AA,11 Downing Lane,South,2026-11-24
"""

BIN_DAY: dict[str, Any] = {
    "title": "Bin collection day",
    "titles": {"cy": "Diwrnod casglu biniau"},
    "asked": {
        "en": {
            "phrases": ["when is my bin collected", "what day do you empty the bins"],
            "words": ["bin", "rubbish", "recycling", "collection"],
        },
        "cy": {"phrases": ["pryd mae'r biniau'n cael eu casglu"], "words": ["bin", "sbwriel"]},
    },
    "needs": [
        {
            "name": "postcode",
            "kind": "postcode",
            "label": {"en": "What is your postcode?", "cy": "Beth yw eich cod post?"},
        }
    ],
    "from": {"table": "bins", "choose": "address"},
    "text": {
        "en": "Bins at {address} are emptied on {day}.",
        "cy": "Caiff y biniau yn {address} eu gwagio ar {day}.",
    },
    "fall_back": {"en": "We do not know this postcode."},
    "group": "Highways",
}


def make_service(name: str, **body: Any) -> None:
    with unit_of_work():
        store.save(Kind.SERVICE, name, body, by=None, cause="test")


def make_table(
    name: str = "bins",
    body: bytes = BINS,
    *,
    as_of: date | None = None,
    max_age_days: int | None = None,
    when_old: WhenOld = WhenOld.SAY,
    key_column: str = "Postcode",
    key_kind: FieldKind = FieldKind.POSTCODE,
) -> AnswerTable:
    """A table with one version, which is live."""
    with unit_of_work():
        table = tables.create(
            name,
            tables.Settings(name, key_column, key_kind, max_age_days, when_old),
            by=None,
            cause="test",
        )
        put_live(table, body, as_of=as_of)
    return table


def put_live(table: AnswerTable, body: bytes, *, as_of: date | None = None) -> int:
    """Upload a file and make it live; inside a unit of work."""
    read = read_table(body, key_column=table.key_column, key_kind=FieldKind(table.key_kind))
    version = tables.upload(table, read, as_of=as_of or clock.now().date(), by=None, cause="test")
    tables.publish(table, version.number, seen=table.revision, by=None, cause="test")
    return version.number
