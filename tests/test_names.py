"""One name per thing: a stream or mart that exists somewhere exists everywhere."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from seller_intel import metric_docs

ROOT = Path(__file__).resolve().parent.parent
DBT = ROOT / "dbt_project"
STAGING = DBT / "models/staging"
MARTS = DBT / "models/marts"
SUITES = ROOT / "expectations"
LINE = 88
FILE = 300
# Longer ones, to be split by subject; none may grow and no other may join them.
LONG = {
    "seller_intel/cli.py": 370,
    "seller_intel/ingestors/encodings.py": 340,
    "seller_intel/ingestors/rows.py": 400,
    "seller_intel/loading.py": 350,
}
CODE = {".py", ".sql", ".yml", ".yaml", ".toml", ".sh", ".cfg", ".ini", ""}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
PREFIXES = ("dim_", "fct_", "agg_", "int_")
# SQL has one clock, the run: last year's run built today gives last year's rows.
# Only what watches over processes (claims, heartbeats) may look at the server's watch.
CLOCKS = re.compile(
    r"\b(now\s*\(|current_(date|time|timestamp)\b|local(time|timestamp)\b"
    r"|(statement|transaction)_timestamp\s*\(|timeofday\s*\()"
)
WATCH = re.compile(r"\bclock_timestamp\s*\(")
# Core models that are public under the name of what they hold.
UNPREFIXED = {"customer_identities", "referral_closure"}
# What no other engine understands belongs in a macro that says it for each.
FOREIGN = re.compile(r"distinct\s+on\b|\bgenerate_series\s*\(|\blateral\b|::")
MACHINE = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")


def test_every_canonical_stream_can_be_landed_audited_and_read():
    missing = [
        path
        for stream in streams()
        for path in (
            STAGING / f"files/stg_files__{stream}.sql",
            SUITES / f"raw/files__{stream}.yml",
            DBT / f"models/core/unioned/int_{stream}_unioned.sql",
        )
        if not path.exists()
    ]

    assert not missing, f"missing: {names_of(missing)}"


def test_every_staging_model_has_its_check_suite():
    missing = [
        SUITES / "raw" / f"{stream_id}.yml"
        for stream_id in staged_streams()
        if not (SUITES / "raw" / f"{stream_id}.yml").exists()
    ]

    assert not missing, f"missing: {names_of(missing)}"


def test_every_check_suite_guards_a_staging_model():
    missing = [
        STAGING / path.stem.split("__")[0] / f"stg_{path.stem}.sql"
        for path in sorted((SUITES / "raw").glob("*.yml"))
        if path.stem not in staged_streams()
    ]

    assert not missing, f"missing: {names_of(missing)}"


def test_every_suite_is_named_for_the_table_it_guards():
    wrong = [
        f"{path.relative_to(ROOT)} says {name!r}"
        for path in sorted(SUITES.glob("*/*.yml"))
        for name in [yaml.safe_load(path.read_text(encoding="utf-8")).get("name")]
        if name != f"{path.parent.name}.{path.stem}"
    ]

    assert not wrong, "; ".join(wrong)


def test_staging_models_stand_in_the_folder_of_their_platform():
    wrong = [
        path
        for path in sorted(STAGING.rglob("*.sql"))
        if not path.stem.startswith(f"stg_{path.parent.name}__")
    ]

    assert not wrong, f"want stg_<platform>__<stream>.sql: {names_of(wrong)}"


def test_every_spider_and_ingestor_of_a_platform_has_staging_models():
    platforms = [
        path
        for folder in ("scrapers/spiders", "scrapers/pages")
        for path in sorted((ROOT / folder).glob("*.py"))
        if path.stem != "__init__"
    ]
    missing = [
        STAGING / path.stem for path in platforms if not (STAGING / path.stem).is_dir()
    ]

    assert not missing, f"missing: {names_of(missing)}"


def test_every_contract_feeds_canonical_streams():
    known = set(streams())
    contracts = sorted((ROOT / "seller_intel/ingestors/file_contracts").glob("*.yml"))
    unknown = [
        f"{path.name}: {stream}"
        for path in contracts
        for stream in yaml.safe_load(path.read_text(encoding="utf-8"))["streams"]
        if stream not in known
    ]

    assert contracts
    assert not unknown, f"not in canonical_streams.yml: {', '.join(unknown)}"


def test_every_mart_has_its_check_suite_and_its_contract():
    missing = [
        path
        for mart in marts()
        for path in [SUITES / f"marts/{mart_name(mart)}.yml"]
        if not path.exists()
    ]
    undescribed = [mart.stem for mart in marts() if mart.stem not in described()]

    assert not missing, f"missing: {names_of(missing)}"
    assert not undescribed, f"in no _<folder>.yml: {', '.join(undescribed)}"


def test_every_mart_suite_guards_a_mart():
    known = {mart_name(mart) for mart in marts()}
    missing = [
        path
        for path in sorted((SUITES / "marts").glob("*.yml"))
        if path.stem not in known
    ]

    assert not missing, f"no mart of this name: {names_of(missing)}"


def test_the_business_date_of_a_mart_is_a_date():
    wrong = []
    for path in sorted((SUITES / "marts").glob("*.yml")):
        suite = yaml.safe_load(path.read_text(encoding="utf-8"))
        date = suite.get("meta", {}).get("business_date")
        stated = described().get(path.stem, {}).get("columns", [])
        columns = {each["name"]: each for each in stated}
        if date and columns[date].get("data_type") != "date":
            wrong.append(f"{path.stem}.{date}")

    assert not wrong, f"the gate counts days: {', '.join(wrong)}"


def test_every_mart_column_stands_in_the_metric_dictionary():
    known = {row["metric_id"] for row in dictionary()}
    missing = [
        f"{mart.stem}.{column['name']}"
        for mart in marts()
        for column in described().get(mart.stem, {}).get("columns", [])
        if metric_docs.metric_of(mart.stem, column["name"], known) is None
    ]

    assert not missing, f"not in metric_dictionary.csv: {', '.join(missing)}"


def test_every_mart_column_is_described_in_english_and_chinese():
    texts = doc_blocks()
    wrong = []
    for mart in marts():
        for column in described().get(mart.stem, {}).get("columns", []):
            text = texts_of(column.get("description", ""), texts)
            if not (re.search(r"[A-Za-z]{3}", text) and re.search(r"[一-鿿]", text)):
                wrong.append(f"{mart.stem}.{column['name']}")

    assert not wrong, f"want doc() of a text in both: {', '.join(wrong)}"


def test_every_core_and_mart_column_has_a_type():
    wrong = [
        f"{name}.{column['name']}"
        for name, model in described().items()
        if not name.startswith("stg_")
        for column in model.get("columns", [])
        if not column.get("data_type") and not is_uncontracted(name)
    ]

    assert not wrong, f"contracts want data_type: {', '.join(wrong)}"


def test_core_models_carry_a_prefix_and_marts_do_not():
    core = sorted((DBT / "models/core").rglob("*.sql"))
    public = UNPREFIXED | set(streams())
    wrong = [
        path
        for path in core
        if not path.stem.startswith(PREFIXES) and path.stem not in public
    ]
    wrong += [path for path in marts() if path.stem.startswith((*PREFIXES, "stg_"))]

    assert not wrong, f"a prefix marks what is private: {names_of(wrong)}"


def test_sql_has_no_clock_but_the_run():
    found = lines_with(CLOCKS, sql_files())
    found += lines_with(WATCH, sorted(DBT.rglob("*.sql")))

    assert not found, f"as_of is an argument: {', '.join(found)}"


def test_models_use_no_sql_of_one_engine_outside_macros():
    models = sorted((DBT / "models").rglob("*.sql"))
    found = lines_with(FOREIGN, models)

    assert not found, f"say it in a macro: {', '.join(found)}"


def test_only_staging_reads_sources():
    # ops.* is a source too, and core may only read it through stg_ops__*
    outside = [
        path
        for path in sorted((DBT / "models").rglob("*.sql"))
        if STAGING not in path.parents
        and re.search(r"\bsource\(\s*['\"]", without_comments(path))
    ]

    assert not outside, f"only staging calls source(): {names_of(outside)}"


def test_files_have_names_that_say_something():
    wrong = [path for path in project_files() if path.stem.lower() in NAMELESS]

    assert not wrong, f"without a better name it is not an idea: {names_of(wrong)}"


def is_table_row(path: Path, line: str) -> bool:
    """Tell whether a YAML line is one entry of a table, best read on one line."""
    return path.suffix in (".yml", ".yaml") and bool(re.search(r"[{#:]|^ *- ", line))


def test_lines_end_at_88_columns():
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        if path.suffix in CODE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LINE and not is_table_row(path, line)
    ]

    assert not wrong, f"longer than {LINE}: {', '.join(wrong)}"


def test_files_of_the_product_are_split_by_subject():
    wrong = [
        f"{path.relative_to(ROOT)} ({lines})"
        for path in project_files()
        if path.suffix == ".py" and path.parts[len(ROOT.parts)] != "tests"
        for lines in [len(path.read_text("utf-8").splitlines())]
        if lines > LONG.get(str(path.relative_to(ROOT)), FILE)
    ]

    assert not wrong, f"longer than {FILE} lines: {', '.join(wrong)}"


def test_no_file_names_a_folder_of_one_machine():
    wrong = lines_with(
        MACHINE, [path for path in project_files() if path.name != "test_names.py"]
    )

    assert not wrong, f"write it relative to the checkout: {wrong}"


def test_every_module_says_in_a_sentence_what_it_is_for():
    wrong = [
        path
        for path in project_files()
        if path.suffix == ".py"
        and path.read_text("utf-8").strip()
        and not path.read_text("utf-8").lstrip().startswith(('"""', "#!"))
    ]

    assert not wrong, f"no docstring: {names_of(wrong)}"


