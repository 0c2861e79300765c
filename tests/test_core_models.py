"""The models agree with the streams they read and with what they tell each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from seller_intel import settings, streams

DBT = settings.ROOT / "dbt_project"
CORE = DBT / "models/core"
TYPES = {
    "text": "text",
    "hash": "text",
    "prefixed_id": "text",
    "integer": "bigint",
    "number": "numeric",
    "money": "numeric",
    "date": "date",
    "timestamp": "timestamptz",
    "boolean": "boolean",
}
_COLUMN = re.compile(
    r"\{\{ (?:payload\('(\w+)'(?:, '(\w+)')?\)|platform_id_of\('(\w+)'\)) \}\}"
    r"\s+as (\w+)"
)


_SHAPE = re.compile(r"\{%- set (\w+) = (\{.*?\n    \}) -%\}", re.DOTALL)


def _staging(stream: str) -> str:
    """Return the model of a stream; the macro's columns where it takes them from it."""
    path = DBT / f"models/staging/files/stg_files__{stream}.sql"
    text = path.read_text(encoding="utf-8")
    if f"canonical_stream('files', '{stream}')" not in text:
        return text
    shapes = dict(
        _SHAPE.findall((DBT / "macros/platforms/shapes.sql").read_text("utf-8"))
    )
    shape = yaml.safe_load(shapes[stream])
    macro = (DBT / "macros/platforms/crawled.sql").read_text("utf-8")
    (ids,) = re.findall(r"set ids = \[(.*?)\]", macro, re.DOTALL)
    columns = [
        f"{{{{ platform_id_of('{name}') }}}} as {name}"
        if f"'{name}'" in ids
        else f"{{{{ payload('{name}', '{type_}') }}}} as {name}"
        for name, type_ in shape["columns"]
    ]
    return "\n".join([*columns, f"required={shape['required']}"])


@pytest.mark.parametrize("stream", streams.all_streams())
def test_staging_reads_every_field_of_its_stream_in_its_type(stream):
    found = {
        name: "id" if prefixed else type_ or "text"
        for plain, type_, prefixed, name in _COLUMN.findall(_staging(stream))
        if name == (plain or prefixed)
    }

    assert found == {
        name: TYPES.get(field.type, field.type)
        for name, field in streams.all_streams()[stream].fields.items()
    }


@pytest.mark.parametrize("stream", streams.all_streams())
def test_staging_refuses_a_row_without_a_required_field(stream):
    required = re.search(r"required=\[(.*?)\]", _staging(stream), re.DOTALL)

    assert required
    assert set(re.findall(r"'(\w+)'", required[1])) == set(
        streams.all_streams()[stream].required
    )


def test_every_stream_has_its_platforms_and_its_union():
    project = (DBT / "dbt_project.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^    (\w+): \[files", project, re.MULTILINE))

    assert listed == set(streams.all_streams())
    assert listed == {
        path.stem.removeprefix("int_").removesuffix("_unioned")
        for path in (CORE / "unioned").glob("int_*_unioned.sql")
    }


def test_days_are_added_up_after_all_who_log_days():
    touched = (CORE / "sales/int_shop_days_touched.sql").read_text(encoding="utf-8")
    writers = {path.stem for path in _models() if "touches='" in _text(path)}

    assert writers == set(re.findall(r"^    '(\w+)',", touched, re.MULTILINE))


def test_a_condition_on_the_build_hides_no_reference_from_dbt():
    hiding = re.compile(r"if is_incremental\(\).*?end(?:if|macro)", re.DOTALL)

    found = [
        path.stem
        for path in _models()
        for block in hiding.findall(_text(path))
        for name in re.findall(r"ref\('(\w+)'\)", block)
        if _text(path).count(f"ref('{name}')") == block.count(f"ref('{name}')")
    ]

    assert not found


def _models() -> list[Path]:
    return sorted(CORE.rglob("*.sql"))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
