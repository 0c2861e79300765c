"""One name per thing: a stream or mart that exists somewhere exists everywhere."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import yaml
from project_files import DBT, ROOT, names_of, project_files, without_comments

from seller_intel import metric_docs

STAGING = DBT / "models/staging"
MARTS = DBT / "models/marts"
SUITES = ROOT / "expectations"
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
PREFIXES = ("dim_", "fct_", "agg_", "int_")
# Core models that are public under the name of what they hold.
UNPREFIXED = {"customer_identities", "referral_closure"}


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


def streams() -> list[str]:
    """Return the canonical streams, which every platform is translated into."""
    path = ROOT / "seller_intel/canonical_streams.yml"
    return list(yaml.safe_load(path.read_text(encoding="utf-8")))


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
