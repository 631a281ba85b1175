"""What a list is narrowed to, sorted by and turned to, as its address says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _

from helpdesk.core.errors import Invalid
from helpdesk.tickets import lives
from helpdesk.tickets.own_fields import ByField
from helpdesk.tickets.queries import Filters, Sort
from helpdesk.views.own_fields import order_named
from workflows.fields import CUSTOM

NAMES = ("status", "group", "assignee", "priority", "tag", "channel", "type")
# How many pages back a reader gets one by one; from further on "Newer" leads to the start.
LONGEST_TRAIL = 10
LONGEST_WORD = 60
LARGEST_ID = 2**53


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What was chosen above a list: words by name, "" for none; the cursor of the page, and those before it."""

    chosen: Mapping[str, str]
    sort: Sort | ByField = Sort.ACTIVITY
    after: str | None = None
    trail: tuple[str, ...] = field(default=())
    usual: Sort | ByField = Sort.ACTIVITY

    @property
    def is_narrow(self) -> bool:
        return any(self.chosen.values())

    def words(self) -> dict[str, str]:
        """As the address carries it, without the page."""
        words = {name: value for name, value in self.chosen.items() if value}
        if self.sort != self.usual:
            words["sort"] = self.sort.value
        return words

    def older(self, cursor: str) -> dict[str, str]:
        """The address of the page that begins after this cursor."""
        back = [*self.trail, self.after][-LONGEST_TRAIL:] if self.after else []
        trail = {"back": ",".join(one for one in back if one)} if back else {}
        return {**self._ordered_words(), "after": cursor, **trail}

    def _ordered_words(self) -> dict[str, str]:
        """With the order named: a page begins after a place in it, whichever is the usual one meanwhile."""
        return {**self.words(), "sort": self.sort.value}

    def newer(self) -> dict[str, str] | None:
        """The address of the page before this one; None on the first."""
        if self.after is None:
            return None
        if not self.trail:
            return self.words()
        rest = self.trail[:-1]
        trail = {"back": ",".join(rest)} if rest else {}
        return {**self._ordered_words(), "after": self.trail[-1], **trail}

    def applied_to(self, fixed: Filters) -> Filters | None:
        """The filters of a view, narrowed; None when nothing can be in both."""
        given = self._given()
        for name, value in given.items():
            held = getattr(fixed, name)
            if name not in ("statuses", "is_open") and held not in (None, "") and held != value:
                return None
        if fixed.statuses and given.get("statuses") and given["statuses"] != fixed.statuses:
            if not set(self._given_statuses()) <= set(fixed.statuses):
                return None
        # The names are those of the fields of Filters, written out in `_given`.
        return replace(fixed, **given)  # type: ignore[arg-type]

    def _given(self) -> dict[str, object]:
        chosen = self.chosen
        given: dict[str, object] = {}
        if chosen["status"]:
            given["statuses"] = self._given_statuses()
            given["is_open"] = lives.openness_of(chosen["status"])
        for name in ("group", "assignee", "priority"):
            if chosen[name]:
                given[name] = int(chosen[name])
        for name in ("tag", "channel", "type"):
            if chosen[name]:
                given[name] = chosen[name].lower()
        return given

    def _given_statuses(self) -> tuple[str, ...]:
        return (self.chosen["status"],) if self.chosen["status"] else ()


def read_narrowing(
    arguments: Mapping[str, str], usual: Sort | ByField = Sort.ACTIVITY
) -> Narrowing:
    """What an address asks for; `usual` is the view's own order. Raises Invalid for what no menu of ours offers."""
    chosen = {name: " ".join(arguments.get(name, "").split())[:LONGEST_WORD] for name in NAMES}
    _check(chosen["status"], set(lives.lately().states))
    _check(chosen["type"], set(lives.lately().by_type))
    for name in ("group", "assignee", "priority"):
        if chosen[name] and not _is_number(chosen[name]):
            raise _no_such_filter()
    trail = tuple(part for part in arguments.get("back", "").split(",") if part)
    return Narrowing(
        chosen=chosen,
        sort=_sort_named(arguments.get("sort") or usual.value, usual),
        after=arguments.get("after") or None,
        trail=trail[-LONGEST_TRAIL:],
        usual=usual,
    )


def _sort_named(name: str, usual: Sort | ByField) -> Sort | ByField:
    if name == usual.value:
        return usual
    if name in set(Sort):
        return Sort(name)
    if name.removeprefix("-").startswith(CUSTOM):
        # An address may be older than the field is out of use.
        return order_named(name) or usual
    raise _no_such_filter()


def _check(value: str, known: set[str]) -> None:
    if value and value not in known:
        raise _no_such_filter()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < LARGEST_ID


def _no_such_filter() -> Invalid:
    return Invalid(_("There is no such filter."), _("Choose from the menus above the list."))
