"""A contract that cannot be meant is refused with what is wrong in it."""

from __future__ import annotations

import pytest
from export_files import contract

from seller_intel import streams
from seller_intel.ingestors import contracts
from seller_intel.ingestors.contracts import ContractError

BASE = {
    "columns": {"keyword": {"headers": ["k"]}, "at": {"headers": ["d"], "as": "date"}},
    "platform": "taobao",
    "streams": {
        "search_index": {"fields": {"index_date": "at", "index_value": {"constant": 1}}}
    },
}


def test_every_canonical_stream_can_come_from_a_file():
    fed = {
        stream for name in contracts.names() for stream in contracts.load(name).streams
    }

    assert fed == set(streams.all_streams())


@pytest.mark.parametrize("name", contracts.names())
def test_every_shipped_contract_can_be_shown(name):
    page = contracts.show(name)

    assert page.startswith(f"{name}: ")
    assert all(stream in page for stream in contracts.load(name).streams)


def test_a_name_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(ContractError, match="is it 'taobao_orders'"):
        contracts.load("taobao_order")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colums": {}}, "unknown 'colums'"),
        ({"streams": {"nothing": {}}}, "no canonical stream"),
        ({"streams": {"search_index": {"fields": {"color": "at"}}}}, "no field color"),
        (
            {"streams": {"search_index": {"fields": {"index_date": "at"}}}},
            "index_value",
        ),
        ({"derived": {"x": "missing"}}, "no column or derived value 'missing'"),
        ({"derived": {"x": {"guess": "at"}}}, "expected one of"),
        ({"derived": {"x": {"part": "at", "pattern": "("}}}, "pattern"),
        ({"encodings": ["klingon"]}, "klingon"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"window": "[0-9]+"}, "named from"),
        ({"columns": {"at": {}}}, "column at: needs headers"),
        ({"derived": {"x": {"rows": "sum", "of": "at"}}}, "rows"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, message):
    with pytest.raises((ContractError, ValueError, LookupError, KeyError)) as told:
        contract({**BASE, **change})

    assert message in str(told.value)


def test_a_personal_column_may_only_be_hashed():
    stated = {
        "platform": "taobao",
        "columns": {
            "id_value": {"headers": ["phone"], "personal": True, "required": True},
            "keyword": {"headers": ["k"]},
        },
        "streams": {
            "search_index": {
                "fields": {
                    "keyword": "id_value",
                    "index_date": {"constant": "2026-01-01"},
                    "index_value": {"constant": 1},
                }
            }
        },
    }

    with pytest.raises(ContractError, match="personal id_value"):
        contract(stated)


def test_a_field_for_hashes_takes_nothing_else():
    stated = {
        "platform": "taobao",
        "columns": {"member_ref": {"headers": ["member"]}},
        "streams": {
            "members": {
                "fields": {
                    "event": {"constant": "joined"},
                    "occurred_at": {"constant": "2026-01-01"},
                    "programme_id": {"constant": "p"},
                }
            }
        },
    }

    with pytest.raises(ContractError, match="takes a hash alone"):
        contract(stated)


def test_a_constant_outside_of_the_allowed_words_is_refused():
    stated = {
        **BASE,
        "streams": {
            "listings": {
                "fields": {
                    "listing_id": "keyword",
                    "observed_at": "at",
                    "status": {"constant": "sleeping"},
                }
            }
        },
    }

    with pytest.raises(ContractError, match="'sleeping' is none of"):
        contract(stated)
