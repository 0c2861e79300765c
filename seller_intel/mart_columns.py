"""The page of every mart and column, English and Chinese, that `make docs` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from seller_intel import metric_docs, settings
from seller_intel.metric_docs import Metric

_ALIAS = re.compile(r"alias='(\w+)'")
_VIEW = re.compile(
    r"^comment on view marts\.(\w+) is\s+'((?:[^']|'')*)';", re.MULTILINE
)
_VIEW_COLUMN = re.compile(
    r"^comment on column marts\.(\w+)\.(\w+) is\s+'((?:[^']|'')*)';", re.MULTILINE
)
_HEAD = """# Marts and their columns

Made by `make docs` from the model files and the seed `metric_dictionary.csv`, which is
also the mart `metric_dictionary`. Money is in the reporting currency, or in the
listing's own where the text says so. 本页由指标字典生成。
"""


@dataclass(frozen=True)
class Mart:
    """What a reader finds in the schema `marts`: its grain and its columns in order."""

    name: str
    description: str
    columns: tuple[str, ...]


def marts() -> list[Mart]:
    """Return every mart by name: those that dbt builds and the status views."""
    return sorted([*_models(), *_views()], key=lambda mart: mart.name)


def target() -> Path:
    """Return where the page stands."""
    return settings.current().root / "docs" / "columns.md"


def render(figures: tuple[Metric, ...]) -> str:
    """Return the page: a chapter for each mart, a row for each column."""
    by_id = {figure.metric_id: figure for figure in figures}
    return "\n".join([_HEAD, *(_chapter(mart, by_id) for mart in marts())])


def write() -> Path:
    """Bring the page up to date; return where it is."""
    path = target()
    path.write_text(render(metric_docs.metrics()), encoding="utf-8")
    return path


def _chapter(mart: Mart, by_id: dict[str, Metric]) -> str:
    rows = "\n".join(_row(mart.name, column, by_id) for column in mart.columns)
    return (
        f"## {mart.name}\n\n{mart.description}\n\n"
        "| Column | Unit | Meaning | 含义 | Null |\n"
        "| --- | --- | --- | --- | --- |\n"
        f"{rows}\n"
    )


def _row(mart: str, column: str, by_id: dict[str, Metric]) -> str:
    found = metric_docs.metric_of(mart, column, by_id)
    if found is None:
        raise LookupError(f"metric_dictionary.csv has no figure for {mart}.{column}")
    figure = by_id[found]
    english = f"{figure.name_en}. {figure.definition}"
    if figure.formula:
        english += f" = {figure.formula}"
    chinese = f"{figure.name_zh}。{figure.definition_zh}"
    cells = (f"`{column}`", figure.unit, english, chinese, figure.null_rule)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _models() -> Iterator[Mart]:
    folder = settings.current().project_dir / "models" / "marts"
    for path in sorted(folder.rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            yield Mart(
                name=_published_name(folder, model["name"]),
                description=" ".join(model["description"].split()),
                columns=tuple(column["name"] for column in model["columns"]),
            )


def _published_name(folder: Path, model: str) -> str:
    """Return the name that readers see: the alias where a model has one."""
    (sql,) = folder.rglob(f"{model}.sql")
    alias = _ALIAS.search(sql.read_text(encoding="utf-8"))
    return alias[1] if alias else model


def _views() -> Iterator[Mart]:
    """Yield the status marts; the last migration that speaks of one is right."""
    texts: dict[str, str] = {}
    columns: dict[str, dict[str, None]] = {}
    migrations = Path(__file__).with_name("sql") / "migrations"
    for path in sorted(migrations.glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        texts |= {view: text.replace("''", "'") for view, text in _VIEW.findall(sql)}
        for view, column, _ in _VIEW_COLUMN.findall(sql):
            columns.setdefault(view, {})[column] = None
    for view, text in texts.items():
        yield Mart(view, " ".join(text.split()), tuple(columns[view]))


if __name__ == "__main__":
    metric_docs.write()
    write()
