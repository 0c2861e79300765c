"""Kept pages read once more: `python -m scrapers.rereading JOB INDEX LINES`.

The index lists visits, one JSON object a line; the page functions of today read them
with the time of the first look.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import orjson

from scrapers import job as jobs
from scrapers import store
from scrapers.job import Job
from scrapers.output import hindrance
from scrapers.worker import Task, told

# How many pages are handed to a reader at once.
_CHUNK = 16


def main(job: str, index: str, lines_to: str) -> int:
    """Write the landing lines of all pages that an index lists."""
    asked = jobs.read(Path(job).read_bytes())
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(asked.readers, mp_context=context) as readers,
        Path(lines_to).open("wb") as file,
    ):
        for lines in readers.map(again, tasks(asked, Path(index)), chunksize=_CHUNK):
            file.writelines(lines)
    return 0


def tasks(asked: Job, index: Path) -> Iterator[Task]:
    """Yield what is to be read again."""
    with index.open("rb") as lines:
        for line in lines:
            yield task_of(asked, orjson.loads(line))


def task_of(asked: Job, visit: dict[str, Any]) -> Task:
    """Return a visit as a page to be read."""
    return Task(
        platform=asked.platform,
        url=visit["url"],
        fetched_at=visit["fetched_at"],
        status=visit["status"] or 200,
        headers=orjson.loads(visit["headers"] or "{}"),
        body=None,
        digest=visit["digest"],
        pages=asked.pages,
        limit=asked.page_bytes,
        rules=asked.rules,
        defaults=asked.defaults,
        streams=asked.streams,
    )


def again(task: Task) -> list[bytes]:
    """Return the landing lines of one kept page; raise where it is not kept."""
    body = store.get(task.pages or "", task.digest or "")
    read = told(task, body, task.digest)
    if read.is_hindered:
        return [hindrance(task.url, task.fetched_at, read)]
    return [
        stream.encode() + b"\t" + record + b"\n"
        for stream, records in read.lines.items()
        for record in records
    ]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
