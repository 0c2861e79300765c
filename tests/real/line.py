"""A plugin of the tests on published data: the whole line, run once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from seller_intel import sources, steps, warehouse
from tests.homes import environment, open_home
from tests.real import published_sets


@dataclass(frozen=True)
class Line:
    """A home in which every published set went through the line."""

    variables: dict[str, str]

    def rows(self, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query; `%` is written `%%`."""
        with environment(self.variables), warehouse.as_role("owner") as session:
            return session.rows(query, params)

    def row(self, query: str, params: Sequence[Any] = ()) -> dict[str, Any]:
        """Return the one row of a query."""
        (row,) = self.rows(query, params)
        return row

    def value(self, query: str, params: Sequence[Any] = ()) -> Any:
        """Return the one value of a query."""
        (value,) = self.row(query, params).values()
        return value

    def account(self, source: str, stream: str) -> dict[str, int]:
        """Return what became of the records of one stream of a source."""
        return self.row(
            "select received, quarantined, kept, rejected, repeated from ops.loads"
            " where is_current and source = %s and stream_id = %s",
            [source, f"files__{stream}"],
        )

    def days(self, shop: str) -> dict[Any, dict[str, Any]]:
        """Return the published sales of a shop by day."""
        rows = self.rows(
            "select * from marts.shop_sales_daily"
            " where shop_id = %s and channel = 'all'",
            [shop],
        )
        return {row["sales_date"]: row for row in rows}


@pytest.fixture(scope="session")
def line() -> Iterator[Line]:
    """Every published set, landed, judged, built, judged again and published."""
    with open_home("seller-intel-real-") as home:
        (home / "sources.yml").write_text(published_sets.registry(), encoding="utf-8")
        published_sets.write_rates(home / "fx")
        variables = {
            "SELLER_INTEL_HOME": str(home),
            "SELLER_INTEL_SOURCES": str(home / "sources.yml"),
        }
        with environment(variables):
            steps.init()
            for name in sources.registry().sources:
                steps.land(name, published_sets.RUN)
                steps.load(name, published_sets.RUN)
            steps.build_and_publish(published_sets.RUN)
        yield Line(variables)
