"""Notices: they arrive, they name what was found, and they carry no secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from seller_intel import connections, notices
from seller_intel.connections import Connection
from seller_intel.notices import NoticeFailed

RUN = "20260131T060000"


class Inbox(list):
    """What arrived, and where to send it."""

    address: str
    refuses: bool = False


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A chat that keeps what it is told."""
    arrived = Inbox()

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.append(json.loads(body))
            self.send_response(500 if arrived.refuses else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Chat) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        arrived.address = f"json://127.0.0.1:{server.server_port}/"
        yield arrived
        server.shutdown()


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    monkeypatch.delenv("SELLER_INTEL_ALERTS", raising=False)
    monkeypatch.setattr(connections, "_resolvers", [])


def test_everybody_who_asked_is_told(monkeypatch, inbox):
    monkeypatch.setenv("SELLER_INTEL_ALERTS", f"{inbox.address}a {inbox.address}b")

    told = notices.send("It failed", "because")

    assert told == 2
    assert [each["title"] for each in inbox] == ["It failed"] * 2
    assert inbox[0]["message"] == "because"


@pytest.mark.parametrize("form", ["extra", "password"])
def test_addresses_may_stand_in_a_connection(inbox, form):
    stated = {
        "extra": Connection(extra={"urls": [inbox.address]}),
        "password": Connection(password=inbox.address),
    }[form]
    connections.resolve_with({notices.CONNECTION: stated}.get)

    assert notices.send("Title", "body") == 1
    assert len(inbox) == 1


def test_without_addresses_nobody_is_told_and_nothing_fails(caplog):
    assert notices.send("It failed", "because") == 0
    assert "SELLER_INTEL_ALERTS is not set" in caplog.text


def test_a_place_that_refuses_is_an_error_without_its_address(monkeypatch, inbox):
    inbox.refuses = True
    monkeypatch.setenv("SELLER_INTEL_ALERTS", f"{inbox.address}t0ken")

    with pytest.raises(NoticeFailed, match=r"could be told \(json\): Title") as raised:
        notices.send("Title", "body")

    assert "t0ken" not in str(raised.value)


def test_an_address_nobody_understands_is_an_error(monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_ALERTS", "nonsense")

    with pytest.raises(NoticeFailed):
        notices.send("Title", "body")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("postgresql://me:pw@host:1/db?x=1", "postgresql://me:***@host:1/db?x=1"),
        ("GET /x?access_token=abc&page=2", "GET /x?access_token=***&page=2"),
        ("{'app_secret': 'abc', 'n': 1}", "{'app_secret': '***', 'n': 1}"),
        ("password = abc; api_key: def", "password = ***; api_key: ***"),
        ("3 of 10 rows, see load 7", "3 of 10 rows, see load 7"),
    ],
)
def test_secrets_are_blanked_out(said, left):
    assert notices.redacted(said) == left


def test_findings_of_the_door_are_told_with_their_deliveries(
    monkeypatch, inbox, postgres
):
    monkeypatch.setenv("SELLER_INTEL_ALERTS", inbox.address)
    load(postgres, 1, "rejected")
    load(postgres, 2, "accepted")
    check(postgres, 1, "critical", "order_id", observed="12 % null")
    check(postgres, 2, "warning", "gmv", observed="40 % fewer rows than usual")
    check(postgres, 2, "warning", "gmv", is_passed=True)

    notices.send_findings(RUN, "door")

    (told,) = inbox
    assert told["title"] == f"Seller Intel {RUN}, door: 1 delivery refused, 1 warning"
    first, second = told["message"].splitlines()
    assert "load 1 of shop, rejected" in first
    assert first.endswith("saw 12 % null")
    assert second.startswith("warning: raw.files__orders (load 2 of shop, accepted)")


def test_without_findings_nobody_is_bothered(monkeypatch, inbox, postgres):
    monkeypatch.setenv("SELLER_INTEL_ALERTS", inbox.address)
    load(postgres, 1, "accepted")
    check(postgres, 1, "critical", "order_id", is_passed=True)

    assert notices.send_findings(RUN, "door") == 0
    assert not inbox


def load(postgres, load_id: int, status: str) -> None:
    postgres.execute(
        "insert into ops.loads (load_id, version, is_current, stream_id, source, run,"
        " status, received, loaded, quarantined, sha256, manifest, loaded_at)"
        " values (%s, 1, true, 'files__orders', 'shop', %s, %s, 0, 0, 0, '', '{}',"
        " '2026-01-31 06:00Z')",
        [load_id, RUN, status],
    )


def check(
    postgres,
    load_id: int,
    severity: str,
    column: str,
    observed: str = "",
    is_passed: bool = False,
) -> None:
    postgres.execute(
        "insert into ops.checks (run, stage, table_name, load_id, expectation,"
        " column_name, severity, is_passed, observed_value, checked_at)"
        " values (%s, 'door', 'raw.files__orders', %s, 'expect_something', %s, %s, %s,"
        " %s, '2026-01-31 06:00Z')",
        [RUN, load_id, column, severity, is_passed, observed],
    )
