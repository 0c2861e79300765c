"""Where Airflow keeps itself under HOME, and what its processes are told."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from seller_intel import embedded, keys, settings, warehouse
from seller_intel.warehouse import sql

PORT = 8080
HOST = "127.0.0.1"
USER = "admin"
DATABASE = "airflow"
# Tasks at once: the line waits for PostgreSQL and for platforms, not for more of these.
PARALLELISM = 2


def folder() -> Path:
    """Return AIRFLOW_HOME."""
    return settings.current().home / "airflow"


def password() -> str:
    """Return the password of the page's user, made at the first call."""
    return keys.keep(settings.current().secrets_dir, "airflow_page")


def prepare(port: int = PORT) -> dict[str, str]:
    """Make Airflow's folder, login and database; return the variables it goes by."""
    folder().mkdir(parents=True, exist_ok=True)
    _write_passwords()
    return _variables(port, _prepare_database())


def _variables(port: int, metadata: str) -> dict[str, str]:
    config = settings.current()
    page = f"http://{HOST}:{port}"
    own = {
        "CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple"
        ".simple_auth_manager.SimpleAuthManager",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_passwords_file()),
        "CORE__DAGS_FOLDER": str(config.root / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": str(PARALLELISM),
        # What Fernet wants is 32 bytes with their padding.
        "CORE__FERNET_KEY": keys.keep(config.secrets_dir, "airflow_fernet") + "=",
        "CORE__EXECUTION_API_SERVER_URL": f"{page}/execution/",
        "API__HOST": HOST,
        "API__PORT": str(port),
        "API__BASE_URL": page,
        "API__WORKERS": "1",
        "API__SECRET_KEY": keys.keep(config.secrets_dir, "airflow_api"),
        "API_AUTH__JWT_SECRET": keys.keep(config.secrets_dir, "airflow_jwt"),
        "DATABASE__SQL_ALCHEMY_CONN": metadata,
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    return {
        "AIRFLOW_HOME": str(folder()),
        **{f"AIRFLOW__{name}": value for name, value in own.items()},
        "SELLER_INTEL_HOME": str(config.home),
        "SELLER_INTEL_SOURCES": str(config.sources_path.absolute()),
        **_first_on("PATH", Path(sys.executable).parent),
        **_first_on("PYTHONPATH", config.root),
    }


def _first_on(name: str, place: Path) -> dict[str, str]:
    """Put a folder first on a search path."""
    stated = settings.environment({}).get(name, "").split(os.pathsep)
    others = [each for each in stated if each and each != str(place)]
    return {name: os.pathsep.join([str(place), *others])}


def _prepare_database() -> str:
    """Give Airflow a login and a database of its own on the embedded server."""
    config = settings.current()
    server = embedded.start(config.home)
    secret = keys.keep(config.secrets_dir, DATABASE)
    name = sql.Identifier(DATABASE)
    with warehouse.at(server.superuser_url(), autocommit=True) as session:
        session.execute("select pg_advisory_lock(hashtextextended('airflow', 0))")
        known = session.value("select 1 from pg_roles where rolname = %s", [DATABASE])
        session.execute(
            sql.SQL("{} role {} login password {}").format(
                sql.SQL("alter" if known else "create"), name, sql.Literal(secret)
            )
        )
        if not session.value(
            "select 1 from pg_database where datname = %s", [DATABASE]
        ):
            session.execute(sql.SQL("create database {} owner {}").format(name, name))
        session.execute(
            sql.SQL("revoke connect on database {} from public").format(name)
        )
    address = server.login_url(DATABASE, DATABASE)
    return address.replace("postgresql://", "postgresql+psycopg2://", 1)


def _write_passwords() -> None:
    """Keep the page's user where Airflow looks, readable by the owner alone."""
    known = json.dumps({USER: password()})
    path = _passwords_file()
    path.touch(mode=0o600)
    path.write_text(f"{known}\n", encoding="utf-8")


def _passwords_file() -> Path:
    return settings.current().secrets_dir / "airflow_passwords.json"
