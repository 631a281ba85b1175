"""Public holidays of a country or a part of it, by the year; the dates come from the `holidays` package.

The package is loaded when a calendar first asks for a country, since that takes half a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from workflows.faults import N_, Path, fault


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A country by its two letters (ISO 3166-1), and a part of it as the package names them, "" for the whole."""

    country: str
    region: str = ""


def read_region(entry: object, path: Path) -> Region:
    """A region as written in a calendar: {"country": "GB", "region": "SCT"}. Raises Faulty."""
    if not isinstance(entry, Mapping):
        raise fault(path, N_("Name a country, and a region where it has some."))
    for key in entry:
        if key not in ("country", "region"):
            raise fault((*path, str(key)), N_("%(key)s is not known here."), key=str(key)[:40])
    country, region = entry.get("country"), entry.get("region") or ""
    known = _regions_of(country) if isinstance(country, str) else None
    if known is None:
        raise fault(
            (*path, "country"),
            N_("No holidays are known of %(country)s; write two letters, such as GB."),
            country=str(country)[:20],
        )
    if region and region not in known:
        raise fault(
            (*path, "region"),
            N_("%(country)s has no region %(region)s; it has %(known)s."),
            country=str(country),
            region=str(region)[:20],
            known=", ".join(known) or "-",
        )
    return Region(str(country), region)


@cache
def regions() -> Mapping[str, tuple[str, ...]]:
    """Every country whose holidays are known, with its regions."""
    listed = _package().list_supported_countries(include_aliases=False)
    return {country: tuple(listed[country]) for country in sorted(listed)}


@lru_cache(maxsize=2048)
def holidays_in(region: Region, year: int) -> Mapping[date, str]:
    """The public holidays of a year with their names, as the country itself calls them."""
    found = _package().country_holidays(
        region.country, subdiv=region.region or None, years=year, expand=False
    )
    return {day: name for day, name in sorted(found.items()) if day.year == year}


@lru_cache(maxsize=512)
def _regions_of(country: str) -> tuple[str, ...] | None:
    """The regions of one country; None for one that is not known. Cheaper than the list of all."""
    try:
        found = _package().country_holidays(country)
    except NotImplementedError:
        return None
    return tuple(found.subdivisions) if found.country == country else None


def _package() -> Any:
    import holidays

    return holidays
