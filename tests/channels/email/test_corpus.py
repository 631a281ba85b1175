"""Real mails from other projects' test data, where they stand beside this one.

`CORPUS=DIR pytest -s tests/channels/email/test_corpus.py` reads another directory of the same form.
"""

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.channels.email.corpus import Reading, Threads, met
from tests.channels.email.header_corpus import header_is_met

SECONDS_FOR_ONE_MAIL = 10
_BESIDE = Path(__file__).parents[4] / "shared" / "corpora" / "email"
CORPUS = Path(os.environ.get("CORPUS") or _BESIDE)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(
        not (CORPUS / "expected.json").is_file(),
        reason=f"There are no mails to read at {CORPUS}; name their directory by CORPUS.",
    ),
]


def entries() -> list[dict[str, Any]]:
    return list(json.loads((CORPUS / "expected.json").read_text("utf-8")))


def read_threads() -> Threads:
    threads: Threads = {}
    for entry in entries():
        thread = entry["expect"].get("thread")
        if thread and entry["kind"] == "message":
            message_id = Reading(CORPUS / entry["file"], "message").mail.external_id
            threads.setdefault(thread["id"], []).append((thread["order"], message_id))
    return threads


def test_every_mail_is_read_without_an_exception_and_in_time() -> None:
    slow = []
    for entry in entries():
        began = time.process_time()
        Reading(CORPUS / entry["file"], entry["kind"])
        if time.process_time() - began > SECONDS_FOR_ONE_MAIL:
            slow.append(entry["file"])
    assert slow == []


def test_the_stated_expectations_are_met_as_far_as_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted, held, missed = Counter[str](), Counter[str](), []
    threads = read_threads()
    for entry in entries():
        source, kind = entry["corpus"], entry["kind"]
        subject = (entry.get("input") or {}).get("subject", "")
        reading = Reading(CORPUS / entry["file"], kind, subject, threads)
        for field, expected in entry["expect"].items():
            if entry["basis"].get(field) == "stated":
                wanted[source] += 1
                if met(reading, field, expected, kind, source):
                    held[source] += 1
                else:
                    missed.append(f"{entry['file']} {field}")
    with capsys.disabled():
        print()
        for source in sorted(wanted):
            print(f"{source}: met {held[source]} of {wanted[source]}")
        print(f"total: met {held.total()} of {wanted.total()}")
        if os.environ.get("CORPUS_MISSED"):
            print("\n".join(missed))
    assert wanted.total() > 0


@pytest.mark.skipif(not (CORPUS / "headers.json").is_file(), reason="There are no single fields.")
def test_single_header_fields_are_read_as_far_as_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fields = json.loads((CORPUS / "headers.json").read_text("utf-8"))
    missed = [
        field["id"]
        for field in fields
        if not header_is_met(field["id"].split("/")[1], field["raw"], field["expect"])
    ]
    with capsys.disabled():
        print(f"\nheader fields: met {len(fields) - len(missed)} of {len(fields)}")
        if os.environ.get("CORPUS_MISSED"):
            print("\n".join(missed))
    assert len(missed) < len(fields)
