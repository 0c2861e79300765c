"""Taobao and Tmall searched: the affiliate material search of an Alimama app.

Facts: the platform reference, page Taobao / Tmall, section 4: a page holds at most 100,
only items with an affiliate plan are found.
"""

from __future__ import annotations

import httpx

from seller_intel.ingestors import credentials, replies, top
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

METHOD = "taobao.tbk.dg.material.optional.upgrade"
SIZE = 100
_ASKED = {"keyword": "q", "category": "cat"}


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Search:
    """Open the search; `adzone_id` is the third part of the affiliate's PID."""
    zone = str(
        source.options.get("adzone_id")
        or credentials.stated(credentials.of(source), "adzone_id", source)
    )
    if source.options.get("products"):
        raise RegistryError(f"source {source.name}: Taobao is searched by words")
    called = top.opened(source, transport)
    size = number(source, "page_size", SIZE, SIZE)
    pages = number(source, "pages", PAGES)
    sort = str(source.options.get("sort", "total_sales_des"))

    def answer(ask: Ask) -> Answer:
        asked = {
            _ASKED[ask.kind]: ask.value,
            "page_no": str(ask.page),
            "page_size": str(size),
            "sort": sort,
        }
        reply = called.reply_without_token(METHOD, {"adzone_id": zone, **asked})
        root = replies.mapping(
            replies.mapping(reply.json, "the reply").get(
                f"{METHOD.removeprefix('taobao.').replace('.', '_')}_response"
            ),
            "the reply's root",
        )
        total = replies.count(root.get("total_results") or 0, "total_results")
        listed = root.get("result_list")
        rows = replies.rows(
            listed.get("map_data") if isinstance(listed, dict) else listed, "map_data"
        )
        is_more = further(ask, len(rows), size, total, pages)
        return Answer(
            address(called.session, top.PATH, {"method": METHOD, **asked}),
            reply.body,
            reply.status,
            (following(ask),) if is_more else (),
        )

    return Search((called.session,), answer)
