"""Brands of two goods beside each other: may they be one?"""

from __future__ import annotations

import numpy as np

from seller_intel import product_texts
from seller_intel.product_texts import ProductText


def differ(
    one: np.ndarray,
    other: np.ndarray,
    texts: list[list[ProductText]],
    at_own: np.ndarray,
    at_rival: np.ndarray,
) -> np.ndarray:
    """Return where both brands are known and neither names the other good.

    A brand in Chinese and one in another script may be one brand: that tells nothing.
    """
    differs = (one != "") & (other != "") & (one != other)
    for place in np.flatnonzero(differs):
        if product_texts.is_chinese(one[place]) != product_texts.is_chinese(
            other[place]
        ):
            differs[place] = False
            continue
        words = texts[0][at_own[place]].words | texts[1][at_rival[place]].words
        mine, theirs = set(one[place].split()), set(other[place].split())
        is_short = _initials(one[place]) == other[place]
        is_short = is_short or _initials(other[place]) == one[place]
        if is_short or mine & theirs or (mine <= words and theirs <= words):
            differs[place] = False
    return differs


def _initials(brand: str) -> str:
    """Return the initials of a brand of several words, as HP of Hewlett-Packard."""
    words = brand.split()
    return "".join(each[0] for each in words) if len(words) > 1 else ""
