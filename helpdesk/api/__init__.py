"""The API for programs, version 1: tokens, problem documents, one function an endpoint."""

from helpdesk.api import clocks, hooks, writing
from helpdesk.api.blueprint import api

__all__ = ["api", "clocks", "hooks", "writing"]
