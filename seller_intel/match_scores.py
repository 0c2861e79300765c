"""How alike own products and rival listings are: candidates, and what speaks for them.

Texts become weighted tokens (rare ones weigh more), candidates are the nearest by
cosine, found through one sparse product, so that the work grows with the listings and
not with the pairs. Each is then looked at for codes, quantities, packs, brands, prices.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from seller_intel import match_brands, product_texts
from seller_intel.product_texts import ProductText

# Nearest own products kept for a rival listing.
CANDIDATES = 8
# A token in more than this share of the listings (and more than COMMON_COUNT of them)
# says too little to find candidates by; it still counts in their score.
COMMON = 0.02
COMMON_COUNT = 200
# Rival listings looked at together, which bounds the memory.
BATCH = 5_000
_DIGIT = re.compile(r"\d")
# Amounts that are the product; others (inches, watts) are told in rough figures.
_EXACT = {"ml", "g", "oz", "mb", "mah", "piece"}


@dataclass(frozen=True)
class Goods:
    """Goods of one side, by position: texts, and what is known beside them.

    `gtins` are digits without leading zeros, `brands` lower case; empty where unknown.
    `prices` are NaN where unknown or not comparable.
    """

    titles: Sequence[str]
    codes: Sequence[frozenset[str]]
    gtins: Sequence[str]
    brands: Sequence[str]
    prices: np.ndarray

    def __len__(self) -> int:
        return len(self.titles)


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs by position, a column for each thing that speaks for them."""

    own: np.ndarray
    rival: np.ndarray
    cosine: np.ndarray
    has_gtin: np.ndarray
    gtin_differs: np.ndarray
    code_share: np.ndarray
    code_differs: np.ndarray
    mpn_agrees: np.ndarray
    mpn_differs: np.ndarray
    quantity_differs: np.ndarray
    number_differs: np.ndarray
    pack_differs: np.ndarray
    colour_differs: np.ndarray
    accessory_differs: np.ndarray
    bundle_differs: np.ndarray
    year_differs: np.ndarray
    brand_differs: np.ndarray
    price_gap: np.ndarray

    def __len__(self) -> int:
        return len(self.own)


