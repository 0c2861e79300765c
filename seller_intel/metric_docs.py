"""Column texts of the marts, English and Chinese, made from the metric dictionary."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seller_intel import settings

__all__ = ["Metric", "dictionary", "metric_of", "metrics", "render", "target", "write"]

_HEAD = """{#
    Made by `make docs` from seeds/metric_dictionary.csv: change a text there.
#}
"""
_BOUND = re.compile(r"_(lo|est|hi)$")


@dataclass(frozen=True)
class Metric:
    """One figure of the dictionary, as one platform understands it."""

    metric_id: str
    platform_id: str
    name_zh: str
    name_en: str
    unit: str
    definition: str
    definition_zh: str
    formula: str
    null_rule: str
    refund_rule: str
    time_basis: str
    marts: tuple[str, ...]
    owner_team: str
    module: str
    plan_section: str
    valid_from: str
    valid_to: str


def dictionary() -> Path:
    """Return where the figures are defined."""
    return settings.current().project_dir / "seeds" / "metric_dictionary.csv"


def target() -> Path:
    """Return where dbt reads the texts made of it."""
    return settings.current().project_dir / "models" / "marts" / "_metrics.md"


def metrics(path: Path | None = None) -> tuple[Metric, ...]:
    """Return every figure of the dictionary, in its order."""
    with (path or dictionary()).open(encoding="utf-8", newline="") as lines:
        return tuple(Metric(**_fields(row)) for row in csv.DictReader(lines))


def _fields(row: dict[str, str]) -> dict[str, Any]:
    return row | {"marts": tuple(row["marts"].split(";"))}


def metric_of(mart: str, column: str, known: Iterable[str]) -> str | None:
    """Return which figure a column of a mart shows, None where the dictionary has none.

    A column is called as its figure. The bounds and the estimate of a triple share one,
    and a name that means different things has the mart in front.
    """
    ids = set(known)
    candidates = (f"{mart}__{column}", column, _BOUND.sub("_estimated", column))
    return next((each for each in candidates if each in ids), None)


def render(figures: Iterable[Metric]) -> str:
    """Return the docs blocks, one per figure, that column descriptions name."""
    return "\n".join([_HEAD, *_blocks(figures)])


def write() -> Path:
    """Bring the texts that dbt reads up to date; return where they are."""
    path = target()
    path.write_text(render(metrics()), encoding="utf-8")
    return path


def _blocks(figures: Iterable[Metric]) -> Iterator[str]:
    by_id: dict[str, list[Metric]] = {}
    for figure in figures:
        by_id.setdefault(figure.metric_id, []).append(figure)
    for metric_id, versions in sorted(by_id.items()):
        texts = "\n\n".join(_text(each) for each in versions)
        yield f"{{% docs {metric_id}__en_zh %}}\n{texts}\n{{% enddocs %}}\n"


def _text(figure: Metric) -> str:
    where = "" if figure.platform_id == "all" else f" ({figure.platform_id})"
    english = f"{figure.name_en}{where}: {figure.definition}"
    formula = f" = {figure.formula}." if figure.formula else ""
    return f"{english}{formula}\n\n{figure.name_zh}{where}：{figure.definition_zh}"


if __name__ == "__main__":
    write()
