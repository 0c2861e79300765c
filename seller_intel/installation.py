"""Make a warehouse ready: roles, schemas, migrations, raw tables; safe to repeat."""

from __future__ import annotations

import hashlib
import logging

from seller_intel import keys, settings, sources, streams, warehouse
from seller_intel.warehouse import Session, errors, sql

log = logging.getLogger(__name__)


class InstallationError(RuntimeError):
    """The warehouse and this installation do not belong together."""


def init() -> list[str]:
    """Create or complete roles, schemas and tables; return what was applied."""
    if settings.current().dsn is None:
        _make_database()
    with warehouse.as_admin() as session:
        _make_roles(session)
    applied = migrate()
    make_raw_tables()
    with warehouse.as_role("owner") as session:
        _mark(session)
        sync_registry(session)
    return applied


def migrate() -> list[str]:
    """Apply the migrations not applied yet, in order, each whole or not at all."""
    applied = []
    for path in sorted((warehouse.SQL_DIR / "migrations").glob("*.sql")):
        with warehouse.as_role("owner") as session:
            warehouse.lock(session, "migrations")
            session.execute(
                "create table if not exists ops.migrations ("
                "name text primary key, sha256 text not null)"
            )
            text = path.read_bytes()
            digest = hashlib.sha256(text).hexdigest()
            known = session.value(
                "select sha256 from ops.migrations where name = %s", [path.stem]
            )
            if known is None:
                session.execute(text.decode())
                session.execute(
                    "insert into ops.migrations (name, sha256) values (%s, %s)",
                    [path.stem, digest],
                )
                applied.append(path.stem)
            elif known != digest:
                log.warning("migration %s changed after it was applied", path.stem)
    return applied


def make_raw_tables() -> None:
    """Create every raw table that a staging model or a source reads."""
    wanted = {stream.stream_id for stream in _configured_streams()}
    wanted |= {
        path.stem.removeprefix("stg_")
        for path in (settings.current().project_dir / "models/staging").glob("*/*.sql")
        if not path.stem.startswith("stg_ops__")
    }
    wanted |= {f"files__{name}" for name in streams.all_streams()}
    with warehouse.as_role("owner") as session:
        there = {
            row["tablename"]
            for row in session.rows(
                "select tablename from pg_tables where schemaname = 'raw'"
            )
        }
        for stream_id in sorted(wanted - there):
            session.run_file(
                "raw_table.sql",
                table=stream_id,
                load_index=f"{stream_id}_load",
                key_index=f"{stream_id}_key",
            )


def sync_registry(session: Session) -> None:
    """Write the shops and sources of sources.yml where SQL can read them."""
    registry = sources.registry()
    warehouse.lock(session, "registry")
    session.execute("delete from ops.sources")
    for source in registry.sources.values():
        for stream in source.streams:
            session.execute(
                "insert into ops.sources values (%s, %s, %s, %s, %s, %s, %s)",
                [
                    source.name,
                    stream.stream_id,
                    source.platform,
                    source.shop.shop_id if source.shop else None,
                    stream.kind,
                    source.sla_hours,
                    source.since,
                ],
            )
    session.execute("delete from ops.shops")
    for shop in registry.shops.values():
        session.execute(
            "insert into ops.shops values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                shop.shop_id,
                shop.platform,
                shop.name,
                shop.owner_id,
                shop.is_own,
                shop.mode,
                shop.time_zone,
                shop.currency,
            ],
        )


def check_belongs() -> None:
    """Refuse a registry or personal-data key that is not this warehouse's."""
    with warehouse.as_role("loader") as session:
        facts = {
            row["key"]: row["value"]
            for row in session.rows("select key, value from ops.meta")
        }
    _check_sandbox(facts.get("is_sandbox"))
    if facts.get("pii_key_fingerprint") not in (None, _fingerprint()):
        raise InstallationError(
            "SELLER_INTEL_PII_KEY is not the key this warehouse was made with: hashes"
            " of old and new customers would not meet. Restore the key, or start a"
            " new warehouse"
        )


