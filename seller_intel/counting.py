"""Counting: how many records of a load bring something that was not known before."""

from __future__ import annotations

from seller_intel.warehouse import Session

# Above this many records of history for one of the load, each key is looked up.
_LOOKED_UP = 10


def counted(session: Session, load_id: int, stream_id: str) -> dict[str, int]:
    """Return kept and repeated of a load whose rejected rows are recorded already.

    Kept are the records that differ from the newest accepted version of their key and
    from the record of that key before them in the load.
    """
    session.run_file("audit/good_rows.sql", {"load_id": load_id}, table=stream_id)
    session.execute("analyze good_rows")
    sizes = session.rows_of_file("audit/history_size.sql", {"stream_id": stream_id})[0]
    if sizes["known"] > _LOOKED_UP * sizes["fresh"]:
        session.run_file("audit/newest_by_key.sql", table=stream_id)
    else:
        session.run_file(
            "audit/newest_by_scan.sql", {"stream_id": stream_id}, table=stream_id
        )
    session.execute("analyze newest_versions")
    counts = session.rows_of_file("audit/count_rows.sql")[0]
    session.execute("drop table good_rows, newest_versions")
    return counts
