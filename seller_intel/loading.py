"""Loading: a landing into raw and quarantine, once, in constant memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from seller_intel import crawl_log, landing, warehouse
from seller_intel.landing import Landed
from seller_intel.warehouse import Session, errors, sql

_CHUNK = 1 << 18
_SPOOL = 1 << 23
_LINE = 100_000
_SPLIT = b',"record":'


@dataclass(frozen=True)
class LoadReport:
    """What one load received and what became of it."""

    load_id: int
    stream_id: str
    source: str
    run: str
    received: int
    loaded: int
    quarantined: int
    is_new: bool


class Tally:
    """What the reader saw while the records streamed past it."""

    def __init__(self, load_id: int) -> None:
        self.load_id = load_id
        self.loaded = 0
        self.line_no = 0
        self.quarantined = 0
        self._problems = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            max_size=_SPOOL
        )

    def quarantine(
        self,
        rule: str,
        reason: str,
        position: str | None,
        line: bytes,
        line_no: int | None = None,
    ) -> None:
        """Keep a line of which no record could be made, with the rule it broke."""
        text = line[:_LINE].decode("utf-8", "backslashreplace")
        fields = (
            str(self.load_id),
            str(line_no or self.line_no),
            rule,
            reason,
            position or "",
            text.replace("\x00", "\\x00"),
        )
        self._problems.write(b"\t".join(map(_escaped, fields)) + b"\n")
        self.quarantined += 1

    def problems(self) -> Iterator[bytes]:
        """Yield the kept lines as COPY text."""
        self._problems.seek(0)
        while chunk := self._problems.read(_CHUNK):
            yield chunk


def load(
    landed: Landed,
    at: datetime,
    replay_of: int | None = None,
    alongside: Callable[[Session, int], None] | None = None,
) -> LoadReport:
    """Put a landing into raw in one transaction; the same file again changes nothing.

    `alongside` gets the session and the new load's id and writes in that transaction.
    """
    try:
        return _load(landed, at, replay_of, alongside, _copy)
    except errors.DataError:
        # A payload that JSON allows and PostgreSQL does not (a NUL, an endless number).
        return _load(landed, at, replay_of, alongside, _copy_carefully)


def _load(
    landed: Landed,
    at: datetime,
    replay_of: int | None,
    alongside: Callable[[Session, int], None] | None,
    copy: Callable[[Session, Landed, int], Tally],
) -> LoadReport:
    with warehouse.as_role("loader") as session:
        warehouse.lock(session, f"load {landed.stream_id} {landed.source} {landed.run}")
        before = _before(session, landed)
        if before and before["sha256"] == landed.manifest["sha256"]:
            return _report(before, is_new=False)
        load_id = session.value("select nextval('ops.load_id') as load_id")
        tally = copy(session, landed, load_id)
        _compare(landed, tally)
        _write_quarantine(session, tally)
        row = _load_row(landed, load_id, tally, at, replay_of)
        if before:
            _supersede(session, before, row, at)
        _insert(session, row)
        _write_windows(session, load_id, landed)
        crawl_log.write(session, landed, load_id)
        if alongside:
            alongside(session, load_id)
        return _report(row, is_new=True)


def _write_windows(session: Session, load_id: int, landed: Landed) -> None:
    """State which stretches of time the source delivered in full."""
    for start, end in landed.manifest.get("windows_got") or []:
        session.execute(
            "insert into ops.load_windows values (%s, %s, %s)", [load_id, start, end]
        )


def _before(session: Session, landed: Landed) -> dict[str, Any] | None:
    return session.one(
        "select * from ops.loads where is_current and stream_id = %s and source = %s"
        " and run = %s and status <> 'replaced' order by load_id desc limit 1",
        [landed.stream_id, landed.source, landed.run],
    )


def _supersede(
    session: Session, before: dict[str, Any], row: dict[str, Any], at: datetime
) -> None:
    """Make room for a changed file of the same run.

    An accepted load stays until its successor is accepted (the door replaces it then);
    one that never reached core goes at once.
    """
    if before["status"] == "accepted":
        row["replaces"] = before["load_id"]
        return
    row["replaces"] = before["replaces"]
    session.execute(
        "update ops.loads set is_current = false where load_id = %s",
        [before["load_id"]],
    )
    session.execute(
        sql.SQL("delete from raw.{} where load_id = %s").format(
            sql.Identifier(before["stream_id"])
        ),
        [before["load_id"]],
    )
    _insert(
        session,
        before
        | {
            "version": before["version"] + 1,
            "is_current": True,
            "status": "replaced",
            "load_seq": None,
            "reason": f"replaced by load {row['load_id']}",
            "decided_at": at,
            "manifest": warehouse.Jsonb(before["manifest"]),
        },
    )


def _insert(session: Session, row: dict[str, Any]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join(map(sql.Placeholder, row))
    session.execute(
        sql.SQL("insert into ops.loads ({}) values ({})").format(columns, places), row
    )


def _load_row(
    landed: Landed, load_id: int, tally: Tally, at: datetime, replay_of: int | None
) -> dict[str, Any]:
    manifest = landed.manifest
    asked = manifest.get("window_asked") or [None, None]
    windows = manifest.get("windows_got") or []
    got = [
        min((start for start, _ in windows), default=None),
        max((end for _, end in windows), default=None),
    ]
    return {
        "load_id": load_id,
        "version": 1,
        "is_current": True,
        "stream_id": landed.stream_id,
        "source": landed.source,
        "run": landed.run,
        "status": "pending",
        "received": tally.loaded + tally.quarantined,
        "loaded": tally.loaded,
        "quarantined": tally.quarantined,
        "sha256": manifest["sha256"],
        "manifest": warehouse.Jsonb(manifest),
        "window_from": asked[0],
        "window_to": asked[1],
        "got_from": got[0],
        "got_to": got[1],
        "replay_of": replay_of,
        "replaces": None,
        "loaded_at": at,
    }


def _compare(landed: Landed, tally: Tally) -> None:
    stated = landed.manifest["records"] + landed.manifest["errors"]
    if tally.line_no != stated:
        raise landing.LandingDamaged(
            f"{landed.path} has {tally.line_no} lines, its manifest says {stated}"
        )


def _write_quarantine(session: Session, tally: Tally) -> None:
    if tally.quarantined:
        session.copy_in(
            "copy ops.quarantine (load_id, line_no, rule, reason, position, record)"
            " from stdin",
            tally.problems(),
        )


def _copy(session: Session, landed: Landed, load_id: int) -> Tally:
    tally = Tally(load_id)
    with landing.lines(landed) as lines:
        session.copy_in(
            sql.SQL(
                "copy raw.{} (load_id, record_key, observed_at, source_ref, payload)"
                " from stdin"
            ).format(sql.Identifier(landed.stream_id)),
            copy_rows(lines, load_id, tally),
        )
    return tally


def _copy_carefully(session: Session, landed: Landed, load_id: int) -> Tally:
    """Stage the lines as text and keep those that PostgreSQL can read as jsonb."""
    session.run_file("load/stage.sql")
    tally = Tally(load_id)
    with landing.lines(landed) as lines:
        session.copy_in(
            "copy staged (line_no, record_key, observed_at, source_ref, payload)"
            " from stdin",
            copy_rows(lines, None, tally),
        )
    for row in session.rows_of_file("load/unreadable.sql"):
        tally.quarantine(
            "unreadable_payload",
            row["reason"],
            row["source_ref"],
            row["payload"].encode(),
            row["line_no"],
        )
    tally.loaded = session.run_file(
        "load/from_stage.sql", {"load_id": load_id}, table=landed.stream_id
    )
    return tally


def copy_rows(
    lines: Iterator[bytes], load_id: int | None, tally: Tally
) -> Iterator[bytes]:
    """Yield the records as COPY text, the rest into the tally.

    A landing line keeps its record last, so the payload is the line's own bytes: it is
    read once to be checked and never written anew. Without a load id the line number
    stands first.
    """
    first = b"%d\t" % load_id if load_id is not None else b""
    batch: list[bytes] = []
    size = 0
    loads = orjson.loads
    for line in lines:
        tally.line_no += 1
        try:
            stated = loads(line)
            key, payload = stated["key"], stated["record"]
            if key is not None:
                reference = stated["source_ref"]
                if "\x00" in key or "\x00" in reference:
                    raise ValueError("a NUL character in the key")
        except (ValueError, KeyError, TypeError) as error:
            tally.quarantine("unreadable_line", str(error), None, line)
            continue
        if key is None:
            problem = stated["error"]
            tally.quarantine(
                problem["rule"],
                problem["reason"],
                problem["position"],
                orjson.dumps(payload),
            )
            continue
        _head, found, rest = line.partition(_SPLIT)
        body = rest.rstrip()[:-1] if found else orjson.dumps(payload)
        if b"\\" in body:
            body = body.replace(b"\\", b"\\\\")
        if load_id is None:
            first = b"%d\t" % tally.line_no
        row = b"%b%b\t%b\t%b\t%b\n" % (
            first,
            _escaped(key),
            stated["observed_at"].encode(),
            _escaped(reference),
            body,
        )
        batch.append(row)
        size += len(row)
        tally.loaded += 1
        if size >= _CHUNK:
            yield b"".join(batch)
            batch, size = [], 0
    if batch:
        yield b"".join(batch)


def _escaped(text: str) -> bytes:
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = (
            text.replace("\\", "\\\\")
            .replace("\n", "\\n")
            .replace("\t", "\\t")
            .replace("\r", "\\r")
        )
    return text.encode()


def _report(row: dict[str, Any], is_new: bool) -> LoadReport:
    return LoadReport(
        load_id=row["load_id"],
        stream_id=row["stream_id"],
        source=row["source"],
        run=row["run"],
        received=row["received"],
        loaded=row["loaded"],
        quarantined=row["quarantined"],
        is_new=is_new,
    )
