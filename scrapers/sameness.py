"""Sameness: which addresses are one page."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from w3lib.url import canonicalize_url, url_query_cleaner

# Parameters that say how somebody came to a page, never which page it is.
_TRACES = (
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    *("utm_id", "gclid", "fbclid", "msclkid", "mc_cid", "mc_eid", "_ga", "_gl"),
    *("ref_src", "srsltid", "yclid", "igshid", "sessionid", "phpsessid", "jsessionid"),
)


@lru_cache(maxsize=4_096)
def plain_url(url: str) -> str:
    """Return an address without its traces and fragment, parameters in order."""
    return canonicalize_url(
        url_query_cleaner(url, _TRACES, remove=True, unique=False, keep_fragments=False)
    )


def id_of(url: str) -> bytes:
    """Return what a page is recognised by."""
    return blake2b(plain_url(url).encode(), digest_size=16).digest()
