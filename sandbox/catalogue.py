"""Products, sellers, listings and SKUs of the market."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox import days, draws, goods

NEVER_GONE = 1 << 20
_WESTERN = {"amazon": "USD", "shopify": "USD", "woocommerce": "EUR"}
_OTHER_IDS = 7_200_000_000_001
# platform: median and spread of the units a listing has sold in its life
_LIFETIME = {
    "pinduoduo": (4_200, 1.7),
    "douyin": (14_000, 1.4),
    "taobao": (1_300, 1.8),
    "jd": (2_500, 1.5),
    "amazon": (6_000, 1.3),
    "shopify": (400, 1.0),
}


@dataclass(frozen=True)
class Catalogue:
    """Everything that is on sale. Rows are numbered; own listings come first."""

    products: pd.DataFrame
    listings: pd.DataFrame
    skus: pd.DataFrame

    def own(self, shop_no: int) -> np.ndarray:
        """Return the numbers of the listings of one of our shops."""
        return np.flatnonzero(self.listings["own_shop"].to_numpy() == shop_no)


def build(
    seed: int,
    listing_count: int,
    shops: tuple[goods.OwnShop, ...] = goods.OWN_SHOPS,
) -> Catalogue:
    """Return the catalogue of a market with about so many listings."""
    products = _products(seed, max(14, listing_count // 50))
    own = _own_listings(seed, listing_count, products, shops)
    rivals = _rival_listings(seed, max(0, listing_count - len(own)), products)
    listings = _described(seed, pd.concat([own, rivals], ignore_index=True), products)
    return Catalogue(products, _plain(listings), _plain(_skus(seed, listings)))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts are Python objects, quick to take and to join."""
    words = frame.columns[frame.dtypes.map(pd.api.types.is_string_dtype)]
    return frame.astype(dict.fromkeys(words, object))


def _products(seed: int, per_category: int) -> pd.DataFrame:
    draw = draws.of(seed, "products")
    rows = []
    for category_no, category in enumerate(goods.CATEGORIES):
        is_ours = category.code in goods.OWN_CATEGORIES
        for number in range(per_category):
            own_brand = is_ours and number < per_category * 0.3
            brand = (
                goods.OWN_BRAND
                if own_brand
                else (
                    category.brands_zh[number % len(category.brands_zh)],
                    category.brands_en[number % len(category.brands_en)],
                )
            )
            word = int(draw.integers(len(category.words_zh)))
            size = int(category.sizes[number % len(category.sizes)])
            rows.append(
                {
                    "category_no": category_no,
                    "brand_zh": brand[0],
                    "brand_en": brand[1],
                    "word": word,
                    "size": size,
                    "model": f"{category.code[:2].upper()}{number + 1:03d}",
                    "price": category.price * float(np.exp(draw.normal(0, 0.35))),
                    "cost_share": float(draw.uniform(0.34, 0.52)),
                    "own_brand": own_brand,
                }
            )
    return pd.DataFrame(rows)


