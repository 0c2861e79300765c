"""Facebook ads with conversions: ratios are those of sums, never means of ratios."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from seller_intel import steps, warehouse
from tests.homes import environment, open_home
from tests.real import published_sets

pytestmark = published_sets.MARKS
_FIGURES = """
select
    coalesce(campaign_id, 'total') as campaign,
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    sum(cost_amount) as cost,
    sum(attributed_orders) as approved,
    sum(clicks) / sum(impressions) as click_rate,
    sum(cost_amount) / sum(clicks) as cost_per_click,
    1000 * sum(cost_amount) / sum(impressions) as cost_per_mille,
    sum(cost_amount) / sum(attributed_orders) as cost_per_order
from marts_build.ad_performance_daily
where ad_id = 'all'
group by grouping sets ((campaign_id), ())
"""
_WITHOUT_CLICKS = """
select count(*) as ads, count(cost_per_click) as priced
from marts_build.ad_performance_daily
where ad_id <> 'all' and clicks = 0
"""
_CAMPAIGN = """
select cost_per_order
from marts_build.ad_performance_daily
where ad_id = 'all' and campaign_id like '%%1178'
"""


def _registry() -> str:
    contract = published_sets.CONTRACTS / "facebook_ads.yml"
    source = {
        "name": "facebook",
        "platform": "files",
        "shop": "facebook:page",
        "folder": str(published_sets.DATA / "facebook_ads_conversions"),
        "files": [{"pattern": "*.csv", "contract": str(contract)}],
    }
    shop = {
        "shop_id": "facebook:page",
        "name": "page",
        "platform": "facebook",
        "time_zone": "UTC",
        "currency": "USD",
        "is_own": True,
        "owner_id": "published",
        "mode": "platform",
    }
    stated = {"reporting_currency": "USD", "shops": [shop], "sources": [source]}
    return yaml.safe_dump(stated, sort_keys=False)


@pytest.fixture(scope="module")
def asked() -> Iterator[dict[str, list[dict[str, Any]]]]:
    """What the mart says of the published ads."""
    with open_home("seller-intel-ads-") as home:
        (home / "sources.yml").write_text(_registry(), encoding="utf-8")
        variables = {
            "SELLER_INTEL_HOME": str(home),
            "SELLER_INTEL_SOURCES": str(home / "sources.yml"),
        }
        with environment(variables):
            steps.init()
            steps.land("facebook", published_sets.RUN)
            steps.load("facebook", published_sets.RUN)
            steps.audit_raw(published_sets.RUN)
            steps.build_core(published_sets.RUN)
            steps.build_marts(published_sets.RUN)
            with warehouse.as_role("owner") as session:
                yield {
                    "figures": session.rows(_FIGURES),
                    "without_clicks": session.rows(_WITHOUT_CLICKS),
                    "campaign": session.rows(_CAMPAIGN),
                }


def _of(asked: dict[str, list[dict[str, Any]]], ending: str) -> dict[str, Any]:
    (row,) = (row for row in asked["figures"] if row["campaign"].endswith(ending))
    return row


def test_a_212_the_total_is_the_published_one(asked):
    row = _of(asked, "total")

    assert (row["impressions"], row["clicks"]) == (213_434_828, 38_165)
    assert row["approved"] == 1_079
    assert float(row["cost"]) == pytest.approx(58_705.23, abs=0.01)
    assert float(row["click_rate"]) == pytest.approx(0.000178813, abs=5e-10)
    assert float(row["cost_per_click"]) == pytest.approx(1.538195, abs=5e-7)
    assert float(row["cost_per_mille"]) == pytest.approx(0.275050, abs=5e-7)
    assert float(row["cost_per_order"]) == pytest.approx(54.407071, abs=1e-5)


def test_a_213_a_campaign_is_the_sum_of_its_ads(asked):
    row = _of(asked, "1178")

    assert (row["impressions"], row["clicks"]) == (204_823_716, 36_068)
    assert row["approved"] == 872
    assert float(row["cost"]) == pytest.approx(55_662.15, abs=0.01)
    assert float(asked["campaign"][0]["cost_per_order"]) == pytest.approx(
        63.832741, abs=1e-5
    )


def test_a_213_ads_without_clicks_have_no_price_of_a_click(asked):
    assert asked["without_clicks"] == [{"ads": 207, "priced": 0}]
