"""Who brought whom: trees of a date, growth by generation, exposure of a scheme."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from conftest import Postgres
from core_market import REGISTRY, commission, member, order
from deliveries import Line

RUN = "20260201T060000"
WINDOWS = [("2025-11-30T16:00:00+00:00", "2026-01-31T16:00:00+00:00")]
SHOP = "taobao:9"
OTHER_SHOP = "shopify:us"


def _joins(programme: str, child: str, parent: str | None, **said: Any) -> dict:
    return member(child, parent, programme_id=programme, **said)


def _flat(programme: str, people: int) -> Iterator[dict[str, Any]]:
    """A root with so many direct members."""
    yield _joins(programme, f"{programme}-root", None)
    for number in range(people):
        yield _joins(programme, f"{programme}-{number}", f"{programme}-root", day=3)


def _deep(programme: str, people: int, **said: Any) -> Iterator[dict[str, Any]]:
    """A root with so many people on two lower levels."""
    yield _joins(programme, f"{programme}-root", None)
    yield _joins(programme, f"{programme}-0", f"{programme}-root", day=3, **said)
    for number in range(1, people):
        yield _joins(
            programme, f"{programme}-{number}", f"{programme}-0", day=4, **said
        )


def _paid(programme: str, basis: str) -> dict[str, Any]:
    return commission(
        f"{programme}-{basis}",
        "",
        "5.00",
        platform_id="youzan",
        programme_id=programme,
        payee_ref=f"{programme}-root",
        basis=basis,
        order_id=None,
    )


def _trees() -> Iterator[dict[str, Any]]:
    yield from _flat("p621", 200)
    yield from _deep("p622", 2)
    yield from _deep("p623", 28)
    yield from _deep("p624", 29)
    yield from _deep("p625", 29)
    yield from _deep("p626", 29, purchase_amount="128.00", currency="CNY")
    # a circle, somebody under himself, and who hangs below the circle
    yield _joins("p611", "a", "b")
    yield _joins("p611", "b", "a")
    yield _joins("p611", "c", "c")
    yield _joins("p611", "d", "a")
    # a child who moves from one parent to another between two month ends
    early = "2025-12-05T00:00:00+00:00"
    yield _joins("moves", "m", "old", occurred_at=early)
    yield _joins("moves", "below", "m", occurred_at=early)
    yield _joins("moves", "m", "new", event="moved", day=9)


def _left(programme: str, **said: Any) -> Iterator[dict[str, Any]]:
    """A root, one below who leaves on the twentieth, and two below that one."""
    root, leaver = f"{programme}-root", f"{programme}-0"
    yield _joins(programme, root, None, **said)
    yield _joins(programme, leaver, root, day=3, **said)
    for number in (1, 2):
        yield _joins(programme, f"{programme}-{number}", leaver, day=4, **said)
    yield _joins(programme, leaver, None, event="left", day=20, **said)


def _circle_of_leavers() -> Iterator[dict[str, Any]]:
    """Two who left each the other's tree, one after the other, each with one below."""
    for name in ("x", "y"):
        yield _joins("ring", f"ring-{name}", None)
        yield _joins("ring", f"ring-{name}1", f"ring-{name}", day=3)
    for day, child, parent in ((5, "x", "y"), (10, "y", "x")):
        for event, later in (("moved", 0), ("left", 2)):
            yield _joins(
                "ring", f"ring-{child}", f"ring-{parent}", event=event, day=day + later
            )


def _to_leaver(programme: str, member_ref: str, **said: Any) -> dict[str, Any]:
    return _paid(programme, "own_sales") | {
        "entry_id": f"{programme}-{member_ref}",
        "payee_ref": member_ref,
        "occurred_at": "2026-01-25T04:00:00+00:00",
        **said,
    }


def _growth() -> Iterator[dict[str, Any]]:
    """A-603 in small: 20 members send 5 invitations each, one in five is accepted."""
    for number in range(20):
        yield _joins("grow", f"g{number}", None, shop_id=SHOP)
        for friend in range(5):
            said = {
                "inviter_ref": f"g{number}",
                "invite_id": f"g{number}-{friend}",
                "shop_id": SHOP,
                "tool": "share",
            }
            child = f"g{number}f{friend}"
            yield _joins("grow", child, None, event="invited", day=4, **said)
            if friend == 0:
                yield _joins("grow", child, None, event="accepted", day=5, **said)


