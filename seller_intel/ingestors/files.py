"""The file ingestor: a drop folder of export files, each landed once."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from seller_intel import landing
from seller_intel.extraction import Asked, Got
from seller_intel.ingestors import (
    binding,
    compressed,
    contracts,
    drop_folders,
    file_outcomes,
    file_reading,
    rows,
)
from seller_intel.ingestors.contracts import Contract
from seller_intel.ingestors.drop_folders import Found
from seller_intel.ingestors.file_drafts import Draft
from seller_intel.ingestors.file_outcomes import FileOutcome
from seller_intel.ingestors.file_reading import FileRead, window_of
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.ingestors.rows import Problem, Reading, Record
from seller_intel.personal import Hasher
from seller_intel.sources import Shop, Source

__all__ = [
    "FileOutcome",
    "FileRefused",
    "Problem",
    "Record",
    "collect",
    "read",
    "reread",
    "window_of",
]
_LOG = logging.getLogger(__name__)


def collect(asked: Asked) -> Got:
    """Land every file of the folder not landed yet; a bad one stops no other."""
    outcomes: list[FileOutcome] = []
    known = set(asked.known)
    found = drop_folders.files(asked.source)
    for name, group in groupby(_by_contract(found), key=lambda each: each.contract):
        try:
            contract = contracts.load(name)
        except contracts.ContractError as error:
            outcomes.append(FileOutcome(name, None, "refused", reason=str(error)))
            continue
        for outcome in _contract_files(asked, contract, list(group), known):
            _LOG.info("%s: %s %s", outcome.name, outcome.status, outcome.reason)
            outcomes.append(outcome)
    return file_outcomes.got(asked, outcomes)


def read(
    path: Path,
    contract: Contract,
    *,
    shop: Shop | None,
    source: str,
    as_of: datetime,
    hasher: Hasher,
    name: str | None = None,
) -> Iterator[Record | Problem]:
    """Yield what a file holds: records, and problems where a row gives none."""
    for part in compressed.parts(path, name or path.name):
        context = file_reading.context_of(part.name, shop, source, as_of, hasher)
        told = FileRead(part.name)
        yield from file_reading.read_part(  # type: ignore[misc]
            part, contract, context, path.parent, told
        )


def reread(
    contract: Contract,
    record: dict[str, Any],
    *,
    stream: str,
    source: Source,
    position: str,
    as_of: datetime,
    hasher: Hasher,
) -> Record | None:
    """Return the record of a quarantined row by the contract as it stands now.

    None where it still cannot be read, and where quarantine kept no cells of it.
    """
    name = position.rpartition(":")[0]
    context = file_reading.context_of(name, source.shop, source.name, as_of, hasher)
    kept = record.get("rows") or [record]
    names = [*contract.columns, *contract.looked_up]
    present = [name for name in names if any(name in each for each in kept)]
    if not present and not record.get("good"):
        return None
    places = {name: at for at, name in enumerate(present)}
    plan = binding.bind(contract, places, context, is_again=True)
    return rows.reread(Reading(name, contract, plan), stream, record, position)


def _by_contract(found: list[Found]) -> list[Found]:
    """Return files with those of one contract together, in the order of first names."""
    order: dict[str, int] = {}
    for each in found:
        order.setdefault(each.contract, len(order))
    return sorted(found, key=lambda each: order[each.contract])


def _contract_files(
    asked: Asked, contract: Contract, group: list[Found], known: set[str]
) -> Iterator[FileOutcome]:
    """Land the files of one contract.

    The files of a `full` contract are one delivery: core closes what the newest lacks.
    So one that is new lands with all the others, none lands where one is refused, and
    a return to earlier content lands.
    """
    drafts: list[Draft] = []
    if not contract.is_full:
        for each in group:
            yield from _landed(asked, each, contract, known, drafts)
        return
    before = _newest_bytes(asked, contract)
    if before and before == {_bytes_digest(each, contract) for each in group}:
        for each in group:
            yield FileOutcome(each.name, contract, "known")
        return
    alone: set[str] = set()
    outcomes = [
        outcome
        for each in group
        for outcome in _landed(asked, each, contract, alone, drafts)
    ]
    if any(each.status in ("refused", "growing") for each in outcomes):
        for draft in reversed(drafts):
            draft.undo()
        outcomes = [
            replace(each, status="held") if each.status == "landed" else each
            for each in outcomes
        ]
    yield from outcomes


def _newest_bytes(asked: Asked, contract: Contract) -> set[str]:
    """Return the files that the newest landing of a contract's stream was made of."""
    for stream in asked.source.streams:
        if stream.name != contract.streams[0]:
            continue
        runs = landing.runs(stream.stream_id, asked.source.name)
        for run in reversed([run for run in runs if run != asked.run]):
            landed = landing.of(stream.stream_id, asked.source.name, run)
            files = (landed.manifest.get("files") or []) if landed else []
            if files:
                return {
                    entry["bytes"]
                    for entry in files
                    if entry["contract"] == contract.name
                }
    return set()


