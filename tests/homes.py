"""Temporary homes and environments for tests that start servers or processes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from seller_intel import embedded


@contextmanager
def open_home(prefix: str = "seller-intel-") -> Iterator[Path]:
    """Give a temporary folder that the account of a server may enter."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set the project's variables, and no others of its, for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "SELLER_INTEL_DSN",
            "SELLER_INTEL_LANDING",
            "SELLER_INTEL_SOURCES",
            "SELLER_INTEL_PII_KEY",
            "SELLER_INTEL_ROOT",
        ):
            patch.delenv(name, raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield
