"""The pages of administrators: everything that can be configured, and its versions."""

from __future__ import annotations

from helpdesk.web.admin import (
    answer_tables,
    answer_teaching,
    article_categories,
    calendars,
    clocks,
    configuration,
    definitions,
    editing,
    front,
    lifecycle_editing,
    lifecycles,
    matrices,
    policies,
    policy_editing,
    policy_recounting,
    portal_forms,
    rule_editing,
    rule_past,
    rule_trying,
    rules,
    statutory,
    what_if,
)
from helpdesk.web.admin.blueprint import admin

# Importing a module of views puts its routes on the blueprint.
__all__ = [
    "admin",
    "answer_tables",
    "answer_teaching",
    "article_categories",
    "calendars",
    "clocks",
    "configuration",
    "definitions",
    "editing",
    "front",
    "lifecycle_editing",
    "lifecycles",
    "matrices",
    "policies",
    "policy_editing",
    "policy_recounting",
    "portal_forms",
    "rule_editing",
    "rule_past",
    "rule_trying",
    "rules",
    "statutory",
    "what_if",
]
