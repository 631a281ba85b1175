"""Notices of other desks' programs: which of their tickets a mail is about.

A subject alone proves nothing, so a number is read from it only where the mail
carries the fields that the program itself writes.
"""

import re

from channels.email.mime import Part
from channels.message import ExternalTicket

_LAST_NUMBER = re.compile(r"(?:^|#)\s?(\d{1,18})$")
_SERVICE_NOW = re.compile(
    r"\b((?:INC|REQ|RITM|SCTASK|TASK|CHG|CTASK|PRB|PTASK|CS|HRC|WO)\d{4,12})\b"
)
_JIRA = re.compile(r"(?:^|[\s(\[])([A-Z][A-Z0-9_]{1,20}-\d{1,9})(?=$|[\s)\]:,])")
_IN_BRACKETS = re.compile(r"\[[^\[\]#]{0,80}#\s?(\d{1,18})\]")
_ZENDESK = re.compile(
    r"(?:\[|\()(?:Request|Ticket|Case)?\s?[#:]?\s?(\d{1,18})(?:\]|\))", re.IGNORECASE
)

# A program, the fields that only it writes, and how its subjects name the ticket.
_PROGRAMS = (
    ("ServiceNow", ("x-servicenow-generated", "x-servicenow-source"), _SERVICE_NOW),
    ("Jira", ("x-jira-fingerprint",), _JIRA),
    ("Zendesk", ("x-zendesk-from-account-id",), _ZENDESK),
)
# Those that only say who they are, and all number their tickets as `[Ticket#2026]` or `[#2026]`.
_SAY_WHO = ("x-mailer", "x-powered-by")
_BY_NAME = ("Zammad", "Znuny", "OTRS", "osTicket")
# Fields that hold the number itself.
_FIELDS = (("Redmine", "x-redmine-issue-id"), ("RT", "rt-ticket"))


def read_external_ticket(root: Part, subject: str) -> ExternalTicket | None:
    """The other desk's number, None where no program of another desk is known to have written."""
    names = {name for name, _ in root.fields}
    for system, field in _FIELDS:
        if field in names:
            number = _LAST_NUMBER.search(root.text(field))
            if number:
                return ExternalTicket(system, number[1])
    for system, fields, form in _PROGRAMS:
        if not names.isdisjoint(fields):
            found = form.search(subject)
            if found:
                return ExternalTicket(system, found[1])
    return _by_name(root, subject)


def _by_name(root: Part, subject: str) -> ExternalTicket | None:
    found = _IN_BRACKETS.search(subject)
    said = "".join(root.text(name) for name in _SAY_WHO) if found else ""
    system = next((system for system in _BY_NAME if system.lower() in said.lower()), None)
    return ExternalTicket(system, found[1]) if found and system else None
