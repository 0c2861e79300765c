"""What dbt gives a model only while it runs, so that sqlfluff can read the model alone.

Named in .sqlfluff as the library of its templater; nothing else imports it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from sqlfluff.utils.reflow.sequence import ReflowSequence

execute = True
_PROJECT = yaml.safe_load(
    Path(__file__).parent.with_name("dbt_project.yml").read_text(encoding="utf-8")
)
flags = SimpleNamespace(FULL_REFRESH=False, WHICH="compile")
target = SimpleNamespace(type="postgres", schema="core", name="warehouse")
model = SimpleNamespace(name="this_model", alias="this_model", schema="this_schema")


class _Adapter:
    """The adapter of PostgreSQL, without a connection."""

    @pass_context
    def dispatch(self, context: Context, name: str, *_: Any) -> Callable[..., Any]:
        """Return the macro of PostgreSQL, else the one for all."""
        found = context.resolve(f"postgres__{name}")
        return found if callable(found) else context.resolve(f"default__{name}")

    def get_columns_in_relation(self, *_: Any) -> list[Any]:
        """Know no columns."""
        return []

    def get_relation(self, *_: Any, identifier: str = "standing", **__: Any) -> str:
        """Find every table there."""
        return identifier


class _Functions:
    """dbt's own macros: some call of the same name, which is all a parser asks for."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **named: (
            f"{name}({', '.join(str(each) for each in (*arguments, *named.values()))})"
        )


class _Config:
    """config(...) writes nothing into the model; config.get returns the default."""

    def __call__(self, *_: Any, **__: Any) -> str:
        return ""

    def get(self, _name: str, default: Any = None) -> Any:
        """Return the default, since no configuration is read."""
        return default

    require = get


adapter = _Adapter()
dbt = _Functions()
config = _Config()


def var(name: str, default: Any = None) -> Any:
    """Return what dbt_project.yml says."""
    return _PROJECT["vars"][name] if default is None else default


def run_query(_query: str) -> Any:
    """Return a result without rows."""
    return SimpleNamespace(rows=[], columns=[])


def get_quoted_csv(names: Any) -> str:
    """Return the names as a list of columns."""
    return ", ".join(f'"{name}"' for name in names) or "*"


def load_relation(_relation: Any) -> None:
    """Find no table."""
    return


def _compile_once() -> None:
    """Let jinja compile a macro file once a process.

    sqlfluff compiles every one of them twice for every model: a third of its time.
    """
    compiled = Environment.compile
    if hasattr(compiled, "__wrapped__"):
        return
    codes: dict[str, Any] = {}

    @wraps(compiled)
    def remembered(environment: Environment, source: str, *args: Any) -> Any:
        if source not in codes:
            codes[source] = compiled(environment, source, *args)
        return codes[source]

    Environment.compile = remembered  # type: ignore[method-assign]


def _lay_out_once() -> None:
    """Let the four rules of layout share how they see a model: half of linting.

    Each rule lays the whole model out anew; none changes the layout it is given, but
    makes another from it.
    """
    lay_out = ReflowSequence.from_root
    if hasattr(lay_out, "__wrapped__"):
        return
    seen: list[Any] = [None, None]

    @wraps(lay_out)
    def remembered(root_segment: Any, config: Any) -> ReflowSequence:
        if seen[0] is not root_segment:
            seen[:] = root_segment, lay_out(root_segment, config)
        last = seen[1]
        return ReflowSequence(
            elements=list(last.elements),
            root_segment=root_segment,
            reflow_config=last.reflow_config,
            depth_map=last.depth_map,
        )

    ReflowSequence.from_root = remembered  # type: ignore[method-assign,assignment]


_compile_once()
_lay_out_once()
# A parsed model is a hundred thousand objects, looked through again and again else: a
# sixth of linting.
gc.set_threshold(500_000, 20, 20)