def pairs(own: Goods, rivals: Goods) -> Pairs:
    """Return the candidate pairs of two sides, in order of rival, then own."""
    texts = [
        [product_texts.read(each) for each in side.titles] for side in (own, rivals)
    ]
    known = {code for side in texts for text in side for code in text.codes}
    known |= {code for side in (own, rivals) for codes in side.codes for code in codes}
    codes = [
        [_codes(side, number, text, known) for number, text in enumerate(read)]
        for side, read in zip((own, rivals), texts, strict=True)
    ]
    left, right, rarity = _weighed(
        [
            [_tokens(text, found) for text, found in zip(read, coded, strict=True)]
            for read, coded in zip(texts, codes, strict=True)
        ]
    )
    at_own, at_rival = _nearest(left, right)
    at_own, at_rival = _with_gtins(own, rivals, at_own, at_rival)
    cosine = np.asarray(left[at_own].multiply(right[at_rival]).sum(axis=1)).ravel()
    looked = [
        _looked_at(
            (texts[0][one], texts[1][other]),
            (codes[0][one], codes[1][other]),
            (own.codes[one], rivals.codes[other]),
            rarity,
        )
        for one, other in zip(at_own.tolist(), at_rival.tolist(), strict=True)
    ]
    spoken = np.asarray(looked, dtype=float).reshape(len(looked), 11).T
    gtin = np.asarray(own.gtins, dtype=object), np.asarray(rivals.gtins, dtype=object)
    one_gtin, other_gtin = gtin[0][at_own], gtin[1][at_rival]
    both = (one_gtin != "") & (other_gtin != "")
    brand = (
        np.asarray(own.brands, dtype=object),
        np.asarray(rivals.brands, dtype=object),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(np.log(own.prices[at_own] / rivals.prices[at_rival]))
    return Pairs(
        at_own,
        at_rival,
        cosine,
        both & (one_gtin == other_gtin),
        both & (one_gtin != other_gtin),
        *spoken,
        match_brands.differ(
            brand[0][at_own], brand[1][at_rival], texts, at_own, at_rival
        ),
        np.where(np.isfinite(gap), gap, 0.0),
    )


def _codes(
    side: Goods, number: int, text: ProductText, known: set[str]
) -> frozenset[str]:
    """Return the codes of one good, also those it writes as two words."""
    parted = (each for each in product_texts.joined(side.titles[number]))
    return text.codes | side.codes[number] | {each for each in parted if each in known}


def _tokens(text: ProductText, codes: frozenset[str]) -> set[str]:
    tokens = {f"w{word}" for word in text.words}
    for code in codes:
        tokens |= {f"c{code}", f"s{product_texts.stem(code) or code}"}
    tokens |= {f"q{dimension}{value}" for dimension, value in text.quantities}
    if text.pack > 1:
        tokens.add(f"p{text.pack}")
    return tokens


def _weighed(
    sides: list[list[set[str]]],
) -> tuple[sparse.csr_matrix, sparse.csr_matrix, dict[str, float]]:
    """Return both sides as rows of length one over tokens, and how rare each is."""
    counts = Counter(token for side in sides for tokens in side for token in tokens)
    place = {token: number for number, token in enumerate(sorted(counts))}
    total = sum(map(len, sides))
    rarity = {
        token: np.log((total + 1) / (count + 1)) for token, count in counts.items()
    }
    made = []
    for side in sides:
        ends = np.cumsum([0, *map(len, side)])
        columns = np.fromiter(
            (place[token] for tokens in side for token in tokens), int, ends[-1]
        )
        weights = np.fromiter(
            (rarity[token] for tokens in side for token in tokens), float, ends[-1]
        )
        rows = sparse.csr_matrix((weights, columns, ends), (len(side), len(place)))
        length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        made.append(
            sparse.csr_matrix(sparse.diags(1 / np.where(length > 0, length, 1)) @ rows)
        )
    return made[0], made[1], rarity


def _nearest(
    left: sparse.csr_matrix, right: sparse.csr_matrix
) -> tuple[np.ndarray, np.ndarray]:
    """Return for every rival the nearest own products by tokens that tell."""
    shown = np.asarray((right > 0).sum(axis=0)).ravel()
    is_telling = shown <= max(COMMON_COUNT, COMMON * right.shape[0])
    keys = sparse.csr_matrix(left @ sparse.diags(is_telling.astype(float))).T.tocsr()
    found_own, found_rival = [], []
    for start in range(0, right.shape[0], BATCH):
        near = sparse.csr_matrix(right[start : start + BATCH] @ keys)
        for row in range(near.shape[0]):
            held = slice(near.indptr[row], near.indptr[row + 1])
            order = np.lexsort((near.indices[held], -near.data[held]))[:CANDIDATES]
            found_own.append(near.indices[held][order])
            found_rival.append(np.full(len(order), start + row))
    return _whole(found_own), _whole(found_rival)


def _whole(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([*parts, np.empty(0, int)]).astype(int)


def _with_gtins(
    own: Goods, rivals: Goods, at_own: np.ndarray, at_rival: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs and those of one GTIN, each once."""
    by_gtin: dict[str, list[int]] = {}
    for number, gtin in enumerate(own.gtins):
        if gtin:
            by_gtin.setdefault(gtin, []).append(number)
    more = [
        (other, one)
        for other, gtin in enumerate(rivals.gtins)
        for one in by_gtin.get(gtin, [])
    ]
    every = np.unique(
        np.concatenate(
            [
                np.stack([at_rival, at_own], axis=1),
                np.asarray(more, int).reshape(len(more), 2),
            ]
        ),
        axis=0,
    )
    return every[:, 1], every[:, 0]


def _looked_at(
    texts: tuple[ProductText, ProductText],
    codes: tuple[frozenset[str], frozenset[str]],
    stated: tuple[frozenset[str], frozenset[str]],
    rarity: dict[str, float],
) -> tuple[float, ...]:
    """Return code share and conflict, what part numbers say, and conflicts of texts."""
    shared = codes[0] & codes[1]
    share = max((rarity[f"c{code}"] for code in shared), default=0.0)
    differs = 0.0
    if codes[0] and codes[1] and not shared:
        stems = [{product_texts.stem(each) or each for each in side} for side in codes]
        tails = stems[0] & stems[1]
        # one maker's finish against none named is no conflict, against another it is
        alike = (tails & codes[0]) | (tails & codes[1])
        if alike:
            share = 0.7 * max(rarity[f"s{each}"] for each in alike)
        if not alike:
            differs = 0.7 if tails else 1.0 if _same_shape(codes) else 0.3
    amounts: list[dict[str, set[float]]] = [{}, {}]
    for text, held in zip(texts, amounts, strict=True):
        for dimension, value in text.quantities:
            held.setdefault(dimension, set()).add(value)
    apart = sum(
        2 if dimension in _EXACT else 1
        for dimension, values in amounts[0].items()
        if not values & amounts[1].get(dimension, values)
    )
    numbers = texts[0].numbers, texts[1].numbers
    colours = texts[0].colours, texts[1].colours
    years = [{each for each in side if 1980 <= each <= 2039} for side in numbers]
    agrees = bool(stated[0] & codes[1] or stated[1] & codes[0])
    return (
        share,
        differs,
        float(agrees),
        float(bool(stated[0] and stated[1]) and not agrees),
        float(min(apart, 3)),
        float(bool(numbers[0] and numbers[1]) and not numbers[0] & numbers[1]),
        float(texts[0].pack != texts[1].pack),
        float(bool(colours[0] and colours[1]) and not colours[0] & colours[1]),
        float(texts[0].is_accessory != texts[1].is_accessory),
        float(texts[0].is_bundle != texts[1].is_bundle),
        float(bool(years[0] and years[1]) and not years[0] & years[1]),
    )


def _same_shape(codes: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Tell whether both sides name models of one series, as ST013 and ST037 are."""
    shapes = [{_DIGIT.sub("0", each) for each in side} for side in codes]
    return bool(shapes[0] & shapes[1])
