"""Delivery reports in the words of many mail systems, each typed from knowledge of the system.

A sample in `bounces/` begins with lines `#: name: value` that say what is to be read in it:
`recipients`, `kind` (bounce when absent), `dead` (whom nobody can reach any more), `status`.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from channels.email.parse import parse
from channels.message import InboundMessage

SAMPLES = sorted((Path(__file__).parent / "bounces").glob("*.txt"))


class Sample(NamedTuple):
    mail: InboundMessage
    said: dict[str, str]

    def listed(self, name: str) -> list[str]:
        return sorted(each.strip() for each in self.said.get(name, "").split(",") if each.strip())


@pytest.fixture(params=SAMPLES, ids=lambda path: str(path.stem))
def sample(request: pytest.FixtureRequest) -> Sample:
    lines = request.param.read_text("utf-8").split("\n")
    notes = [line[2:].partition(":") for line in lines if line.startswith("#:")]
    raw = "\n".join(line for line in lines if not line.startswith("#:"))
    said = {name.strip(): value.strip() for name, _, value in notes}
    return Sample(parse(raw.encode("utf-8")), said)


def test_it_is_known_for_what_it_is(sample: Sample) -> None:
    assert sample.mail.automation is not None
    assert sample.mail.automation.value == sample.said.get("kind", "bounce")


def test_it_names_whom_it_could_not_reach(sample: Sample) -> None:
    assert sample.mail.report is not None
    assert sorted(sample.mail.report.recipients) == sample.listed("recipients")


def test_an_address_is_given_up_only_if_nobody_is_there(sample: Sample) -> None:
    assert sample.mail.report is not None
    if "dead" in sample.said:
        assert sorted(sample.mail.report.dead_addresses) == sample.listed("dead")


def test_the_status_is_the_one_it_states(sample: Sample) -> None:
    assert sample.mail.report is not None
    if "status" in sample.said:
        failures = sample.mail.report.failures
        assert sample.said["status"] in [failed.status for failed in failures]