def _own_listings(
    seed: int, count: int, products: pd.DataFrame, shops: tuple[goods.OwnShop, ...]
) -> pd.DataFrame:
    draw = draws.of(seed, "own listings")
    codes = [category.code for category in goods.CATEGORIES]
    ours = [codes.index(code) for code in goods.OWN_CATEGORIES]
    frames = []
    for shop_no, shop in enumerate(shops):
        wanted = max(8, round(count * shop.listing_share))
        chosen: list[int] = []
        for place, category_no in enumerate(ours):
            pool = products.index[products["category_no"] == category_no].to_numpy()
            quota = wanted // len(ours) + (place < wanted % len(ours))
            chosen.extend(np.resize(pool, quota))
        rate = np.exp(draw.normal(0, 0.9, len(chosen)))
        frames.append(
            pd.DataFrame(
                {
                    "own_shop": shop_no,
                    "platform": shop.platform,
                    "shop_id": shop.shop_id,
                    "shop_name": shop.name,
                    "product": chosen,
                    "rate": rate,
                    "age": np.where(np.arange(len(chosen)) % 9 == 8, -120, 0)
                    + draw.integers(20, 600, len(chosen)),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _rival_listings(seed: int, count: int, products: pd.DataFrame) -> pd.DataFrame:
    draw = draws.of(seed, "rival listings")
    platforms = list(goods.RIVAL_PLATFORMS)
    shares = [goods.RIVAL_PLATFORMS[name][0] for name in platforms]
    platform = draws.among(draw, shares, count)
    shop = np.zeros(count, dtype=int)
    for place in range(len(platforms)):
        here = platform == place
        shops = max(3, int(here.sum()) // 11)
        shop[here] = (shops * draw.random(here.sum()) ** 1.6).astype(int)
    names = np.asarray(platforms)[platform]
    median, spread = np.asarray([_LIFETIME[name] for name in names]).T.reshape(2, -1)
    age = draw.integers(60, 1_100, count)
    born = draw.random(count) < 0.08  # listed while we look
    age = np.where(born, -draw.integers(0, days.COUNT, count), age)
    life = median * np.exp(draw.normal(0, 1, count) * spread)
    return pd.DataFrame(
        {
            "own_shop": -1,
            "platform": names,
            "shop_id": [
                f"{name}:{31_000_000 + 7_001 * (number + 1)}"
                for name, number in zip(names, shop, strict=True)
            ],
            "shop_name": [f"店铺{number + 1:03d}" for number in shop],
            "product": draw.integers(0, len(products), count),
            "rate": life / np.maximum(age + 300, 240),
            "age": age,
        }
    )


def _described(
    seed: int, listings: pd.DataFrame, products: pd.DataFrame
) -> pd.DataFrame:
    draw = draws.of(seed, "listings")
    count = len(listings)
    product = products.loc[listings["product"]].reset_index(drop=True)
    is_western = listings["platform"].isin(list(_WESTERN)).to_numpy()
    factor = (
        listings["platform"]
        .map(
            {name: fact[1] for name, fact in goods.RIVAL_PLATFORMS.items()}
            | {"shopify": 0.32, "woocommerce": 0.32}
        )
        .fillna(1.0)
    )
    wished = product["price"] * factor * np.exp(draw.normal(0, 0.10, count))
    base = np.maximum(np.round(wished), 2) * 100 - np.where(is_western, 1, 10)
    gone = np.where(
        (listings["own_shop"] < 0) & (draw.random(count) < 0.05),
        draw.integers(300, days.COUNT, count),
        NEVER_GONE,
    )
    category = [goods.CATEGORIES[number] for number in product["category_no"]]
    return listings.assign(
        listing_id=_listing_ids(listings, product),
        category_no=product["category_no"],
        platform_category_id=[
            leaf.platform_ids.get(name, leaf.code)
            for leaf, name in zip(category, listings["platform"], strict=True)
        ],
        title=_titles(draw, listings, product, category),
        model=product["model"],
        brand=np.where(is_western, product["brand_en"], product["brand_zh"]),
        currency=listings["platform"].map(_WESTERN).fillna("CNY"),
        base_price=base.astype("int64"),
        listed_day=-listings["age"],
        gone_day=gone,
        rating=np.round(4.3 + 0.6 * draw.random(count), 1),
        review_rate=0.15 + 0.35 * draw.random(count),
    ).drop(columns="age")


def _listing_ids(listings: pd.DataFrame, product: pd.DataFrame) -> list[str]:
    starts = {
        "taobao": 680_000_000_001,
        "pinduoduo": 600_000_000_001,
        "jd": 100_012_043_978,
        "douyin": 3_600_000_000_000_000_001,
    }
    ids = []
    pairs = zip(listings["platform"], product["model"], strict=True)
    for number, (platform, model) in enumerate(pairs):
        if platform == "amazon":
            ids.append(f"B0{number * 7_919 % 99_999_989:08d}")
        elif platform == "shopify":  # its export names a product by the seller's code
            ids.append(f"{model}-{number:03d}")
        else:
            ids.append(str(starts.get(platform, _OTHER_IDS) + number * 1_009))
    return ids


def _titles(
    draw: np.random.Generator,
    listings: pd.DataFrame,
    product: pd.DataFrame,
    category: list[goods.Category],
) -> list[str]:
    praise = draw.integers(0, len(goods.PRAISE), len(listings))
    tail = draw.integers(0, len(goods.TAILS), len(listings))
    titles = []
    for place, (platform, leaf, row) in enumerate(
        zip(listings["platform"], category, product.itertuples(), strict=True)
    ):
        if platform in _WESTERN:
            titles.append(
                f"{row.brand_en} {leaf.words_en[row.word]} {row.model}"
                f" {row.size} {leaf.unit_name}"
            )
        else:
            titles.append(
                f"{goods.PRAISE[praise[place]]}{row.brand_zh}{leaf.words_zh[row.word]}"
                f"{row.model} {leaf.size_zh.format(row.size)}{goods.TAILS[tail[place]]}"
            )
    return titles


def _skus(seed: int, listings: pd.DataFrame) -> pd.DataFrame:
    draw = draws.of(seed, "skus")
    own = listings[listings["own_shop"] >= 0]
    rows = []
    for number, listing in own.iterrows():
        is_coded = listing["platform"] == "shopify"
        for place in range(1 if is_coded else int(draw.integers(1, 4))):
            zh, code = goods.COLOURS[place]
            model = listing["model"]
            rows.append(
                {
                    "listing": number,
                    "sku_id": str(5_100_000_000_011 + number * 7_000 + place * 11),
                    "seller_sku": listing["listing_id"]
                    if is_coded
                    else f"{model}-{code}",
                    "name_zh": f"颜色:{zh}",
                    "name_en": code.title(),
                    "price_factor": (1.0, 1.0, 1.1)[place],
                    "share": (0.5, 0.3, 0.2)[place],
                }
            )
    return pd.DataFrame(rows)
