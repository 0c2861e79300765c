"""One crawl in a process of its own: `python -m scrapers.running JOB`."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from scrapers import frontier, job
from scrapers.crawling import Crawl
from scrapers.output import Output


def main(path: str) -> int:
    """Run the job of a file; leave lines, visits and a summary in its folder."""
    from scrapy.crawler import AsyncCrawlerProcess

    from scrapers import settings

    # what nobody reads is not even put together
    logging.disable(logging.INFO)
    asked = job.read(Path(path).read_bytes())
    memory = frontier.opened(asked.folder, asked.run)
    is_new = memory.fact("run") != asked.run
    if is_new:
        _begin(memory, asked)
    memory.is_sweep = memory.fact("sweep") == asked.run
    output = Output(asked.folder, memory)
    process = AsyncCrawlerProcess(settings.of(asked))
    spider = spider_of(asked.platform)
    with ProcessPoolExecutor(
        asked.readers, mp_context=multiprocessing.get_context("spawn")
    ) as readers:
        crawler = process.create_crawler(spider)
        _seed(spider, asked, memory, output)
        process.crawl(
            crawler, job=asked, frontier=memory, output=output, readers=readers
        )
        process.start()
    output.settle(0, is_last=True)
    output.visits(asked.folder / f"run={asked.run}.visits")
    told = asked.folder / f"run={asked.run}.summary"
    told.write_bytes(orjson.dumps(output.summary(), option=orjson.OPT_INDENT_2))
    return 0


def spider_of(platform: str) -> type[Crawl]:
    """Return the spider of a platform."""
    module = importlib.import_module(f"scrapers.spiders.{platform}")
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            return value
    raise LookupError(f"no spider in {module.__name__}")


def _begin(memory: frontier.Frontier, asked: job.Job) -> None:
    """Open a new run: say whether it is a sweep, and forget the output of the last."""
    for left in asked.folder.glob("run=*"):
        if not left.name.startswith(f"run={asked.run}."):
            left.unlink()
    swept = memory.fact("swept")
    is_due = swept is None or asked.started - datetime.fromisoformat(
        swept
    ) >= timedelta(days=asked.sweep_days)
    if is_due:
        memory.state("sweep", asked.run)
        memory.state("swept", asked.started.isoformat())
    memory.is_sweep = is_due
    if asked.follow:
        memory.remember()
    memory.state("run", asked.run)


def _seed(
    spider: type[Crawl], asked: job.Job, memory: frontier.Frontier, output: Output
) -> None:
    """Make due where the crawl begins, and what a killed one had asked for."""
    memory.add((url, kind, 0, 0) for url, kind in spider.beginnings(asked))
    memory.resume()
    output.settle(0, is_last=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
