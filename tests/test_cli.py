"""The command line says what it did, and says failures in one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from seller_intel import claims, cli, loading, warehouse
from tests.test_loading import AT, land, orders


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


def test_init_may_be_repeated(postgres, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "seller_intel.steps.init", list
    )  # a test's login may not make roles; test_installation makes them

    said = call("init")

    assert said.exit_code == 0, said.output
    assert "migrations applied: none were due" in said.output


def test_init_writes_a_first_registry_that_can_be_read(
    postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "my-shops.yml"

    said = call("init", "--registry", str(path))

    assert f"export SELLER_INTEL_SOURCES={path}" in said.output.replace("\n", "")
    monkeypatch.setenv("SELLER_INTEL_SOURCES", str(path))
    listed = json.loads(call("sources", "--json").output)
    assert [source["source"] for source in listed] == ["my_shop_exports"]


def test_status_shows_both_sums(postgres):
    loading.load(land(orders(3), errors=2), AT)

    parts = json.loads(call("status", "--json").output)

    loads = next(rows for title, rows in parts.items() if title.startswith("Loads"))
    assert loads[0]["received"] == "5"
    assert loads[0]["loaded"] == "3"
    assert loads[0]["quarantined"] == "2"


def test_quarantine_list_shows_the_line_the_rule_and_the_reason(postgres):
    loading.load(land(orders(1), errors=1), AT)

    rows = json.loads(call("quarantine", "list", "--json").output)

    assert rows[0]["rule"] == "bad_money"
    assert rows[0]["reason"] == "no amount"
    assert rows[0]["position"] == "a.csv:0"
    assert rows[0]["record"] == '{"总金额":"?"}'


def test_a_failed_step_is_one_clear_line_and_exit_1(postgres):
    said = call("land", "nowhere")

    assert said.exit_code == 1
    assert "no source 'nowhere'" in said.output


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("land",), ("land", "x", "--run", "yesterday")]
)
def test_wrong_usage_is_exit_2(postgres, arguments: tuple[str, ...]):
    assert call(*arguments).exit_code == 2


def test_the_reader_connects_with_what_dsn_prints_and_may_not_write(postgres):
    url = call("dsn").output.strip()

    with psycopg.connect(url) as connection:
        assert connection.execute("show default_transaction_read_only").fetchone() == (
            "on",
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from ops.loads")


@pytest.mark.parametrize("role", ["loader", "transformer", "owner"])
def test_dsn_prints_a_url_that_takes_the_role(postgres, role: str):
    url = call("dsn", "--role", role).output.strip()

    with psycopg.connect(url) as connection:
        assert connection.execute("select current_user").fetchone() == (role,)


def test_contracts_are_listed_and_templates_printed(postgres):
    listed = json.loads(call("contracts", "list", "--json").output)

    assert "taobao_orders" in [row["contract"] for row in listed]
    template = CliRunner().invoke(
        cli.main, ["contracts", "show", "listings", "--template"]
    )
    assert b"listing_id" in template.stdout_bytes


def test_a_run_is_later_than_the_last_build(postgres):
    with warehouse.as_role("owner") as session:
        session.execute(
            "insert into ops.builds (run, part, status, started_at)"
            " values ('29991231T235958', 'core', 'done', %s)",
            [AT],
        )

    assert claims.next_run("20260105T060000") == "29991231T235959"
