"""The environment, read in one place and handed on as one frozen object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from seller_intel import yaml_files

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where this installation keeps its state and which warehouse it speaks to."""

    root: Path
    home: Path
    dsn: str | None = field(repr=False)
    sources_path: Path
    landing: str
    pii_key: str | None = field(repr=False)
    alerts: str | None = field(default=None, repr=False)

    @property
    def secrets_dir(self) -> Path:
        """Generated passwords and keys, readable by the owner alone."""
        return self.home / "secrets"

    @property
    def project_dir(self) -> Path:
        """The dbt project."""
        return self.root / "dbt_project"

    @property
    def expectations_dir(self) -> Path:
        """The check suites of door and gate."""
        return self.root / "expectations"

    @property
    def data_docs_dir(self) -> Path:
        """The rendered results of the checks."""
        return self.home / "data_docs"


def current() -> Settings:
    """Return the settings that the environment states now."""
    root = Path(os.environ.get("SELLER_INTEL_ROOT", ROOT)).resolve()
    sources_path = Path(os.environ.get("SELLER_INTEL_SOURCES") or root / "sources.yml")
    stated = os.environ.get("SELLER_INTEL_HOME")
    home = Path(stated).expanduser() if stated else _default_home(root, sources_path)
    home = home.absolute()
    return Settings(
        root=root,
        home=home,
        dsn=os.environ.get("SELLER_INTEL_DSN") or None,
        sources_path=sources_path,
        landing=os.environ.get("SELLER_INTEL_LANDING") or str(home / "landing"),
        pii_key=os.environ.get("SELLER_INTEL_PII_KEY") or None,
        alerts=os.environ.get("SELLER_INTEL_ALERTS") or None,
    )


def connection_uri(name: str) -> str | None:
    """Return the connection the environment keeps under Airflow's own variable name."""
    return os.environ.get(f"AIRFLOW_CONN_{name.upper()}")


def environment(stated: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with more stated, for a child process."""
    return {**os.environ, **stated}


def state(stated: Mapping[str, str]) -> None:
    """State variables for the rest of this process, and for its children."""
    os.environ.update(stated)


def _default_home(root: Path, sources_path: Path) -> Path:
    """Keep the sandbox's state apart from a seller's."""
    local = root / ".local"
    return local / "sandbox" if _is_sandbox(sources_path) else local


def _is_sandbox(sources_path: Path) -> bool:
    if not sources_path.exists():
        return False
    return _says_sandbox(sources_path, sources_path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _says_sandbox(sources_path: Path, _changed: int) -> bool:
    registry = yaml_files.read(sources_path)
    return bool(isinstance(registry, dict) and registry.get("sandbox"))
