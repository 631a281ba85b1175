"""Who looks at the pages of the console, where a test does not say otherwise."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.pages import PageClient


@pytest.fixture
def ben(client: PageClient, cast: Cast) -> PageClient:
    """Ben's browser, signed in; he answers for IT support."""
    client.sign_in("ben@borough.example")
    return client
