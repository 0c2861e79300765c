"""Asking ahead: the next replies are on their way while one is being read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Ahead:
    """Keeps some questions under way; answers come in the order of the questions."""

    def __init__(self, at_once: int):
        self._at_once = max(1, at_once)
        self._pool = ThreadPoolExecutor(self._at_once, "asking")

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def ask(
        self, function: Callable[[Question], Answer], question: Question
    ) -> Future[Answer]:
        """Put one question; its answer, or what went wrong, is in what is returned."""
        return self._pool.submit(function, question)

    def each(
        self, function: Callable[[Question], Answer], questions: Iterable[Question]
    ) -> Iterator[Answer]:
        """Yield the answers to many questions, a few of them asked in advance."""
        waiting: deque[Future[Answer]] = deque()
        try:
            for question in questions:
                waiting.append(self.ask(function, question))
                if len(waiting) > self._at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