def _shares_once(programme: str, sizes: list[int], month: str) -> Iterator[dict]:
    """A-604: members of so many, each generation brought by the one before."""
    for generation, size in enumerate(sizes):
        for number in range(size):
            said: dict[str, Any] = {"event": "joined"}
            if generation:
                inviter = (
                    f"{programme}-{generation - 1}-{number % sizes[generation - 1]}"
                )
                said = {"event": "accepted", "inviter_ref": inviter, "tool": "share"}
            yield _joins(
                programme,
                f"{programme}-{generation}-{number}",
                None,
                occurred_at=f"{month}-{10 + generation}T04:00:00+00:00",
                shop_id=OTHER_SHOP,
                **said,
            )


@pytest.fixture(scope="module")
def built(shared_postgres: Postgres) -> Postgres:
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    core.deliver(
        "orders",
        [
            order("first", day=6, buyer_ref="a"),
            order("friend's", day=7, buyer_ref="g0f0"),
        ],
        windows=WINDOWS,
    )
    doubling = _shares_once("double", [100, 200, 400, 800], "2026-01")
    halving = _shares_once("half", [1_000, 500], "2025-12")
    left = [row for name in ("paid", "early", "undone") for row in _left(name)]
    left += _left("late", platform_id="taobao")
    core.deliver(
        "members",
        [*_trees(), *_growth(), *doubling, *halving, *left, *_circle_of_leavers()],
    )
    headcount = ("p621", "p622", "p623", "p624")
    entries = [_paid(programme, "headcount") for programme in headcount]
    entries += [_paid("p625", "own_sales"), _paid("p626", "own_sales")]
    entries += [
        _to_leaver("paid", "paid-0"),
        _to_leaver("early", "early-0", occurred_at="2026-01-15T04:00:00+00:00"),
        # paid after he left, for an order of the seventh
        _to_leaver("late", "late-0", platform_id="taobao", order_id="friend's"),
        _to_leaver("undone", "undone-0", amount="-5.00"),
        _to_leaver("ring", "ring-x"),
        _to_leaver("ring", "ring-y"),
    ]
    core.deliver("commissions", entries)
    core.build(RUN)
    core.publishable(RUN)
    return shared_postgres


@pytest.fixture(scope="module")
def exposure(built: Postgres) -> dict[str, dict[str, Any]]:
    rows = built.rows(
        "select * from marts_build.distribution_compliance_monthly"
        " where as_of_date = '2026-01-31'"
    )
    return {row["programme_id"].removeprefix("youzan:"): row for row in rows}


@pytest.mark.parametrize(
    ("tree", "people", "levels", "is_admin", "is_criminal"),
    [
        ("p621", 201, 2, True, False),
        ("p622", 3, 3, True, False),
        ("p623", 29, 3, True, False),
        ("p624", 30, 3, True, True),
        ("p625", 30, 3, False, False),
        ("p626", 30, 3, True, True),
    ],
)
def test_a_621_to_626_trees_are_judged_by_people_levels_and_basis(
    exposure, tree, people, levels, is_admin, is_criminal
):
    row = exposure[tree]

    assert (row["merged_people"], row["levels_incl_root"]) == (people, levels)
    assert (row["is_admin_flag"], row["is_criminal_threshold"]) == (
        is_admin,
        is_criminal,
    )
    assert not row["is_serious"]


def _trees_of(built: Postgres, programme: str, day: str) -> list[tuple[int, int]]:
    rows = built.rows(
        "select members_incl_root, levels_incl_root"
        " from marts_build.distribution_compliance_monthly"
        " where programme_id = any(%s) and as_of_date = %s order by 1, 2",
        [[f"youzan:{programme}", f"taobao:{programme}"], day],
    )
    return [(row["members_incl_root"], row["levels_incl_root"]) for row in rows]


def test_who_left_and_is_still_paid_keeps_those_below_in_the_tree(built):
    assert _trees_of(built, "paid", "2026-01-31") == [(4, 3)]


