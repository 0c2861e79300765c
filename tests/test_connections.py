"""Credentials by name: which forms are read, who is asked, and that none is shown."""

from __future__ import annotations

import json

import pytest

from seller_intel import connections
from seller_intel.connections import Connection, CredentialError


@pytest.fixture(autouse=True)
def _no_resolver(monkeypatch):
    monkeypatch.setattr(connections, "_resolvers", [])


def test_a_uri_of_airflow_is_read(monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_SHOP",
        "my-http://app%40key:s%2Fecret@api.example.com:8443/v2?region=cn&sign=md5",
    )

    assert connections.get("shop") == Connection(
        kind="my_http",
        host="api.example.com",
        port=8443,
        login="app@key",
        password="s/ecret",
        schema="v2",
        extra={"region": "cn", "sign": "md5"},
    )


def test_a_protocol_within_the_uri_belongs_to_the_host(monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_SHOP", "http://https://u:p@api.example.com/?next=http://else/"
    )

    found = connections.get("shop")

    assert found.host == "https://api.example.com"
    assert (found.login, found.schema) == ("u", None)
    assert found.extra == {"next": "http://else/"}


def test_packed_extras_of_a_uri_are_unpacked(monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_SHOP", "http://h/?__extra__=%7B%22a%22%3A+%5B1%5D%7D"
    )

    assert connections.get("shop").extra == {"a": [1]}


@pytest.mark.parametrize("extra", [{"session": "x"}, '{"session": "x"}'])
def test_a_json_object_of_airflow_is_read(monkeypatch, extra):
    stated = {"conn_type": "jd", "login": "k", "password": "s", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", json.dumps(stated))

    found = connections.get("shop")

    assert (found.kind, found.login, found.password) == ("jd", "k", "s")
    assert found.extra == {"session": "x"}


def test_the_environment_comes_before_the_resolver(monkeypatch):
    connections.resolve_with(lambda name: Connection(login=f"{name} of Airflow"))
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", "http://mine@h")

    assert connections.get("shop").login == "mine"
    assert connections.get("other").login == "other of Airflow"


def test_the_resolver_registered_last_is_asked():
    connections.resolve_with(lambda _: Connection(login="first"))
    connections.resolve_with(lambda _: Connection(login="second"))

    assert connections.get("shop").login == "second"


def test_a_missing_connection_says_how_to_state_it():
    connections.resolve_with(lambda _: None)

    with pytest.raises(CredentialError, match="set AIRFLOW_CONN_JD_SHOP, or add it"):
        connections.get("jd_shop")


@pytest.mark.parametrize("stated", ["{not json, s3cret", "s3cret", "http://h:s3cret"])
def test_what_cannot_be_read_is_not_repeated(monkeypatch, stated):
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", stated)

    with pytest.raises(CredentialError) as raised:
        connections.get("shop")

    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert "AIRFLOW_CONN_SHOP" in str(raised.value)


def test_secrets_are_not_in_what_a_connection_shows():
    shown = repr(Connection(login="me", password="s3cret", extra={"token": "t0ken"}))

    assert "me" in shown
    assert "s3cret" not in shown
    assert "t0ken" not in shown
