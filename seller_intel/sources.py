"""The registry: sources.yml as frozen shops, sources and streams."""

from __future__ import annotations

import glob
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from seller_intel import settings, streams, yaml_files


class RegistryError(ValueError):
    """sources.yml says something that cannot be meant."""


# What a source may search a marketplace for, and what one of it is called.
SEARCHED = {"keywords": "keyword", "categories": "category", "products": "products"}


@dataclass(frozen=True)
class Shop:
    """What sells: a store on a platform, ours or a rival's."""

    shop_id: str
    name: str
    platform: str
    time_zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    is_own: bool = True
    owner_id: str | None = None
    mode: str | None = None


@dataclass(frozen=True)
class Stream:
    """What one source brings of one kind."""

    stream_id: str
    name: str
    kind: str

    @property
    def table(self) -> str:
        """The raw table, and the name of its asset."""
        return f"raw.{self.stream_id}"


@dataclass(frozen=True)
class FileRule:
    """Which files of a folder are read by which contract."""

    pattern: str
    contract: str


@dataclass(frozen=True)
class Source:
    """A configured account, site or drop folder."""

    name: str
    platform: str
    streams: tuple[Stream, ...]
    shop: Shop | None = None
    schedule: str = "0 2 * * *"
    since: date | None = None
    sla_hours: float = 36
    overlap_hours: float = 0
    folder: Path | None = None
    files: tuple[FileRule, ...] = ()
    connection: str | None = None
    split: bool = False
    allow_private: bool = False
    options: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_searched(self) -> bool:
        """Whether it searches a marketplace for listings of others."""
        return bool(SEARCHED.keys() & self.options.keys())

    def stream(self, stream_id: str) -> Stream:
        """Return one stream of this source."""
        for stream in self.streams:
            if stream.stream_id == stream_id:
                return stream
        raise RegistryError(f"source {self.name} has no stream {stream_id}")


@dataclass(frozen=True)
class Registry:
    """Everything that sources.yml says."""

    shops: dict[str, Shop]
    sources: dict[str, Source]
    reporting_currency: str
    sandbox: bool
    path: Path


def registry() -> Registry:
    """Return the registry the settings name."""
    path = settings.current().sources_path
    if not path.exists():
        raise RegistryError(f"there is no registry at {path}; see docs/operate.md")
    return _read(path, path.stat().st_mtime_ns, settings.current().home)


def get(name: str) -> Source:
    """Return one source by name."""
    known = registry().sources
    if name not in known:
        raise RegistryError(f"no source {name!r}; known: {', '.join(sorted(known))}")
    return known[name]


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, home: Path) -> Registry:
    stated = yaml_files.read(path) or {}
    if not isinstance(stated, dict):
        raise RegistryError(f"{path}: expected a mapping with shops: and sources:")
    shops = {}
    for entry in stated.get("shops") or []:
        shop = _shop(path, entry)
        shops[shop.shop_id] = shop
    sources: dict[str, Source] = {}
    for entry in stated.get("sources") or []:
        source = _source(path, entry, shops, home)
        if source.name in sources:
            raise RegistryError(f"{path}: source {source.name} stands twice")
        sources[source.name] = source
    return Registry(
        shops=shops,
        sources=sources,
        reporting_currency=_reporting_currency(path, stated, shops),
        sandbox=bool(stated.get("sandbox")),
        path=path,
    )


def _reporting_currency(path: Path, stated: dict, shops: dict[str, Shop]) -> str:
    if stated.get("reporting_currency"):
        return str(stated["reporting_currency"])
    own = {shop.currency for shop in shops.values() if shop.is_own}
    if len(own) > 1:
        raise RegistryError(
            f"{path}: own shops sell in {', '.join(sorted(own))};"
            " state reporting_currency"
        )
    return own.pop() if own else "CNY"


def _shop(path: Path, entry: dict) -> Shop:
    try:
        shop = Shop(**entry)
    except TypeError as error:
        raise RegistryError(f"{path}: shop {entry}: {error}") from error
    if not shop.shop_id.startswith(f"{shop.platform}:"):
        raise RegistryError(
            f"{path}: shop_id {shop.shop_id} must start with its platform"
            f" ({shop.platform}:)"
        )
    try:
        ZoneInfo(shop.time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise RegistryError(
            f"{path}: shop {shop.shop_id}: no time zone {shop.time_zone}"
        ) from error
    return shop


_SOURCE_KEYS = {
    "name",
    "platform",
    "shop",
    "schedule",
    "since",
    "sla_hours",
    "overlap_hours",
    "folder",
    "files",
    "streams",
    "connection",
    "split",
    "allow_private",
    "options",
}


def _source(path: Path, entry: dict, shops: dict[str, Shop], home: Path) -> Source:
    unknown = set(entry) - _SOURCE_KEYS
    if unknown or "name" not in entry or "platform" not in entry:
        raise RegistryError(
            f"{path}: source {entry.get('name')}: "
            + (f"unknown {sorted(unknown)}" if unknown else "needs name and platform")
        )
    shop_id = entry.get("shop")
    if shop_id and shop_id not in shops:
        raise RegistryError(f"{path}: source {entry['name']}: no shop {shop_id}")
    rules = tuple(FileRule(**rule) for rule in entry.get("files") or ())
    rest = {
        key: entry[key]
        for key in _SOURCE_KEYS & entry.keys() - {"shop", "files", "streams", "folder"}
    }
    return Source(
        **rest,
        shop=shops[shop_id] if shop_id else None,
        files=rules,
        folder=_folder(entry.get("folder"), path, home),
        streams=_streams(
            entry["platform"], _stated_streams(entry, rules), entry["name"]
        ),
    )


def _folder(stated: str | None, path: Path, home: Path) -> Path | None:
    if not stated:
        return None
    if stated.startswith("root:"):
        return path.resolve().parent / stated.removeprefix("root:")
    return home / stated


def with_file(source: Source, file: Path, contract: str) -> Source:
    """Return a source of files as if its folder held one file under one contract."""
    if source.platform != "files":
        raise RegistryError(f"source {source.name} reads {source.platform}, not files")
    rules = (FileRule(glob.escape(file.name), contract),)
    return replace(
        source,
        folder=file.resolve().parent,
        files=rules,
        streams=_streams("files", _names_of(rules), source.name),
    )


def narrowed(source: Source, stream_id: str) -> Source:
    """Return a source as if it brought one of its streams alone."""
    return replace(source, streams=(source.stream(stream_id),))


def _stated_streams(entry: dict, rules: tuple[FileRule, ...]) -> list[str]:
    if entry["platform"] == "files":
        return _names_of(rules)
    return list(dict.fromkeys(entry.get("streams") or ()))


def _names_of(rules: tuple[FileRule, ...]) -> list[str]:
    """Return the streams that the contracts of some files feed, each once."""
    from seller_intel.ingestors import contracts

    names: dict[str, None] = {}
    for rule in rules:
        names |= dict.fromkeys(contracts.load(rule.contract).streams)
    return list(names)


def _streams(platform: str, names: list[str], source: str) -> tuple[Stream, ...]:
    if not names:
        raise RegistryError(f"source {source} brings no stream")
    kinds = streams.all_streams()
    missing = [name for name in names if name not in kinds]
    if missing:
        raise RegistryError(
            f"source {source}: no canonical stream {', '.join(missing)};"
            " see canonical_streams.yml"
        )
    return tuple(
        Stream(f"{platform}__{name}", name, kinds[name].kind) for name in names
    )