@pytest.mark.parametrize(
    "sql",
    [
        "select now()",
        "select current_date",
        "where x > current_timestamp",
        "select statement_timestamp ()",
    ],
)
def test_every_clock_is_seen(sql):
    assert CLOCKS.search(sql)


@pytest.mark.parametrize("sql", ["select known", "select snow_(1)", "as current_dates"])
def test_nothing_else_is_taken_for_a_clock(sql):
    assert not CLOCKS.search(sql)


@pytest.mark.parametrize(
    "sql",
    ["select distinct on (a)", "generate_series(1, 2)", "join lateral (", "a::text"],
)
def test_sql_of_one_engine_is_seen(sql):
    assert FOREIGN.search(sql)


def test_comments_are_no_code():
    text = "select 1 -- now()\n{# current_date #}\n/* now() */ from a"

    assert not CLOCKS.search(strip_comments(text))
    assert "from a" in strip_comments(text)


def streams() -> list[str]:
    """Return the canonical streams, which every platform is translated into."""
    path = ROOT / "seller_intel/canonical_streams.yml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8")))


def names_of(paths: list[Path]) -> str:
    return ", ".join(path.relative_to(ROOT).as_posix() for path in paths)


def staged_streams() -> list[str]:
    return [
        path.stem.removeprefix("stg_")
        for path in sorted(STAGING.rglob("stg_*.sql"))
        if path.parent.name != "ops"
    ]


