"""One JSON line per figure: what, how much, the budget, and on which machine."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A measured value beside the budget it should keep; never asserted."""

    name: str
    value: float
    unit: str
    budget: str

    def say(self, **facts: Any) -> None:
        """Print the figure as one JSON line."""
        line = {
            "name": self.name,
            "value": round(self.value, 2),
            "unit": self.unit,
            "budget": self.budget,
            "machine": machine(),
            **facts,
        }
        print(json.dumps(line), flush=True)


def machine() -> str:
    """Return what this machine is, in a few words."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return median, smallest and largest of some rounds."""
    return {
        "rounds": len(values),
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
    }
