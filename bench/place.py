"""A warehouse of its own for a benchmark, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from seller_intel import embedded, installation

REGISTRY = """\
reporting_currency: CNY
shops:
  - {shop_id: "taobao:1", name: Bench, platform: taobao, owner_id: bench}
sources:
  - name: bench
    platform: files
    shop: "taobao:1"
    folder: inbox
    files: [{pattern: "*.csv", contract: orders}]
"""


@contextmanager
def warehouse_of_its_own(registry: str = REGISTRY) -> Iterator[Path]:
    """Open an initialised warehouse in a temporary home; stop and remove it after."""
    home = Path(tempfile.mkdtemp(prefix="seller-intel-bench-"))
    home.chmod(0o711)
    path = home / "sources.yml"
    path.write_text(registry, encoding="utf-8")
    stated = {"SELLER_INTEL_HOME": str(home), "SELLER_INTEL_SOURCES": str(path)}
    with environment(stated):
        try:
            installation.init()
            yield home
        finally:
            embedded.stop(home)
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def environment(stated: Mapping[str, str]) -> Iterator[None]:
    """State variables for a while, without a warehouse or landing of another home."""
    before = dict(os.environ)
    for name in ("SELLER_INTEL_DSN", "SELLER_INTEL_LANDING"):
        os.environ.pop(name, None)
    os.environ.update(stated)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
