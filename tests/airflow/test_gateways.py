"""The simulated platforms in the background, as `make up` opens them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration import processes, standalone
from seller_intel import connections, gateways, settings, sources
from seller_intel.connections import CredentialError
from seller_intel.ingestors import connecting
from tests.homes import environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of the shipped registry, asked as the command line asks."""
    stated = {
        "SELLER_INTEL_HOME": str(tmp_path),
        "SELLER_INTEL_SOURCES": str(ROOT / "sources.yml"),
    }
    with environment(stated):
        connections.resolve_with(gateways.connection)
        (tmp_path / "airflow").mkdir()
        (tmp_path / "logs" / "airflow").mkdir(parents=True)
        yield tmp_path
        connections.resolve_with(lambda _: None)


def test_open_gateways_are_found_and_answer_for_the_present(home):
    started = standalone._open_gateways(settings.environment({}))
    try:
        assert standalone.status()["gateways"]
        assert len(gateways.variables()) == 10
        for name in ("taobao_select", "wechat_shop"):
            source = sources.get(name)
            assert "answers" in connecting.of(source.platform).probe(source)
    finally:
        processes.stop([started])

    with pytest.raises(CredentialError, match="not open; `make up` opens them"):
        connections.get("sandbox_taobao")


def test_without_gateways_one_line_says_what_opens_them(home):
    with pytest.raises(CredentialError, match="not open; `make up` opens them"):
        connections.get("sandbox_jd")


def test_a_name_of_no_simulated_shop_is_not_looked_for_there(home):
    assert connections.find("notices") is None


def test_a_real_shop_s_connection_is_not_looked_for_there(home, monkeypatch):
    real = home / "mine.yml"
    real.write_text("reporting_currency: CNY\nshops: []\nsources: []\n")
    monkeypatch.setenv("SELLER_INTEL_SOURCES", str(real))

    with pytest.raises(CredentialError, match="set AIRFLOW_CONN_MY_SHOP"):
        connections.get("my_shop")
