"""The fit of product matching: candidates anew, and the decisions of files kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seller_intel import matching, warehouse
from seller_intel.matching import Match


def fit(run: str) -> int:
    """Match our listings to all others; return how many candidate pairs there are.

    Replaces the candidates of the fit before, in one transaction. Core reads them in
    the next build.
    """
    with warehouse.as_role("transformer") as session:
        goods = session.rows_of_file("fit/goods.sql")
        session.run_file("fit/decisions_of_files.sql")
    own = [each for each in goods if each["is_own"]]
    rivals = [each for each in goods if not each["is_own"]]
    found = matching.match(own, rivals)
    with warehouse.as_role("transformer") as session:
        session.execute("delete from ops.listing_match_candidates")
        session.copy_in(
            "copy ops.listing_match_candidates (own_listing_id, rival_listing_id,"
            " probability, grade, match_method, run) from stdin",
            _lines(found, run),
        )
    return len(found)


def _lines(found: Iterable[Match], run: str) -> Iterator[bytes]:
    for each in found:
        fields = (
            *(_escaped(each.own_id), _escaped(each.rival_id)),
            *(f"{each.probability:.4f}", each.grade, each.method, run),
        )
        yield ("\t".join(fields) + "\n").encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