@pytest.mark.parametrize("programme", ["early", "late", "undone"])
def test_who_left_and_is_paid_no_more_is_the_top_of_those_below(built, programme):
    assert _trees_of(built, programme, "2026-01-31") == [(3, 2)]


def test_leavers_below_each_other_keep_a_tree_each(built):
    assert _trees_of(built, "ring", "2026-01-31") == [(2, 2), (2, 2)]


def test_the_articles_follow_the_basis(exposure):
    assert exposure["p624"]["admin_articles"] == "7(1)"
    assert exposure["p626"]["admin_articles"] == "7(2)"
    assert exposure["p626"]["fees_12m_amount"] == 29 * 128
    assert exposure["p625"]["admin_articles"] is None
    assert exposure["p625"]["reward_basis_list"] == "own_sales"


def test_a_611_circles_and_selves_are_quarantined_and_the_closure_ends(built):
    found = built.rows(
        "select child_member_id, reason from core.int_referral_edges_quarantined"
        " where programme_id = 'youzan:p611' order by 1"
    )

    assert [tuple(row.values()) for row in found] == [
        ("a", "cycle"),
        ("b", "cycle"),
        ("c", "self"),
    ]
    above = built.rows(
        "select descendant_member_id, ancestor_member_id from core.referral_closure"
        " where programme_id = 'youzan:p611' and depth > 0"
        " and as_of_date = '2026-01-31'"
    )
    assert [tuple(row.values()) for row in above] == [("d", "a")]


def test_a_quarantined_edge_refers_no_order(built):
    row = built.rows("select * from core.fct_orders where order_id = 'taobao:first'")[0]

    assert row["order_class"] == "first_organic"


def test_moved_members_follow_the_tree_of_the_date(built):
    rows = built.rows(
        "select as_of_date, ancestor_member_id, depth from core.referral_closure"
        " where programme_id = 'youzan:moves' and descendant_member_id = 'below'"
        " and depth > 0 and as_of_date < '2026-02-01' order by 1, 3"
    )

    assert [(str(row["as_of_date"]), row["ancestor_member_id"]) for row in rows] == [
        ("2025-12-31", "m"),
        ("2025-12-31", "old"),
        ("2026-01-31", "m"),
        ("2026-01-31", "new"),
    ]


def test_a_603_k_is_invitations_times_acceptance(built):
    rows = built.rows(
        "select * from marts_build.referral_growth_monthly"
        " where shop_id = %s and tool = 'share' order by generation",
        [SHOP],
    )
    first, second = (row for row in rows if str(row["cohort_month_date"])[:4] == "2026")

    assert first["cohort_members"] >= 20
    assert (first["invitations"], first["accepted"]) == (100, 20)
    assert round(first["acceptance_rate"], 6) == Decimal("0.2")
    assert (second["generation"], second["cohort_members"]) == (1, 20)
    assert (first["buyers"], first["net_sales_by_order"]) == (1, 100)
    assert first["cycle_hours_p50"] == 3 * 24


def test_an_invitation_becomes_a_purchase(built):
    rows = built.rows(
        "select * from core.fct_invitations where invitee_member_id in ('g0f0', 'g0f1')"
        " order by invitee_member_id"
    )

    assert [row["accepted_at"] is None for row in rows] == [False, True]
    assert [row["first_order_at"] is None for row in rows] == [False, True]


def test_a_604_each_generation_shares_once(built):
    rows = built.rows(
        "select * from marts_build.referral_growth_monthly"
        " where shop_id = %s and tool = 'all' order by cohort_month_date, generation",
        [OTHER_SHOP],
    )
    doubling = [row for row in rows if str(row["cohort_month_date"])[:4] == "2026"]
    halving = [row for row in rows if row not in doubling]

    assert [row["cohort_members"] for row in doubling] == [100, 200, 400, 800]
    assert sum(row["cohort_members"] for row in doubling) == 1_500
    assert [row["k_factor"] for row in doubling] == [2, 2, 2, 0]
    assert doubling[0]["ceiling_members"] is None
    assert (halving[0]["cohort_members"], halving[0]["k_factor"]) == (1_000, 0.5)
    assert halving[0]["ceiling_members"] == 2_000
