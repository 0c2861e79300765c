"""Imports run one way: dags and cli to steps, steps to nouns, and nothing back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("seller_intel", "scrapers", "dags", "orchestration")
ROOMS = (*PRODUCT, "sandbox", "bench")
DRIVERS = {"psycopg", "psycopg2", "asyncpg", "sqlalchemy"}
# What a DAG file may not import while it is parsed, since Airflow parses it all day.
HEAVY = {"dbt", "great_expectations", "pandas", "scrapy", "pyarrow", "psycopg"}
FACES = ("seller_intel.steps", "seller_intel.cli")


def test_only_settings_reads_the_environment():
    allowed = {"seller_intel/settings.py", "bench/place.py"}

    found = [
        f"{name}:{node.lineno}"
        for name, tree in files_of(*ROOMS)
        if name not in allowed
        for node in ast.walk(tree)
        if reads_environment(node)
    ]

    assert not found, f"ask settings.py for it: {', '.join(found)}"


def test_only_warehouse_speaks_to_the_database_driver():
    # Airflow keeps a database of its own, which its own library opens.
    allowed = {"seller_intel/warehouse.py", "orchestration/line.py"}
    found = importers(DRIVERS, *ROOMS, allowed=allowed)

    assert not found, f"go through warehouse.py: {', '.join(found)}"


def test_the_library_knows_nothing_of_airflow():
    found = importers({"airflow", "dags", "orchestration"}, "seller_intel", "scrapers")

    assert not found, f"wiring belongs in dags/: {', '.join(found)}"


def test_the_product_stands_without_sandbox_benchmarks_and_tests():
    found = importers({"sandbox", "bench", "tests"}, *PRODUCT)

    assert not found, f"the product may not import its surroundings: {', '.join(found)}"


def test_the_sandbox_shares_no_reading_or_signing_code_with_the_product():
    found = importers({"seller_intel.ingestors", "scrapers"}, "sandbox")

    assert not found, f"write it anew, as the platform would: {', '.join(found)}"


def test_scrapers_import_only_the_registry_of_ours():
    found = [
        f"{name} imports {module}"
        for name, tree in files_of("scrapers")
        for module in imports_of(tree)
        if module.split(".")[0] in ROOMS
        and not module.startswith(("scrapers", "seller_intel.sources"))
    ]

    assert not found, f"spiders may import seller_intel.sources alone: {found}"


def test_only_crawl_knows_that_spiders_exist():
    found = importers({"scrapers"}, "seller_intel", "dags", allowed=CRAWL)

    assert not found, f"spiders run through crawl.py: {', '.join(found)}"


def test_nouns_import_no_verbs():
    faces = {
        *("seller_intel/steps.py", "seller_intel/cli.py", "seller_intel/__main__.py"),
        "seller_intel/crawl_commands.py",  # commands of the command line
    }
    found = importers(set(FACES), "seller_intel", "scrapers", allowed=faces)

    assert not found, f"steps call nouns, never the reverse: {', '.join(found)}"


def test_verbs_do_not_know_the_command_line():
    found = [
        module
        for name, tree in files_of("seller_intel")
        if name == "seller_intel/steps.py"
        for module in imports_of(tree)
        if module.startswith("seller_intel.cli")
    ]

    assert not found


def test_dags_import_only_verbs_sources_and_settings_of_ours():
    allowed = ("steps", "sources", "connections", "settings", "clock", "notices")
    found = [
        f"{name} imports {module}"
        for name, tree in files_of("dags")
        for module in imports_of(tree)
        if module.startswith("seller_intel.") and module.split(".")[1] not in allowed
    ]

    assert not found, f"a business rule in dags/ is in the wrong room: {found}"


def test_parsing_a_dag_loads_nothing_heavy():
    found = [
        f"{name} imports {module}"
        for name, tree in files_of("dags")
        for module in imports_of(tree, top_level=True)
        if module.split(".")[0] in HEAVY
    ]

    assert not found, f"import it inside the task: {found}"


def test_no_import_goes_round_in_a_circle():
    graph = {
        module_of(name): {
            target
            for module in imports_of(tree, top_level=True)
            for target in (module, module.rpartition(".")[0])
            if target.startswith("seller_intel.")
        }
        for name, tree in files_of("seller_intel")
    }

    assert not circle_in(graph), f"{' -> '.join(circle_in(graph))}"


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos.environ['HOME']",
        "import os\nos.getenv('HOME')",
        "from os import environ",
        "from os import getenv as g",
    ],
)
def test_reading_the_environment_is_seen_in_every_spelling(code):
    assert any(reads_environment(node) for node in ast.walk(ast.parse(code)))


def test_imports_are_seen_in_every_spelling():
    code = (
        "import a.b\nfrom c import d\nfrom . import e\n"
        "def f():\n    import g\nif True:\n    import h\n"
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import i\n"
    )

    assert set(imports_of(ast.parse(code))) >= {"a.b", "c", "c.d", "g", "h", "i"}
    at_top = set(imports_of(ast.parse(code), top_level=True))
    assert at_top >= {"a.b", "c", "h"}
    assert not at_top & {"g", "i"}


def test_a_circle_is_seen():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert not circle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()})


CRAWL = {"seller_intel/crawl.py"}


def files_of(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
            yield path.relative_to(ROOT).as_posix(), tree


def importers(
    modules: set[str], *rooms: str, allowed: set[str] | None = None
) -> list[str]:
    """Return the files of some rooms that import one of the modules or a part of it."""
    return [
        f"{name} imports {module}"
        for name, tree in files_of(*rooms)
        if name not in (allowed or set())
        for module in sorted(set(imports_of(tree)))
        if any(module == each or module.startswith(f"{each}.") for each in modules)
    ]


def imports_of(tree: ast.Module, top_level: bool = False) -> Iterator[str]:
    """Yield what a file imports: modules, and the names taken from them as modules."""
    for node in executed_at_import(tree) if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def executed_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a file without its functions and without what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from executed_at_import(child)


def reads_environment(node: ast.AST) -> bool:
    names = {"environ", "environb", "getenv", "getenvb"}
    if isinstance(node, ast.Attribute):
        is_os = isinstance(node.value, ast.Name) and node.value.id == "os"
        return is_os and node.attr in names
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(each.name in names for each in node.names)
    return False


def module_of(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of one circle of imports, empty where there is none."""
    done: set[str] = set()

    def follow(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done or module not in graph:
            return []
        for target in sorted(graph[module] - {module}):
            found = follow(target, [*path, module])
            if found:
                return found
        done.add(module)
        return []

    return next((found for each in sorted(graph) if (found := follow(each, []))), [])
