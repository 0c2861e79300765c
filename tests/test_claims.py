"""One run builds at a time; a dead one is taken over."""

from __future__ import annotations

import time

import pytest
from marts_at_hand import build, release, run_no

from seller_intel import claims, published, warehouse
from seller_intel.claims import ClaimLost, ClaimRefused


def age_heartbeats(postgres, minutes):
    postgres.execute(
        "update ops.builds set heartbeat_at = clock_timestamp()"
        " - make_interval(mins => %s)",
        [minutes],
    )


def accept(postgres, load_seq):
    postgres.execute(
        "insert into ops.loads (load_id, version, is_current, stream_id, source, run,"
        " status, load_seq, received, loaded, quarantined, kept, rejected, repeated,"
        " sha256, manifest, loaded_at) values (%s, 1, true, 'files__orders', 'drop',"
        " '20260101T060000', 'accepted', %s, 1, 1, 0, 1, 0, 0, '', '{}', now())",
        [load_seq, load_seq],
    )


def test_two_builds_at_once_are_refused(postgres):
    claims.claim(run_no(1), "core")

    with pytest.raises(ClaimRefused, match=f"run {run_no(1)} is building"):
        claims.claim(run_no(2), "core")
    with pytest.raises(ClaimRefused, match=f"run {run_no(1)} is building"):
        claims.claim(run_no(2), "marts")


def test_a_run_keeps_its_claim_from_core_to_publication(postgres):
    with claims.held(run_no(1), "core"):
        pass

    with pytest.raises(ClaimRefused):
        claims.claim(run_no(2), "core")
    claims.require(run_no(1))
    build(run_no(1))
    with pytest.raises(ClaimRefused):
        claims.claim(run_no(2), "core")
    published.publish(run_no(1))

    claims.claim(run_no(2), "core")


def test_a_claim_silent_for_ten_minutes_is_taken_over(postgres):
    claims.claim(run_no(1), "core")
    age_heartbeats(postgres, 11)

    claims.claim(run_no(2), "core")

    told = postgres.rows("select status, detail from ops.builds order by run")[0]
    assert told["status"] == "failed"
    assert run_no(2) in told["detail"]
    with pytest.raises(ClaimRefused, match=run_no(2)):
        claims.require(run_no(1))


def test_a_claim_silent_for_nine_minutes_is_not(postgres):
    claims.claim(run_no(1), "core")
    age_heartbeats(postgres, 9)

    with pytest.raises(ClaimRefused):
        claims.claim(run_no(2), "core")


def test_a_retry_of_the_same_run_takes_over_at_once(postgres):
    first = claims.claim(run_no(1), "core")

    second = claims.claim(run_no(1), "core")

    assert second.claimed_by != first.claimed_by
    assert not claims.finish(run_no(1), "core", "done", claimed_by=first.claimed_by)
    assert claims.finish(run_no(1), "core", "done", claimed_by=second.claimed_by)


def test_a_process_whose_claim_was_taken_over_does_not_finish_the_build(postgres):
    with pytest.raises(ClaimLost), claims.held(run_no(1), "core"):
        claims.claim(run_no(1), "core")

    assert postgres.value("select status from ops.builds") == "running"


def test_a_failed_build_ends_the_claim_and_is_built_again(postgres):
    with pytest.raises(ZeroDivisionError), claims.held(run_no(1), "core"):
        raise ZeroDivisionError("a test of core failed")

    assert postgres.value("select detail from ops.builds").startswith("ZeroDivision")
    claims.claim(run_no(2), "core")


def test_marts_are_not_built_on_a_half_built_core(postgres):
    with pytest.raises(ZeroDivisionError), claims.held(run_no(1), "core"):
        raise ZeroDivisionError

    with pytest.raises(ClaimRefused, match="half built"):
        claims.claim(run_no(2), "marts")


def test_heartbeats_keep_a_long_step_alive(postgres, monkeypatch):
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.05)
    with claims.held(run_no(1), "core"):
        age_heartbeats(postgres, 11)
        time.sleep(0.5)

        with pytest.raises(ClaimRefused):
            claims.claim(run_no(2), "core")


def test_a_claim_let_go_after_an_error_is_free_for_others_and_for_a_retry(postgres):
    build(run_no(1))
    with pytest.raises(ZeroDivisionError), claims.kept(run_no(1)):
        raise ZeroDivisionError

    with claims.kept(run_no(1), is_built=True):
        pass
    with pytest.raises(ZeroDivisionError), claims.kept(run_no(1)):
        raise ZeroDivisionError
    claims.claim(run_no(2), "core")

    with pytest.raises(ClaimRefused):
        claims.require(run_no(1))


def test_only_the_claimed_run_may_go_on(postgres):
    build(run_no(1))

    with pytest.raises(ClaimRefused, match=f"claimed is {run_no(1)}"):
        claims.require(run_no(2))
    with pytest.raises(ClaimRefused):
        published.publish(run_no(2))


def test_marts_that_are_not_complete_are_not_published(postgres):
    claims.claim(run_no(1), "marts")

    with pytest.raises(ClaimRefused, match="are not built"):
        published.publish(run_no(1))


def test_core_follows_each_verdict_once_and_again_after_a_failure(postgres):
    accept(postgres, 3)
    with claims.held(run_no(1), "core") as first:
        assert (first.from_seq, first.to_seq) == (0, 3)
    accept(postgres, 5)
    age_heartbeats(postgres, 11)
    with pytest.raises(ZeroDivisionError), claims.held(run_no(2), "core"):
        raise ZeroDivisionError

    assert claims.core_range() == (3, 5)
    with claims.held(run_no(2), "core", full_refresh=True) as full:
        assert (full.from_seq, full.to_seq) == (0, 5)
    assert claims.core_range() == (5, 5)


def test_a_clock_that_goes_backwards_gives_a_run_after_the_last_build(postgres):
    release(run_no(2))

    build(run_no(1))
    published.publish(run_no(1))

    current = postgres.value("select run from ops.publications where is_current")
    assert current == run_no(2)[:-1] + "1"
    assert claims.next_run(run_no(1)) == run_no(2)[:-1] + "2"
    assert claims.next_run(run_no(3)) == run_no(3)


def test_candidates_of_a_dead_build_do_not_stop_the_next(postgres):
    claims.claim(run_no(1), "marts")
    with warehouse.as_role("transformer") as zombie:
        zombie.execute("create table marts_build.price_changes (line_no integer)")

        claims.claim(run_no(1), "marts")

        with pytest.raises(warehouse.errors.OperationalError):
            zombie.execute("select 1")
    assert (
        postgres.value(
            "select count(*) from pg_tables where schemaname = %s", ["marts_build"]
        )
        == 0
    )


def test_transformer_builds_candidates_and_nothing_else(postgres):
    release(run_no(1))
    claims.claim(run_no(2), "marts")

    for statement in (
        "create table marts.mine (a integer)",
        f"create table marts_{run_no(1).lower()}.mine (a integer)",
        f"delete from marts_{run_no(1).lower()}.price_changes",
        f"drop table marts_{run_no(1).lower()}.price_changes",
    ):
        with pytest.raises(warehouse.errors.InsufficientPrivilege):
            postgres.execute(statement, role="transformer")
    postgres.execute("create table marts_build.mine (a integer)", role="transformer")
