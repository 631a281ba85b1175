"""The console: the pages of agents, leads and administrators."""

from __future__ import annotations

from helpdesk.web.console import (
    bulk,
    clocks,
    desk,
    downloads,
    forwarded,
    groups,
    lists,
    macros,
    mail_rules,
    mailboxes,
    notices,
    opening,
    organisations,
    people,
    presence,
    quarantine,
    reach,
    rearranging,
    relations,
    searching,
    sending_rules,
    sent,
    ticket,
)
from helpdesk.web.console.blueprint import console

# Importing a module of views puts its routes on the blueprint.
__all__ = [
    "bulk",
    "clocks",
    "console",
    "desk",
    "downloads",
    "forwarded",
    "groups",
    "lists",
    "macros",
    "mail_rules",
    "mailboxes",
    "notices",
    "opening",
    "organisations",
    "people",
    "presence",
    "quarantine",
    "reach",
    "rearranging",
    "relations",
    "searching",
    "sending_rules",
    "sent",
    "ticket",
]
