"""Connecting a shop: asked, tried, and told in plain words."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml
from click.testing import CliRunner, Result

from sandbox.gateways import connections as gateway_connections
from sandbox.gateways import shops
from sandbox.gateways.house import House, open_house
from sandbox.gateways.server import served
from seller_intel import cli, connections, sources
from seller_intel.ingestors import connecting
from seller_intel.ingestors.faults import ApiFault, Kind

PLATFORMS = ("taobao", "pinduoduo", "jd")


@contextmanager
def gateway(platform: str) -> Iterator[tuple[House, dict]]:
    """Serve a platform now; give it and the connection that it accepts."""
    house = open_house(shops.market((platform,), 20), int(time.time()))
    with served(house) as address:
        stated = gateway_connections.of(house, address)[f"sandbox_{platform}"]
        yield house, stated


def say(platform: str, stated: dict, **changed: str) -> Result:
    """Answer the questions with a connection, some answers changed."""
    said = {"login": stated["login"], "password": stated["password"]}
    said |= stated["extra"] | changed
    asked = connecting.of(platform).questions
    answers = ["900100002", *(str(said.get(each.field, "")) for each in asked)]
    return CliRunner().invoke(
        cli.main,
        ["connect", platform, "--host", stated["host"], "--allow-private"],
        input="\n".join(answers) + "\n",
    )


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_good_credential_gives_the_block_and_the_variable(
    platform, tmp_path, monkeypatch
):
    with gateway(platform) as (_, stated):
        said = say(platform, stated)

    assert said.exit_code == 0, said.output
    block, _, variable = said.stdout.partition("# into the environment")
    path = tmp_path / "sources.yml"
    path.write_text(block, encoding="utf-8")
    monkeypatch.setenv("SELLER_INTEL_SOURCES", str(path))
    source = sources.get(f"{platform}_shop")
    assert source.shop.shop_id == f"{platform}:900100002"
    assert yaml.safe_load(block)["sources"][0]["since"]
    name, _, kept = shlex.split(variable.splitlines()[-1])[0].partition("=")
    monkeypatch.setenv(name, kept)
    found = connections.get(source.connection)
    assert (found.login, found.password) == (stated["login"], stated["password"])
    # The ids of affiliate links are for searches, which nobody asks for here.
    of_searches = {"adzone_id", "pid", "custom_parameters"}
    assert found.extra == {
        name: value
        for name, value in stated["extra"].items()
        if name not in of_searches
    }
    assert json.loads(kept)["host"] == stated["host"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_secret_is_told_as_such_and_not_repeated(platform):
    with gateway(platform) as (_, stated):
        said = say(platform, stated, password="not-the-secret-at-all")

    assert said.exit_code == 1
    assert "signature is wrong" in said.output
    assert "letter by letter" in said.output
    assert "not-the-secret-at-all" not in said.output
    assert "AIRFLOW_CONN" not in said.output


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_token_is_told_as_such(platform):
    with gateway(platform) as (_, stated):
        said = say(
            platform, stated, access_token="not-the-token", refresh_token="nor-this"
        )

    assert said.exit_code == 1
    assert "authorise" in said.output


def test_a_clock_that_is_off_is_told(monkeypatch):
    from seller_intel.ingestors import beijing

    monkeypatch.setattr(beijing, "stamp", lambda: "2026-01-01 00:00:00")
    with gateway("taobao") as (_, stated):
        said = say("taobao", stated)

    assert said.exit_code == 1
    assert "Set this machine's clock" in said.output


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_fault_comes_with_advice(kind):
    told = connecting.diagnosis("taobao", ApiFault(kind, "the platform said no"))

    assert told.startswith("the platform said no\n")
    assert len(told.splitlines()[1]) > 20


@pytest.mark.parametrize("name", ["weidian", "files", "http", "../x", ""])
def test_what_cannot_be_connected_is_wrong_usage(name):
    said = CliRunner().invoke(cli.main, ["connect", name])

    assert said.exit_code == 2
    assert "taobao" in said.output


def test_a_host_that_is_private_needs_leave():
    with gateway("taobao") as (_, stated):
        stated["host"] = stated["host"].replace("http://", "https://")
        said = CliRunner().invoke(
            cli.main,
            ["connect", "taobao", "--host", stated["host"]],
            input="1\nkey\nsecret\ntoken\n\n",
        )

    assert said.exit_code == 1
    assert "private address" in said.output
