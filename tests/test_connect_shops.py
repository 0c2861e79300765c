"""Connecting the shops of the further platforms, each tried at its gateway."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from test_connect import gateway

from seller_intel import cli
from seller_intel.ingestors import connecting

PLATFORMS = (
    "youzan",
    "douyin",
    "xiaohongshu",
    "wechat_store",
    "amazon",
    "shopify",
    "woocommerce",
)
# What each platform says of a secret that is wrong.
REFUSALS = {
    "youzan": "client secret",
    "douyin": "app secret",
    "xiaohongshu": "appSecret",
    "wechat_store": "letter by letter",
    "amazon": "letter by letter",
    "shopify": "access token is not accepted",
    "woocommerce": "the key is not accepted",
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def say(platform: str, stated: dict, **changed: str) -> Result:
    extra = dict(stated["extra"])
    if isinstance(extra.get("marketplace_ids"), list):
        extra["marketplace_ids"] = ",".join(extra["marketplace_ids"])
    token = extra.pop("access_token", "") if platform == "shopify" else ""
    said = {
        "host": stated["host"],
        "login": stated["login"],
        "password": token or stated["password"],
        "region": "na",
        **extra,
        **changed,
    }
    asked = connecting.of(platform).questions
    answers = ["1", *(str(said.get(each.field, "")) for each in asked)]
    return CliRunner().invoke(
        cli.main,
        ["connect", platform, "--host", stated["host"], "--allow-private"],
        input="\n".join(answers) + "\n",
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_good_credential_is_tried_and_kept(platform):
    with gateway(platform) as (_, stated):
        said = say(platform, stated)

    assert said.exit_code == 0, said.output
    assert "answers; " in said.output
    assert f"AIRFLOW_CONN_{platform.upper()}_SHOP=" in said.output


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_secret_is_told_as_such_and_not_repeated(platform):
    with gateway(platform) as (_, stated):
        said = say(platform, stated, password="not-the-secret-at-all")

    assert said.exit_code == 1, said.output
    assert REFUSALS[platform] in said.output
    assert "not-the-secret-at-all" not in said.output
    assert "AIRFLOW_CONN" not in said.output


def test_a_region_that_does_not_exist_is_told_as_such():
    with gateway("amazon") as (_, stated):
        said = say("amazon", stated, region="mars")

    assert said.exit_code == 1
    assert "no region 'mars'" in said.output
