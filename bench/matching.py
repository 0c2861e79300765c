"""Matching of 2,000 own products to 100,000 listings, and of the sandbox's products."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from typing import Any

from bench.result import Result
from sandbox.market import Market
from seller_intel import matching

OWN, RIVALS, PRODUCTS = 2_000, 100_000, 25_000
SEEDS = (1, 2, 3)


def run() -> Iterator[Result]:
    """Yield the seconds and memory of a large fit, and quality on simulated markets."""
    own, rivals = _large(random.Random(1))
    began = time.perf_counter()
    found = matching.match(own, rivals)
    seconds = time.perf_counter() - began
    yield Result(
        "match_2k_to_100k_s",
        seconds,
        "s",
        at_most=120,
        detail=f"{OWN:,} own products, {RIVALS:,} listings, {len(found):,} candidates",
    )
    yield Result(
        "match_2k_to_100k_mb",
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "MB",
        at_most=2_000,
        detail="the whole process at its largest",
    )
    scores = [_of_market(Market(seed=seed)) for seed in SEEDS]
    yield Result(
        "match_quality_f1",
        min(score[0] for score in scores),
        "ratio",
        at_least=0.75,
        detail=f"worst of {len(SEEDS)} simulated markets, certain and likely pairs",
    )
    yield Result(
        "match_certain_precision",
        min(score[1] for score in scores),
        "ratio",
        at_least=0.97,
        detail=f"worst of {len(SEEDS)} simulated markets",
    )


def _of_market(market: Market) -> tuple[float, float]:
    """Return F1 of what is certain or likely, and precision of what is certain."""
    listings = market.catalogue.listings.assign(
        id=lambda rows: rows["platform"] + ":" + rows["listing_id"],
        shop=lambda rows: rows["shop_id"],
    )
    is_own = listings["own_shop"] >= 0
    own, rivals = listings[is_own], listings[~is_own]
    product = dict(zip(listings["id"], listings["product"], strict=True))
    fields = ["id", "title", "brand", "shop"]
    found = matching.match(
        own[fields].to_dict("records"), rivals[fields].to_dict("records")
    )
    true = sum(
        int((own["product"] == product[rival]).sum()) for rival in rivals["id"].tolist()
    )
    sure = [each for each in found if each.grade != "review"]
    certain = [each for each in found if each.grade == "certain"]
    right = sum(product[each.own_id] == product[each.rival_id] for each in sure)
    exact = sum(product[each.own_id] == product[each.rival_id] for each in certain)
    return 2 * right / (len(sure) + true), exact / max(len(certain), 1)


def _large(draw: random.Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return own products and listings of a wide market, the same for one draw."""
    words = ["".join(draw.choices("abcdefghiklmnoprstuw", k=6)) for _ in range(6_000)]
    signs = [chr(draw.randint(0x4E00, 0x5500)) for _ in range(1_500)]
    products = [
        (
            draw.choice(words[:300]),
            f"{draw.choice('ABCDEFGH')}{draw.choice('KLMN')}{draw.randint(100, 99_999)}",
            "".join(draw.choices(signs, k=8)),
            " ".join(draw.choices(words, k=4)),
            f"{draw.choice((250, 500, 750, 1_000, 1_500))}ml",
        )
        for _ in range(PRODUCTS)
    ]

    def title(parts: tuple[str, ...]) -> str:
        brand, model, name, description, size = parts
        said = [
            brand,
            name[: draw.randint(4, 8)],
            description,
            size,
            draw.choice(words),
        ]
        if draw.random() < 0.7:
            said.append(model)
        draw.shuffle(said)
        return " ".join(said)

    own = [{"id": f"own {n}", "title": title(products[n])} for n in range(OWN)]
    rivals = [
        {
            "id": f"rival {n}",
            "title": title(products[n % PRODUCTS]),
            "shop": f"shop {draw.randint(0, 3_000)}",
        }
        for n in range(RIVALS)
    ]
    return own, rivals