def _landed(
    asked: Asked,
    found: Found,
    contract: Contract,
    known: set[str],
    done: list[Draft],
) -> Iterator[FileOutcome]:
    """Land the tables of one file, each for itself; note in `known` what they are."""
    try:
        if _is_outside(asked, found.name, contract):
            yield FileOutcome(found.name, contract, "outside")
            return
        before = found.path.stat()
        seen = _seen(found, contract, before)
        if seen in known:
            yield FileOutcome(found.name, contract, "known", seen)
            return
        mark = _bytes_digest(found, contract)
        if mark in known:
            yield FileOutcome(found.name, contract, "known", seen, mark)
            return
        bounds = drop_folders.limits(asked.source)
        parts = compressed.parts(found.path, found.name, bounds)
        drafts = [Draft(asked, part, contract, found.path.parent) for part in parts]
        outcomes: list[FileOutcome] = []
        for draft in drafts:
            outcome = draft.landed(known | {each.content for each in outcomes})
            outcomes.append(outcome)
        after = found.path.stat()
    except (FileRefused, OSError) as error:
        yield FileOutcome(found.name, contract, "refused", reason=str(error))
        return
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        for draft in reversed(drafts):
            draft.undo()
        reason = f"{found.name}: changed while it was read; left for the next run"
        yield FileOutcome(found.name, contract, "growing", reason=reason)
        return
    done += drafts
    is_whole = all(outcome.status != "refused" for outcome in outcomes)
    known |= {outcome.content for outcome in outcomes} - {""}
    known |= {seen, mark} if is_whole else set()
    for outcome in outcomes:
        yield replace(outcome, seen=seen, bytes=mark) if is_whole else outcome


def _seen(found: Found, contract: Contract, stat: os.stat_result) -> str:
    """Return the mark of a file that lies there as it lay when it was read."""
    stats = [stat, *(path.stat() for path in _read_with(found, contract)[1:])]
    places = "|".join(f"{each.st_size}|{each.st_mtime_ns}" for each in stats)
    text = f"{found.name}|{places}|{contract.fingerprint}"
    return "seen:" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _bytes_digest(found: Found, contract: Contract) -> str:
    """Return the sha256 of a file, its contract and the days that its name states.

    A changed contract reads it anew, and an empty day is not the empty day before.
    """
    digests = []
    for path in _read_with(found, contract):
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return ":".join([contract.fingerprint, *_stated(found, contract), *digests])


def _stated(found: Found, contract: Contract) -> list[str]:
    try:
        return [str(day) for day in window_of(found.name, contract) or ()]
    except FileRefused:
        return []  # its reading says why


def _read_with(found: Found, contract: Contract) -> list[Path]:
    """Return a file and those beside that its contract looks things up in."""
    beside = [found.path.parent / each.file for each in contract.lookups]
    return [found.path, *(path for path in beside if path.is_file())]


def _is_outside(asked: Asked, name: str, contract: Contract) -> bool:
    """Say whether a backfill asks for other days than a file's name states."""
    stated = window_of(name, contract) if asked.window else None
    if asked.window is None or stated is None:
        return False
    start, end = (instant.date() for instant in asked.window)
    return stated[1] < start or stated[0] > end
