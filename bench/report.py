"""What was measured: kept as JSON, shown as a table."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Figure:
    """One figure: what, under which conditions, how much, and the aim it is held against."""

    part: str
    what: str
    conditions: str
    value: float
    unit: str
    aim: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def p50_p95(
    part: str, what: str, conditions: str, seconds: Sequence[float], aim: str = ""
) -> list[Figure]:
    """The middle and the 95th percentile of some times, in milliseconds."""
    return [
        Figure(part, f"{what} p50", conditions, round(statistics.median(seconds) * 1000, 2), "ms"),
        Figure(
            part, f"{what} p95", conditions, round(percentile(seconds, 0.95) * 1000, 2), "ms", aim
        ),
    ]


def cpu(part: str, what: str, conditions: str, seconds: Sequence[float]) -> Figure:
    """The middle of what the processor worked for each, in milliseconds; a busy machine changes it less than the time."""
    return Figure(
        part, f"{what} CPU p50", conditions, round(statistics.median(seconds) * 1000, 2), "ms"
    )


def show(figures: Sequence[Figure]) -> None:
    """The table."""
    print(f"{'part':8} {'what':34} {'conditions':40} {'figure':>12}  aim")
    for one in figures:
        print(
            f"{one.part:8} {one.what:34} {one.conditions:40} {one.value:>9,.1f} {one.unit:4} {one.aim}"
        )


def write(figures: Sequence[Figure]) -> Path:
    """The same as JSON, with the machine it was measured on."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{time.strftime('%Y-%m-%dT%H%M%S')}.json"
    machine = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load": os.getloadavg(),
    }
    path.write_text(
        json.dumps({"machine": machine, "figures": [asdict(one) for one in figures]}, indent=1)
    )
    return path
