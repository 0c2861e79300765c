"""What a benchmark found: a figure, its unit, its budget and whether it is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """One figure. `at_most` and `at_least` are the budget; with neither it is shown."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether the figure keeps its budget."""
        over = self.at_most is not None and self.value > self.at_most
        under = self.at_least is not None and self.value < self.at_least
        return not (over or under)

    @property
    def budget(self) -> str:
        """The budget in words."""
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return "none"

    def row(self) -> dict[str, Any]:
        """Return the entry of bench/results.json."""
        stated = asdict(self)
        return {
            "name": stated["name"],
            "value": round(self.value, 4),
            "unit": stated["unit"],
            "budget": self.budget,
            "passed": self.passed,
            "detail": stated["detail"],
        }
