"""Staging reads what the platforms' own interfaces land: saved payloads, row by row."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Postgres

from seller_intel import settings, steps, streams, transform, warehouse
from seller_intel.warehouse import Jsonb, sql

ROOT = Path(__file__).resolve().parents[1]
DBT = ROOT / "dbt_project"
CASES = sorted((ROOT / "tests/fixtures").glob("*__*/*/payload.json"))
RUN = "20261122T120000"
PROVENANCE = {"load_id", "record_key", "observed_at", "source_ref"}
SHAPE = re.compile(r"\{%- set (\w+) = (\{.*?\n    \}) -%\}", re.DOTALL)


def name_of(path: Path) -> str:
    """Return the stream id and the case of a payload."""
    return f"{path.parent.parent.name}-{path.parent.name}"


def streams_of_platforms() -> list[str]:
    """Return the stream ids that platforms' own interfaces bring."""
    return sorted(
        path.stem.removeprefix("stg_")
        for path in (DBT / "models/staging").glob("*/stg_*.sql")
        if path.parent.name not in ("files", "ops")
    )


@pytest.fixture(scope="module")
def staged(shared_postgres: Postgres) -> Iterator[dict[str, dict[str, Any]]]:
    """What staging makes of every saved payload, by stream id and case."""
    with warehouse.as_role("owner") as session:
        for load_id, path in enumerate(CASES, 1):
            session.execute(
                sql.SQL("insert into raw.{} values (%s, %s, %s, %s, %s)").format(
                    sql.Identifier(path.parent.parent.name)
                ),
                [
                    load_id,
                    key_of(path),
                    datetime(2026, 11, 22, 12, tzinfo=UTC),
                    "reply:1",
                    Jsonb(json.loads(path.read_text("utf-8"))),
                ],
            )
    transform.refresh_staging(RUN)
    found: dict[str, dict[str, Any]] = {}
    for stream_id in streams_of_platforms():
        for row in shared_postgres.rows(f"select * from staging.stg_{stream_id}"):
            found[name_of(CASES[row["load_id"] - 1])] = row
    yield found


def key_of(path: Path) -> str:
    """Return a record key: the case, since staging takes a key as it is."""
    return path.parent.name


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_staging_reads_a_payload_as_the_platform_means_it(staged, path):
    row = staged[name_of(path)]
    expected = json.loads(path.with_name("expected.json").read_text("utf-8"))

    assert said(row) == expected


def said(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says, in words of JSON: amounts without needless zeros."""
    return {
        name: plain(value)
        for name, value in row.items()
        if value is not None and name not in PROVENANCE
    }


def plain(value: Any) -> Any:
    """Return a value as expected.json writes it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value


@pytest.mark.parametrize("stream_id", streams_of_platforms())
def test_every_stream_of_a_platform_has_a_saved_payload(stream_id):
    assert any(path.parent.parent.name == stream_id for path in CASES)


@pytest.mark.parametrize("stream_id", streams_of_platforms())
def test_staging_of_a_platform_has_the_columns_of_its_stream(
    shared_postgres, staged, stream_id
):
    def columns(view: str) -> list[tuple[str, str]]:
        rows = shared_postgres.rows(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'staging' and table_name = %s"
            " order by ordinal_position",
            [view],
        )
        return [(row["column_name"], row["data_type"]) for row in rows]

    stream = stream_id.partition("__")[2]
    own = columns(f"stg_{stream_id}")

    assert staged
    assert [each for each in own if each[0] != "new_status"] == columns(
        f"stg_files__{stream}"
    )


def shapes() -> dict[str, dict[str, Any]]:
    """Return the shapes of streams as the macro of the platforms states them."""
    text = (DBT / "macros/platforms/shapes.sql").read_text("utf-8")
    return {name: yaml.safe_load(shape) for name, shape in SHAPE.findall(text)}


@pytest.mark.parametrize("stream", sorted(shapes()))
def test_a_record_of_a_platform_is_refused_for_what_one_of_a_file_is(stream):
    shape, canonical = shapes()[stream], streams.get(stream)
    words = {
        name: list(field.values)
        for name, field in canonical.fields.items()
        if field.values
    }

    assert set(shape["required"]) == set(canonical.required)
    assert shape["accepted"] == words
    assert shape.get("one_of", []) == [list(names) for names in canonical.one_of]


def statuses() -> list[dict[str, str]]:
    """Return the words of the platforms."""
    with (DBT / "seeds/platform_statuses.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_word_of_a_platform_means_one_of_ours():
    wrong = [
        row
        for row in statuses()
        if row["canonical_status"]
        not in streams.get(row["surface"]).fields["status"].values
    ]

    assert not wrong


def test_a_word_stands_once_with_its_source_and_date():
    rows = statuses()
    keys = {tuple(row.values())[:3] for row in rows}

    assert len(keys) == len(rows)
    assert all(row["status_source"] for row in rows)
    assert all(date.fromisoformat(row["checked_on"]) for row in rows)


def test_every_model_reads_words_that_are_there():
    asked = {
        found
        for path in (DBT / "models/staging").glob("*/*.sql")
        for found in re.findall(
            r"status_of\(\s*'(\w+)', '(\w+)'", path.read_text("utf-8")
        )
    }

    assert asked == {(row["platform_id"], row["surface"]) for row in statuses()}


def test_platforms_that_carry_a_stream_are_those_with_a_model():
    stated = yaml.safe_load((DBT / "dbt_project.yml").read_text("utf-8"))
    listed = {
        f"{platform}__{stream}"
        for stream, platforms in stated["vars"]["streams"].items()
        for platform in platforms
        if platform != "files"
    }

    assert listed == set(streams_of_platforms())
    assert settings.current().project_dir.name == "dbt_project"


REGISTRY = """
reporting_currency: CNY
shops: []
sources:
  - {name: union, platform: jd, streams: [commissions], since: 2026-11-01}
"""


def test_a_new_staging_model_finds_its_raw_table(shared_postgres, staged):
    shared_postgres.execute("drop table raw.jd__commissions cascade")
    shared_postgres.execute("delete from ops.meta where key = 'dbt_staging'")

    assert transform.refresh_staging(RUN)
    assert shared_postgres.count("raw.jd__commissions") == 0
    assert shared_postgres.count("staging.stg_jd__commissions") == 0


def test_loading_makes_the_raw_table_of_a_new_stream(shared_postgres, staged):
    shared_postgres.register(REGISTRY)
    shared_postgres.execute("drop table raw.jd__commissions cascade")

    assert steps.load("union", RUN) == []
    assert shared_postgres.count("raw.jd__commissions") == 0
