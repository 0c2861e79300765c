"""The verbs as tasks call them: loaded by the task and not by the parser."""

from collections.abc import Callable
from typing import Any


class _Verbs:
    """Stands for seller_intel.steps, whose import would be most of the parsing."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # Airflow hands its whole context to a function that takes any option.
        def verb(*names: str, stream: str | None = None) -> Any:
            from seller_intel import steps

            options = {"stream": stream} if stream else {}
            return getattr(steps, name)(*names, **options)

        verb.__name__ = verb.__qualname__ = name
        return verb


steps = _Verbs()
