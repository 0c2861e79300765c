"""Pinduoduo searched: the goods search of Duoduo Jinbao (DDK).

Facts: the platform reference, page Pinduoduo, section 4: a page holds 10 to 100, the
next one asks for the `list_id` of the one before, `pid` and `custom_parameters` are
registered first.
"""

from __future__ import annotations

import httpx

from seller_intel.ingestors import credentials, pop, replies
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

METHOD = "pdd.ddk.goods.search"
SIZE = 100
_ASKED = {"keyword": "keyword", "category": "opt_id"}


def opened(source: Source, transport: httpx.BaseTransport | None = None) -> Search:
    """Open the search; extra of the connection holds `pid`, `custom_parameters`."""
    if source.options.get("products"):
        raise RegistryError(f"source {source.name}: Pinduoduo is searched by words")
    extra = credentials.of(source).extra
    slot = {
        name: str(extra[name])
        for name in ("pid", "custom_parameters")
        if extra.get(name)
    }
    called = pop.opened(source, transport)
    size = number(source, "page_size", SIZE, SIZE)
    pages = number(source, "pages", PAGES)
    sort = str(source.options.get("sort", "6"))

    def answer(ask: Ask) -> Answer:
        asked = {
            _ASKED[ask.kind]: ask.value,
            "page": str(ask.page),
            "page_size": str(size),
            "sort_type": sort,
        }
        sent = {**slot, **asked}
        if ask.token:
            sent["list_id"] = ask.token
        reply = called.reply_without_token(METHOD, sent)
        root = replies.mapping(
            replies.mapping(reply.json, "the reply").get("goods_search_response"),
            "the reply's root",
        )
        total = replies.count(root.get("total_count") or 0, "total_count")
        rows = replies.rows(root.get("goods_list"), "goods_list")
        is_more = further(ask, len(rows), size, total, pages)
        token = str(root.get("list_id") or "")
        return Answer(
            address(called.session, pop.PATH, {"type": METHOD, **asked}),
            reply.body,
            reply.status,
            (following(ask, token),) if is_more else (),
        )

    return Search((called.session,), answer)