def pii_key() -> bytes:
    """Return the key of the personal-data hash, making one where none is stated."""
    config = settings.current()
    stated = config.pii_key or keys.keep(config.secrets_dir, "pii_key")
    return stated.encode()


def _fingerprint() -> str:
    return hashlib.sha256(b"seller-intel pii key\n" + pii_key()).hexdigest()[:16]


def _check_sandbox(marked: str | None) -> None:
    is_sandbox = sources.registry().sandbox
    if marked is not None and (marked == "true") != is_sandbox:
        raise InstallationError(
            f"{sources.registry().path} describes "
            + ("the sandbox market" if is_sandbox else "real shops")
            + ", but this warehouse holds "
            + ("the sandbox market" if marked == "true" else "real shops")
            + "; set SELLER_INTEL_HOME (or SELLER_INTEL_DSN) to another one"
        )


def _mark(session: Session) -> None:
    facts = session.rows("select key, value from ops.meta where key = 'is_sandbox'")
    _check_sandbox(facts[0]["value"] if facts else None)
    for key, value in (
        ("is_sandbox", str(sources.registry().sandbox).lower()),
        ("pii_key_fingerprint", _fingerprint()),
    ):
        session.execute(
            "insert into ops.meta (key, value) values (%s, %s)"
            " on conflict (key) do nothing",
            [key, value],
        )


def _configured_streams() -> list[sources.Stream]:
    return [
        stream
        for source in sources.registry().sources.values()
        for stream in source.streams
    ]


def _make_database() -> None:
    secrets_dir = settings.current().secrets_dir
    with warehouse.as_admin("postgres", autocommit=True) as session:
        _make_role(session, warehouse.LOGIN, keys.keep(secrets_dir, warehouse.LOGIN))
        known = session.value(
            "select 1 from pg_database where datname = %s", [warehouse.DATABASE]
        )
        if not known:
            session.execute(
                sql.SQL("create database {}").format(sql.Identifier(warehouse.DATABASE))
            )


def _make_roles(session: Session) -> None:
    """Create the four roles and what each may do; every statement may be repeated."""
    secrets_dir = settings.current().secrets_dir
    warehouse.lock(session, "roles")
    for role in ("owner", "loader", "transformer"):
        _make_role(session, role, None)
    _make_role(session, "reader", keys.keep(secrets_dir, "reader"))
    me = session.one("select current_user as me, current_database() as database")
    assert me is not None
    login = me["me"] if settings.current().dsn else warehouse.LOGIN
    for role in ("owner", "loader", "transformer"):
        session.execute(
            sql.SQL("grant {} to {}").format(
                sql.Identifier(role), sql.Identifier(login)
            )
        )
    if me["me"] != login:
        session.execute("set local role none")
    session.run_file("roles.sql", database=me["database"])
    session.execute(
        sql.SQL("grant connect on database {} to {}").format(
            sql.Identifier(me["database"]), sql.Identifier(login)
        )
    )
    session.run_file("schemas.sql")
    _grant_statistics(session)


def _make_role(session: Session, role: str, password: str | None) -> None:
    known = session.value("select 1 from pg_roles where rolname = %s", [role])
    verb = sql.SQL("alter" if known else "create")
    name = sql.Identifier(role)
    if password is None:
        if not known:
            session.execute(sql.SQL("create role {} nologin").format(name))
        return
    session.execute(
        sql.SQL("{} role {} login password {}").format(
            verb, name, sql.Literal(password)
        )
    )


def _grant_statistics(session: Session) -> None:
    """Let the owner see other sessions' snapshots, which publishing waits for."""
    try:
        with session.connection.transaction():
            session.execute("grant pg_read_all_stats to owner")
    except errors.InsufficientPrivilege:
        log.warning(
            "owner cannot read other sessions' snapshots: ask an administrator to"
            " 'grant pg_read_all_stats to owner'; until then publishing does not wait"
            " for long-running readers"
        )
