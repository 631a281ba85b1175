"""A visitor with a browser."""

from __future__ import annotations

import pytest

from helpdesk.core.clock import StoppedClock
from tests.helpdesk.web.portal.visiting import Visitor
from tests.pages import PageClient


@pytest.fixture
def visitor(client: PageClient, clock: StoppedClock) -> Visitor:
    return Visitor(client, clock)
