"""JD searched: the goods query of JD Union.

Facts: the platform reference, page JD, section 4: a page holds at most 30.
"""

from __future__ import annotations

from typing import Any

import httpx

from seller_intel.ingestors import jos, replies
from seller_intel.ingestors.searching import (
    PAGES,
    Answer,
    Ask,
    Search,
    address,
    following,
    further,
    number,
)
from seller_intel.sources import RegistryError, Source

METHOD = "jd.union.open.goods.query"
SIZE = 30
_ASKED = {"keyword": "keyword", "category": "cid3"}


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Search:
    """Open the search; a category is the number of one of the third level."""
    for name in ("categories", "products"):
        for each in source.options.get(name) or []:
            if not str(each).isdecimal():
                raise RegistryError(f"source {source.name}: {name}: no number {each}")
    called = jos.opened(source, transport)
    size = number(source, "page_size", SIZE, SIZE)
    pages = number(source, "pages", PAGES)
    sort = str(source.options.get("sort", "inOrderCount30Days"))

    def answer(ask: Ask) -> Answer:
        wish: dict[str, Any] = {
            "pageIndex": ask.page,
            "pageSize": size,
            "sortName": sort,
            "sort": "desc",
        }
        if ask.kind == "products":
            wish["skuIds"] = [int(each) for each in ask.value.split(",")]
        else:
            name = _ASKED[ask.kind]
            wish[name] = int(ask.value) if name == "cid3" else ask.value
        reply = called.union_reply(METHOD, {"goodsReqDTO": wish})
        result = jos.union_result(reply, METHOD)
        total = replies.count(result.get("totalCount") or 0, "totalCount")
        rows = replies.rows(result.get("data"), "data")
        is_more = further(ask, len(rows), size, total, pages)
        shown = {"method": METHOD, **wish}
        if ask.kind == "products":
            shown["skuIds"] = ask.value
        return Answer(
            address(called.session, jos.PATH, shown),
            reply.body,
            reply.status,
            (following(ask),) if is_more else (),
        )

    return Search((called.session,), answer)