def marts() -> list[Path]:
    """Return the models that are published."""
    return sorted(MARTS.rglob("*.sql"))


def mart_name(model: Path) -> str:
    """Return what readers call a mart: its alias where the model has one."""
    alias = re.search(r"alias=['\"](\w+)['\"]", model.read_text(encoding="utf-8"))
    return alias.group(1) if alias else model.stem


@cache
def described() -> dict[str, dict]:
    """Return what the model files say, by model."""
    return {
        model["name"]: model
        for path in sorted((DBT / "models").rglob("*.yml"))
        for model in (yaml.safe_load(path.read_text("utf-8")) or {}).get("models") or []
    }


def is_uncontracted(name: str) -> bool:
    """Unions take their columns from staging; only they go without a contract."""
    return name.startswith("int_")


def dictionary() -> list[dict[str, str]]:
    with (DBT / "seeds/metric_dictionary.csv").open(encoding="utf-8", newline="") as it:
        return list(csv.DictReader(it))


def doc_blocks() -> dict[str, str]:
    """Return the texts that doc() names."""
    pattern = re.compile(r"{%-?\s*docs (\w+)\s*-?%}(.*?){%-?\s*enddocs", re.DOTALL)
    return {
        name: text
        for path in sorted((DBT / "models").rglob("*.md"))
        for name, text in pattern.findall(path.read_text(encoding="utf-8"))
    }


def texts_of(description: str, texts: dict[str, str]) -> str:
    named = re.findall(r"doc\(\s*['\"](\w+)['\"]\s*\)", description)
    return " ".join([description, *(texts.get(name, "") for name in named)])


def sql_files() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".sql"]


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(without_comments(path).splitlines(), 1)
        if pattern.search(line)
    ]


def without_comments(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    return strip_comments(text) if path.suffix == ".sql" else text


def strip_comments(text: str) -> str:
    """Blank out comments of SQL and of templates, and keep the line numbers."""
    return re.sub(
        r"--[^\n]*|/\*.*?\*/|{#.*?#}",
        lambda found: "\n" * found.group().count("\n"),
        text,
        flags=re.DOTALL,
    )


def project_files() -> list[Path]:
    """Return the files that are or will be under version control."""
    return list(_listed())


def _listed() -> Iterator[Path]:
    generated = {"requirements.lock", "requirements.excludes", "LICENSE"}
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if asked.returncode == 0:
        names = [name for name in asked.stdout.decode().split("\0") if name]
    else:  # an unpacked archive
        names = [
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        ]
    for name in sorted(set(names) - generated):
        path = ROOT / name
        if not path.is_file():  # removed and not committed yet, or a folder
            continue
        if "fixtures" not in path.parts and b"\0" not in path.read_bytes()[:8000]:
            yield path
